package dev.countergate.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelayOptionsTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("HOME", "/home/ana", "COUNTERGATE_SOCKET", "/other.sock");

    @Test
    void a_variable_names_the_socket_where_nothing_was_typed() throws Exception {
        assertThat(RelayOptions.parse(new String[0], ENVIRONMENT).socket())
                .isEqualTo(Path.of("/other.sock"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--state", "--config"})
    void and_no_other_daemon_than_the_one_that_was(String option) throws Exception {
        RelayOptions typed = RelayOptions.parse(new String[] {option, "/typed"}, ENVIRONMENT);

        assertThat(typed.socket()).isNull();
        assertThat(typed.state().path() + " " + typed.catalogue()).contains("/typed");
    }

    @Test
    void a_socket_that_was_typed_is_the_one() throws Exception {
        assertThat(RelayOptions.parse(new String[] {"--socket=/typed.sock"}, ENVIRONMENT).socket())
                .isEqualTo(Path.of("/typed.sock"));
    }
}
