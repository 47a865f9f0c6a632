package dev.countergate.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.countergate.server.Main;
import dev.countergate.testing.approval.Keys;
import dev.countergate.testing.process.Workplace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds what every command prints with `--json` against docs/json.md, both ways. */
@Tag("long")
@Timeout(120)
class JsonFieldsTest {
    private static final Path DOCUMENT = Path.of("../docs/json.md");
    private static final Pattern HEADING = Pattern.compile("## (`.*)");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\|([^|]+)\\|([^|]*)\\|");

    @TempDir private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, Table> tables = new TreeMap<>();

    /** What each command printed, by the words that call it. */
    private final Map<String, List<JsonNode>> printed = new LinkedHashMap<>();

    private record Row(String type, String meaning) {
        boolean isAlways() {
            return !meaning.startsWith("only ");
        }

        /** The command whose fields it has, or nothing. */
        String like() {
            Matcher other = Pattern.compile("as `([^`]+)`").matcher(type);
            return other.find() ? other.group(1) : "";
        }

        boolean fits(JsonNode value) {
            return Arrays.stream(type.replaceAll(", as .*", "").split(" or ", -1))
                    .anyMatch(
                            each ->
                                    switch (each.strip()) {
                                        case "string", "time" -> value.isString();
                                        case "integer" -> value.isIntegralNumber();
                                        case "number" -> value.isNumber();
                                        case "boolean" -> value.isBoolean();
                                        case "null" -> value.isNull();
                                        case "object", "map" -> value.isObject();
                                        case "array" -> value.isArray();
                                        default -> throw new AssertionError("no type: " + type);
                                    });
        }
    }

    /** A section's rows, by their paths. */
    private record Table(Map<String, Row> rows) {}

    private Map<String, Row> rows(String command) {
        return Objects.requireNonNull(tables.get(command), command).rows();
    }

    private void readDocument() throws IOException {
        List<String> commands = List.of();
        for (String line : Files.readAllLines(DOCUMENT)) {
            Matcher heading = HEADING.matcher(line);
            Matcher row = ROW.matcher(line);
            if (heading.matches()) {
                Table table = new Table(new LinkedHashMap<>());
                commands = QUOTED.matcher(heading.group(1)).results().map(m -> m.group(1)).toList();
                commands.forEach(each -> tables.put(each, table));
            } else if (row.matches()) {
                rows(commands.getFirst())
                        .put(row.group(1), new Row(row.group(2).strip(), row.group(3).strip()));
            }
        }
    }

    // ---- the two directions

    private void compare(String command, JsonNode node, String path, Set<String> met) {
        Row row = path.isEmpty() ? null : rows(command).get(path);
        if (row == null && !path.isEmpty() && rows(command).containsKey("*")) {
            return;
        }
        if (!path.isEmpty()) {
            String undocumented = command + " prints `" + path + "`, which is not documented";
            Objects.requireNonNull(row, undocumented);
            assertThat(row.fits(node)).as(command + " `" + path + "` is " + node).isTrue();
            met.add(path);
            if (!row.like().isEmpty()) {
                if (row.like().endsWith("[]")) {
                    String other = row.like().substring(0, row.like().length() - 2);
                    compareItem(other, node, "[]", new TreeSet<>());
                } else {
                    compare(row.like(), node, "", new TreeSet<>());
                }
                return;
            }
            if (row.type().contains("map")) {
                return;
            }
        }
        if (node.isArray()) {
            for (JsonNode each : node.values()) {
                compareItem(command, each, path + "[]", met);
            }
        } else if (node.isObject()) {
            for (Map.Entry<String, JsonNode> each : node.properties()) {
                compare(
                        command,
                        each.getValue(),
                        path.isEmpty() ? each.getKey() : path + "." + each.getKey(),
                        met);
            }
        }
    }

    /** Items of objects have no row of their own: their members do. */
    private void compareItem(String command, JsonNode item, String path, Set<String> met) {
        Row row = rows(command).get(path);
        if (item.isObject() && row == null) {
            item.properties()
                    .forEach(
                            each ->
                                    compare(
                                            command,
                                            each.getValue(),
                                            path + "." + each.getKey(),
                                            met));
        } else if (row != null) {
            compare(command, item, path, met);
        }
    }

    // ---- the run

    private JsonNode run(String line) {
        List<String> words = new ArrayList<>(Arrays.asList(line.split(" ")));
        Typed typed = Typed.run(folder, environment, words.toArray(String[]::new));
        String name =
                tables.keySet().stream()
                        .filter(each -> (line + " ").startsWith(each + " "))
                        .max(Comparator.comparingInt(String::length))
                        .orElseThrow(() -> new AssertionError("not documented: " + line));
        assertThat(typed.out()).as(line + ": " + typed.err()).isNotEmpty();
        JsonNode first = null;
        for (String each :
                name.equals("audit tail") ? typed.out().lines().toList() : List.of(typed.out())) {
            JsonNode node = new JsonMapper().readTree(each);
            printed.computeIfAbsent(name, absent -> new ArrayList<>()).add(node);
            first = first == null ? node : first;
        }
        return Objects.requireNonNull(first);
    }

