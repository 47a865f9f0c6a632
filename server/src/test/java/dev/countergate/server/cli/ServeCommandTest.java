package dev.countergate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.relay.ExitCode;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServeCommandTest {
    @TempDir private Path folder;

    @Test
    void a_catalogue_that_is_not_there_leaves_no_state_directory_behind() {
        Map<String, String> environment = Map.of("HOME", folder.toString());

        Typed typed = Typed.run(folder, environment, "serve", "--config", "typo.yaml");

        assertThat(typed.code()).isEqualTo(ExitCode.INVALID_CONFIGURATION);
        assertThat(typed.err()).contains("typo.yaml").contains("there is no such file");
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--agent-group", "--operator-group"})
    void opens_to_no_group_what_lies_where_only_the_daemon_comes(String option) {
        Map<String, String> environment =
                Map.of("HOME", folder.toString(), "XDG_RUNTIME_DIR", folder.toString());

        Typed typed =
                Typed.run(folder, environment, "serve", "--state", "s".repeat(100), option, "any");

        assertThat(typed.code()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(typed.err()).contains(option, "a shorter --state");
        assertThat(folder).isEmptyDirectory();
    }
}
