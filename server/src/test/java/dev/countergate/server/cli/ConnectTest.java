package dev.countergate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConnectTest {
    private static final String LAUNCHER = "/opt/countergate/countergate";

    @TempDir private Path folder;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void home() {
        environment.put("HOME", folder.toString());
        environment.put("COUNTERGATE_LAUNCHER", LAUNCHER);
    }

    private Typed run(String... arguments) {
        return Typed.run(folder, environment, arguments);
    }

    private static JsonNode read(Path file) throws IOException {
        return new JsonMapper().readTree(Files.readString(file));
    }

    /** Everything below the folder with what is in it. */
    private Map<Path, String> files() throws IOException {
        Map<Path, String> files = new HashMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                files.put(each, Files.readString(each));
            }
        }
        return files;
    }

    @ParameterizedTest
    @ValueSource(strings = {"foo", "CLAUDE_CODE", "Cursor", "claude_code", "claude-code "})
    void offers_the_clients_as_they_are_typed(String client) {
        Typed wrong = run("connect", client);
        assertThat(wrong.code()).isEqualTo(64);
        assertThat(wrong.err())
                .contains(
                        "`"
                                + client
                                + "` is not one of `claude-code`, `claude-desktop`, `cursor`,"
                                + " `vscode`")
                .doesNotContain("CLAUDE_DESKTOP")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "ops.prod",
                "mcp__x)",
                "../x",
                "a\nb",
                "é",
                // `mcp__github__delete_repo` is a rule for a tool of another server
                "github__delete_repo",
                "_x",
                "x_"
            })
    void takes_no_name_that_a_rule_of_claude_code_could_not_hold(String name) {
        Typed wrong = run("connect", "claude-code", "--name", name, "--write");
        assertThat(wrong.code()).isEqualTo(64);
        assertThat(folder.resolve(".claude.json")).doesNotExist();
    }

    @Test
    void prints_the_entry_and_touches_nothing() throws IOException {
        Typed printed = run("connect", "claude-code", "--config", "ops.yaml");
        assertThat(printed.code()).isZero();
        JsonNode entry = printed.json().path("mcpServers").path("countergate");
        assertThat(entry.path("command").asString()).isEqualTo(LAUNCHER);
        assertThat(entry.path("args").toString())
                .isEqualTo("[\"stdio\",\"--config\",\"" + folder.resolve("ops.yaml") + "\"]");
        assertThat(run("connect", "vscode").json().has("servers")).isTrue();
        assertThat(run("connect", "claude-code", "--json").json().path("written").asBoolean())
                .isFalse();
        assertThat(files()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/var/lib/countergate/agent.sock", "run/../agent.sock"})
    void a_socket_stands_in_place_of_catalogue_and_state(String socket) {
        environment.put("COUNTERGATE_CONFIG", "ops.yaml");
        environment.put("COUNTERGATE_STATE", "state");
        Typed printed = run("connect", "cursor", "--socket", socket);
        assertThat(printed.code()).isZero();
        assertThat(printed.json().path("mcpServers").path("countergate").path("args").toString())
                .isEqualTo(
                        "[\"stdio\",\"--socket\",\"" + folder.resolve(socket).normalize() + "\"]");
        assertThat(printed.err()).doesNotContain("catalogue");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--config", "--state"})
    void a_socket_stands_beside_neither(String option) throws IOException {
        Typed wrong =
                run("connect", "cursor", "--socket", "/agent.sock", option, "other", "--write");
        assertThat(wrong.code()).isEqualTo(64);
        assertThat(wrong.err()).contains("--socket stands in place of --config and --state");
        assertThat(files()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "claude-code,    .claude.json,                             mcpServers, true",
        "claude-desktop, .config/Claude/claude_desktop_config.json, mcpServers, false",
        "cursor,         .cursor/mcp.json,                         mcpServers, false",
        "vscode,         .config/Code/User/mcp.json,               servers,    true",
    })
    void writes_where_each_client_reads(String client, String file, String section, boolean hasType)
            throws IOException {
        Assumptions.assumeFalse(System.getProperty("os.name").startsWith("Mac"));
        Typed written = run("connect", client, "--write");
        assertThat(written.code()).as(written.err()).isZero();
        JsonNode entry = read(folder.resolve(file)).path(section).path("countergate");
        assertThat(entry.path("command").asString()).isEqualTo(LAUNCHER);
        assertThat(entry.has("type")).isEqualTo(hasType);

        Map<Path, String> once = files();
        Typed again = run("connect", client, "--write");
        assertThat(again.code()).isZero();
        assertThat(again.out()).contains("`countergate` stood in " + folder.resolve(file));
        assertThat(files()).isEqualTo(once);
        assertThat(run("connect", client, "--write", "--json").json().path("written").asBoolean())
                .isFalse();
    }

    @Test
    void keeps_everything_else_and_the_file_before() throws IOException {
        Path file = folder.resolve(".claude.json");
        String before =
                "{\"a\":1.12345678901234567890,\"mcpServers\":{\"other\":{\"command\":\"x\"}},\"z\":[null,1e400]}";
        Files.writeString(file, before);
        assertThat(run("connect", "claude-code", "--write").code()).isZero();
        assertThat(Files.readString(file))
                .startsWith(
                        "{\"a\":1.12345678901234567890,\"mcpServers\":{\"other\":{\"command\":\"x\"},"
                                + " \"countergate\": {\"type\":\"stdio\",")
                .endsWith("}},\"z\":[null,1e400]}");
        assertThat(Files.readString(folder.resolve(".claude.json.before-countergate")))
                .isEqualTo(before);
    }

    @Test
    void keeps_what_somebody_added_to_the_entry() throws IOException {
        Path file = folder.resolve(".cursor/mcp.json");
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                "{\"mcpServers\": {\"countergate\": {\"env\": {\"TOKEN\": \"t\"}, \"command\": \"/old/countergate\","
                        + " \"args\": []}}}");
        assertThat(run("connect", "cursor", "--write").code()).isZero();
        JsonNode entry = read(file).path("mcpServers").path("countergate");
        assertThat(entry.path("env").toString()).isEqualTo("{\"TOKEN\":\"t\"}");
        assertThat(entry.path("command").asString()).isEqualTo(LAUNCHER);
        assertThat(entry.path("args").path(0).asString()).isEqualTo("stdio");
    }

    @Test
    void lets_claude_code_use_the_tools_and_denies_its_shell_what_persons_decide_by()
            throws IOException {
        Path settings = folder.resolve(".claude/settings.json");
        Files.createDirectories(settings.getParent());
        Files.writeString(
                settings,
                """
                {
                    "permissions": {
                        "allow": ["Bash(ls *)"],
                        "deny": ["Bash(countergate thaw *)"],
                        "defaultMode": "plan"
                    },
                    "model": "opus"
                }
                """);
        Typed written = run("connect", "claude-code", "--name", "ops", "--write");
        assertThat(written.code()).as(written.err()).isZero();
        assertThat(written.out())
                .contains("guards against accident and is no boundary")
                .contains(settings + ClientFile.BEFORE);
        JsonNode permissions = read(settings).path("permissions");
        assertThat(permissions.path("allow").toString()).isEqualTo("[\"Bash(ls *)\",\"mcp__ops\"]");
        List<String> denied =
                permissions.path("deny").valueStream().map(JsonNode::asString).toList();
        assertThat(denied)
                .startsWith("Bash(countergate thaw *)")
                .contains("Bash(countergate approve *)", "Bash(" + LAUNCHER + " approve *)")
                .doesNotHaveDuplicates();
        assertThat(permissions.path("defaultMode").asString()).isEqualTo("plan");
        assertThat(Files.readString(settings))
                .startsWith(
                        "{\n    \"permissions\": {\n        \"allow\": [\"Bash(ls *)\", \"mcp__ops\"],\n")
                .endsWith("\"defaultMode\": \"plan\"\n    },\n    \"model\": \"opus\"\n}\n");
    }

    /** Each command that says it refuses where an agent's environment shows is denied to its shell too. */
    @Test
    void denies_every_command_that_refuses_to_be_run_by_an_agent() {
        List<String> refusing = new ArrayList<>();
        for (Map.Entry<String, CommandLine> each :
                CommandTree.of(new Console(environment, folder, System.out, System.err))
                        .getSubcommands()
                        .entrySet()) {
            List<CommandLine> all = new ArrayList<>(each.getValue().getSubcommands().values());
            all.add(each.getValue());
            if (all.stream()
                    .anyMatch(
                            command ->
                                    command.getUsageMessage()
                                            .replaceAll("\\s+", " ")
                                            .contains("agent's environment shows"))) {
                refusing.add(each.getKey());
            }
        }
        assertThat(refusing).hasSizeGreaterThan(6);
        assertThat(ClaudePermissions.DECIDING).containsAll(refusing);
    }

    @Test
    void follows_claude_code_where_its_configuration_was_moved() throws IOException {
        environment.put("CLAUDE_CONFIG_DIR", folder.resolve("moved").toString());
        assertThat(run("connect", "claude-code", "--write").code()).isZero();
        assertThat(files().keySet())
                .containsExactlyInAnyOrder(
                        folder.resolve("moved/.claude.json"),
                        folder.resolve("moved/settings.json"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "null",
                "{} trailing",
                "{\"mcpServers\":[]}",
                "{\"mcpServers\":{\"countergate\":{\"url\":\"https://example.com/mcp\"}}}",
                "{\"mcpServers\":{\"countergate\":7}}",
                "{\"mcpServers\":{\"countergate\":{\"command\":\"npx\",\"args\":[\"theirs\"]}}}",
                "{\"mcpServers\":{\"countergate\":{\"command\":\"/opt/other\",\"args\":[]}}}",
                "{\"a\":1,\"a\":2}",
                "{ // comment\n}",
            })
    void leaves_a_file_alone_that_it_does_not_understand_and_prints_what_to_add(String text)
            throws IOException {
        for (String client : List.of("cursor", "claude-code")) {
            Path file =
                    folder.resolve(client.equals("cursor") ? ".cursor/mcp.json" : ".claude.json");
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            Map<Path, String> before = files();
            Typed refused = run("connect", client, "--write");
            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.err()).contains(file.toString());
            assertThat(refused.json().path("mcpServers").path("countergate").has("args")).isTrue();
            assertThat(files()).isEqualTo(before);
        }
    }

    @Test
    void writes_nothing_at_all_where_the_settings_are_not_understood() throws IOException {
        Path settings = folder.resolve(".claude/settings.json");
        Files.createDirectories(settings.getParent());
        for (String text :
                List.of("{", "{\"permissions\": 1}", "{\"permissions\": {\"deny\": {}}}")) {
            Files.writeString(settings, text);
            assertThat(run("connect", "claude-code", "--write").code()).isEqualTo(1);
            assertThat(files()).containsOnlyKeys(settings).containsValue(text);
        }
    }

    @Test
    void says_what_was_written_where_the_rest_could_not_be() throws IOException {
        Path file = Files.writeString(folder.resolve(".claude.json"), "{}");
        // Where the file before would be kept.
        Files.createDirectories(folder.resolve(".claude.json.before-countergate/theirs"));
        Typed half = run("connect", "claude-code", "--write");
        assertThat(half.code()).isEqualTo(1);
        assertThat(file).content().isEqualTo("{}");
        assertThat(folder.resolve(".claude/settings.json")).exists();
        assertThat(half.err())
                .contains("the entry was not written")
                .contains("wrote its permissions into `" + folder.resolve(".claude/settings.json"))
                .doesNotContain("nothing was written");
    }

    @Test
    void refuses_bytes_that_are_no_text() throws IOException {
        Path file = folder.resolve(".claude.json");
        byte[] bytes = {'{', '"', (byte) 0xe9, '"', ':', '1', '}'};
        Files.write(file, bytes);
        assertThat(run("connect", "claude-code", "--write").code()).isEqualTo(1);
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }

    @Test
    void keeps_comments_where_the_client_takes_them() throws IOException {
        Path file = folder.resolve(".config/Code/User/mcp.json");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "{\n  // mine\n  \"servers\": {\n    // none yet\n  },\n}\n");
        assertThat(run("connect", "vscode", "--write").code()).isZero();
        assertThat(Files.readString(file))
                .startsWith(
                        """
                        {
                          // mine
                          "servers": {
                            // none yet
                            "countergate": {
                              "type": "stdio",
                        """)
                .endsWith("\n    }\n  },\n}\n");
    }

    @Test
    void keeps_the_mode_and_the_link_that_leads_to_it() throws IOException {
        Path real = folder.resolve("dotfiles.json");
        Files.writeString(real, "{}");
        Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
        Path link = folder.resolve(".claude.json");
        Files.createSymbolicLink(link, real);
        assertThat(run("connect", "claude-code", "--write").code()).isZero();
        assertThat(link).isSymbolicLink();
        assertThat(read(real).has("mcpServers")).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(real)))
                .isEqualTo("rw-r-----");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(
                                        folder.resolve(".claude/settings.json"))))
                .isEqualTo("rw-------");
    }

    @Test
    void follows_no_link_to_nothing() throws IOException {
        Path link = folder.resolve(".claude.json");
        Files.createSymbolicLink(link, folder.resolve("gone.json"));
        Typed refused = run("connect", "claude-code", "--write");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("is a link to nothing");
        assertThat(link).isSymbolicLink();
    }

    @Test
    void overwrites_nothing_that_came_meanwhile() throws IOException {
        Path file = folder.resolve("client.json");
        for (String before : List.of("", "{}")) {
            Files.deleteIfExists(file);
            if (!before.isEmpty()) {
                Files.writeString(file, before);
            }
            ClientFile read = ClientFile.read(file, false);
            Files.writeString(file, "{\"others\": 1}");
            FileTime written = Files.getLastModifiedTime(file);
            assertThatThrownBy(() -> read.write(EditedJson.parse("{\"ours\": 1}", false)))
                    .hasMessageContaining("changed by another program");
            assertThat(Files.readString(file)).isEqualTo("{\"others\": 1}");
            assertThat(Files.getLastModifiedTime(file)).isEqualTo(written);
            assertThat(files().keySet()).noneMatch(each -> each.toString().endsWith(".new"));
        }
        ClientFile gone = ClientFile.read(file, false);
        Files.delete(file);
        assertThatThrownBy(() -> gone.write(EditedJson.parse("{\"ours\": 1}", false)))
                .isInstanceOf(IOException.class);
        assertThat(file).doesNotExist();
    }
}