    private void watched() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Console console =
                new Console(environment, folder, new PrintStream(out, true, UTF_8), System.err);
        new Watching(console, true).look(Daemons.of(new Place(), console));
        printed.put("watch", List.of(new JsonMapper().readTree(out.toString(UTF_8))));
    }

    @Test
    void every_field_printed_is_documented_and_every_field_documented_is_printed()
            throws Exception {
        readDocument();
        HttpServer backend =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        backend.createContext(
                "/",
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        backend.start();
        Process daemon = start(backend.getAddress().getPort());
        try {
            everything();
        } finally {
            daemon.destroy();
            daemon.waitFor();
            backend.stop(0);
        }
        Set<String> withJson = new TreeSet<>();
        collect(
                CommandTree.of(new Console(environment, folder, System.out, System.err)),
                "",
                withJson);
        assertThat(tables.keySet()).as("the sections").isEqualTo(withJson);
        Map<Table, Set<String>> met = new HashMap<>();
        printed.forEach(
                (command, all) -> {
                    Set<String> here =
                            met.computeIfAbsent(tables.get(command), absent -> new TreeSet<>());
                    all.forEach(
                            each -> {
                                if (each.isArray()) {
                                    each.forEach(item -> compareItem(command, item, "[]", here));
                                } else {
                                    compare(command, each, "", here);
                                }
                            });
                });
        tables.forEach(
                (command, table) -> {
                    Set<String> missing = new LinkedHashSet<>();
                    table.rows()
                            .forEach(
                                    (path, row) -> {
                                        if (row.isAlways()) {
                                            missing.add(path);
                                        }
                                    });
                    missing.removeAll(met.getOrDefault(table, Set.of()));
                    assertThat(missing)
                            .as("documented for `" + command + "` and not printed")
                            .isEmpty();
                });
    }

    private static void collect(CommandLine command, String words, Set<String> withJson) {
        if (command.getCommandSpec().findOption("--json") != null) {
            withJson.add(words);
        }
        command.getSubcommands()
                .forEach((name, each) -> collect(each, (words + " " + name).strip(), withJson));
    }

    private Process start(int port) throws Exception {
        Files.createDirectories(folder.resolve("books"));
        Files.writeString(folder.resolve("books/web.md"), "# Web\n");
        Files.writeString(
                folder.resolve("tools.yaml"),
                """
                runbooks: books
                tools:
                  - name: restart
                    description: restarts
                    url: http://127.0.0.1:%d/restart
                    method: POST
                    params: [{name: service, pattern: "[a-z]{1,20}", required: true}]
                guards:
                  restart: {risk: moderate, environment: prod, limits: [{calls: 9, per: 1h}]}
                principals:
                  - person: ana
                    tokens:
                      - {name: ci, sha256: "%s", expires: "2099-01-01T00:00:00Z"}
                    tools: [restart]
                    limits: [{calls: 3, per: 1h}]
                policy:
                  rules:
                    - {id: prod, then: approve, when: 'args.service == "web"', reason: "ask"}
                """
                        .formatted(port, "ab".repeat(32)));
        Files.writeString(
                folder.resolve("cases.yaml"),
                """
                cases:
                  - {name: asks, call: restart, args: {service: web}, expect: approve}
                  - {name: bad, call: restart, args: {service: "1"}, expect: forbid}
                """);
        environment.put("HOME", folder.toString());
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("COUNTERGATE_LAUNCHER", "/bin/sh");
        environment.put("XDG_STATE_HOME", folder.resolve("s").toString());
        ProcessBuilder builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                "serve",
                                "--state",
                                folder.resolve("d").toString())
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("daemon.out").toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process daemon = builder.start();
        environment.put("COUNTERGATE_STATE", folder.resolve("d").toString());
        Workplace.await("the daemon", () -> Typed.run(folder, environment, "status").code() == 0);
        return daemon;
    }

    private void everything() throws Exception {
        run("freeze --reason before --json");
        run("thaw --json");
        Path key = Keys.ed25519(folder.resolve("elsewhere/key"), "");
        run("approver add ana " + key + ".pub --json");
        run("approver list --json");
        run("status --json");
        run("check --json");
        run("tools --json");
        run("token list --json");
        run("token add bot --person ana --json");
        run("policy explain restart service=web --json");
        run("policy test cases.yaml --json");
        run("connect claude-code --json");
        run("doctor --json");

        run("call restart service=web --socket " + folder + "/d/agent.sock --json");
        String id = run("pending --json").path(0).path("proposal").asString();
        run("show " + id + " --json");
        watched();
        String statement =
                Typed.run(folder, environment, "statement", id, "--approver", "ana", "--reject")
                        .out();
        Files.writeString(folder.resolve("text"), statement);
        Files.writeString(folder.resolve("text.sig"), Keys.sign(key, statement.getBytes(UTF_8)));
        run("submit " + id + " --statement text --signature text.sig --json");
        run("call restart service=shop --socket " + folder + "/d/agent.sock --json");
        String byHand = run("pending --json").path(0).path("proposal").asString();
        run("done " + byHand + " --note x --json");
        run("cancel " + byHand + " --json");
        run("freeze --reason incident --json");
        run("status --json");
        run("reload --json");
        Files.writeString(
                folder.resolve("tools.yaml"),
                Files.readString(folder.resolve("tools.yaml"))
                        .replace("risk: moderate", "risk: low"));
        Workplace.await(
                "the change to be held",
                () ->
                        Typed.run(folder, environment, "reload", "--json")
                                .json()
                                .path("held")
                                .asBoolean());
        run("reload --json");
        run("status --json");
        run("audit tail --json");
        run("audit export log.jsonl --json");
        run("audit verify log.jsonl --key d/log.pub --json");
        run("stop --json");
    }
}
