package dev.countergate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** `samples/clients` holds what `connect` prints and writes, for every client it knows. */
class SampleClientsTest {
    private static final Path SAMPLES = Path.of("../samples/clients").toAbsolutePath().normalize();

    @TempDir private Path home;

    static Stream<String> clients() {
        return McpClient.names().stream();
    }

    private Typed connect(String client, String... more) {
        String[] arguments =
                Stream.concat(
                                Stream.of(
                                        "connect", client, "--config", "/home/ana/ops/tools.yaml"),
                                Stream.of(more))
                        .toArray(String[]::new);
        return Typed.run(
                home,
                Map.of(
                        "HOME",
                        home.toString(),
                        "COUNTERGATE_LAUNCHER",
                        "/usr/local/bin/countergate"),
                arguments);
    }

    @ParameterizedTest
    @MethodSource("clients")
    void the_entry_of_each_client_is_what_connect_prints(String client) throws IOException {
        assertThat(connect(client).out())
                .isEqualTo(Files.readString(SAMPLES.resolve(client + ".json")));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void the_readme_names_where_each_entry_belongs(String client) {
        String file = connect(client, "--json").json().path("file").asString();
        assertThat(SAMPLES.resolve("README.md"))
                .content()
                .contains("(" + client + ".json)")
                .contains("`" + file.replace(home.toString(), "~") + "`");
    }

    @Test
    void the_permissions_of_claude_code_are_what_connect_writes() throws IOException {
        assertThat(connect("claude-code", "--write").code()).isZero();
        assertThat(home.resolve(".claude/settings.json"))
                .hasSameTextualContentAs(SAMPLES.resolve("claude-code-settings.json"));
    }
}
