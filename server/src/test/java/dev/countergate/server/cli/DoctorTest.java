package dev.countergate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Powers;
import dev.countergate.policy.catalogue.Principals.Principal;
import dev.countergate.policy.catalogue.Principals.Token;
import dev.countergate.policy.token.Digest;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.BackendProbe;
import dev.countergate.server.approver.EnrolledKey;
import dev.countergate.server.approver.KeyChoice;
import dev.countergate.server.cli.ClockCheck.Answered;
import dev.countergate.testing.RawServer;
import dev.countergate.testing.approval.Keys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** What `doctor` finds. Each row is a set-up; those that are wrong outnumber those that are well. */
@Tag("long")
@Timeout(60)
class DoctorTest {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
    private static final String USER = System.getProperty("user.name");

    @TempDir private Path folder;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void home() {
        environment.put("HOME", folder.toString());
        environment.put("COUNTERGATE_LAUNCHER", "/bin/sh");
    }

    private Typed run(String... arguments) {
        return Typed.run(folder, environment, arguments);
    }

    private static void mode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private static String text(List<Diagnosis> found) {
        return found.stream()
                .map(each -> each.state().word() + " " + each.detail() + ": " + each.mend())
                .collect(Collectors.joining("\n"));
    }

    // ---- who else may change what it obeys

    @ParameterizedTest
    @CsvSource({
        "rw-r--r--, rwxr-xr-x, ok",
        "rw-------, rwx------, ok",
        "rw-rw-rw-, rwxr-xr-x, problem", // the file
        "rw--w--w-, rwxr-xr-x, problem",
        "rw-r--r--, rwxrwxrwx, problem", // another put in its place
        "rw-r--r--, rwxr-x-wx, problem",
    })
    void a_file_that_others_may_change(String file, String directory, String state)
            throws IOException {
        Path place = Files.createDirectory(folder.resolve("place"));
        Path catalogue = Files.writeString(place.resolve("tools.yaml"), "tools: []\n");
        mode(catalogue, file);
        mode(place, directory);

        List<Diagnosis> found = OthersCheck.of(folder).of("catalogue", List.of(catalogue));

        assertThat(found).singleElement().extracting(each -> each.state().word()).isEqualTo(state);
        if (state.equals("problem")) {
            assertThat(found.getFirst().mend())
                    .startsWith("`chmod go-w " + (directory.contains("w-") ? catalogue : place));
        }
    }

    @Test
    void a_link_is_as_open_as_where_it_leads_and_where_it_lies() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Path inOpen = Files.writeString(open.resolve("t.yaml"), "x");
        Path inClosed = Files.writeString(closed.resolve("t.yaml"), "x");
        mode(open, "rwxrwxrwx");
        for (Path link :
                List.of(
                        Files.createSymbolicLink(closed.resolve("link"), inOpen),
                        Files.createSymbolicLink(open.resolve("link"), inClosed))) {
            assertThat(text(OthersCheck.of(folder).of("catalogue", List.of(link))))
                    .startsWith("problem")
                    .contains("`" + open + "` may be written by everybody");
        }
        assertThat(text(OthersCheck.of(folder).of("catalogue", List.of(inClosed))))
                .startsWith("ok");
    }

    @Test
    void anothers_file_is_anothers_to_change_unless_it_is_the_daemons() throws IOException {
        Path file = Files.writeString(folder.resolve("t.yaml"), "x");
        assertThat(text(new OthersCheck(Set.of("somebody")).of("catalogue", List.of(file))))
                .contains("belongs to " + USER);
        assertThat(
                        text(
                                new OthersCheck(new HashSet<>(List.of(USER, "root")))
                                        .of("catalogue", List.of(file))))
                .startsWith("ok");
        assertThat(OthersCheck.of(folder).of("catalogue", List.of(folder.resolve("none"))))
                .isEmpty();
    }

    @Test
    void what_was_not_looked_at_is_not_called_good() throws IOException {
        Path none = folder.resolve("none");
        Path file = Files.writeString(folder.resolve("t.yaml"), "x");
        assertThat(text(OthersCheck.of(folder).of("catalogue", List.of(none, file))))
                .contains("`" + file + "` is nobody else's")
                .doesNotContain(none.toString());
        assertThat(text(DoctorCommand.runbooks(file, OthersCheck.of(folder))))
                .isEqualTo("problem `" + file + "` cannot be listed: mend its mode");
        Path books = Files.createDirectory(folder.resolve("books"));
        for (int i = 0; i < 1_000; i++) {
            Files.createFile(books.resolve("b" + i));
        }
        assertThat(text(DoctorCommand.runbooks(books, OthersCheck.of(folder))))
                .startsWith("ok")
                .doesNotContain("note");
        Files.createFile(books.resolve("z"));
        assertThat(text(DoctorCommand.runbooks(books, OthersCheck.of(folder))))
                .contains("note more than 1000 are not looked at");
    }

    @Test
    void an_open_include_and_an_open_runbook_are_found() throws IOException {
        Files.writeString(folder.resolve("tools.yaml"), "include: [more.yaml]\nrunbooks: books\n");
        Path more = Files.writeString(folder.resolve("more.yaml"), "tools: []\n");
        Path book =
                Files.writeString(
                        Files.createDirectory(folder.resolve("books")).resolve("web.md"),
                        "# Web\n");
        mode(more, "rw-rw-rw-");
        mode(book, "rw-rw-rw-");

        Typed found = run("doctor");

        assertThat(found.code()).isEqualTo(1);
        assertThat(found.out())
                .contains("`chmod go-w " + more + "`")
                .contains("`chmod go-w " + book + "`");
    }

    // ---- the daemon's own account

    private StateDirectory state() throws IOException {
        StateDirectory state = StateDirectory.at(folder.resolve("state"), environment);
        state.create();
        mode(Files.writeString(state.approvers(), ""), "rw-------");
        return state;
    }

    @Test
    void a_daemon_of_another_account_is_no_fault_where_it_answers() throws IOException {
        StateDirectory state = state();
        assertThat(text(FileModeCheck.of(state, USER, false))).startsWith("ok");
        assertThat(text(FileModeCheck.of(state, "olga", true)))
                .isEqualTo(
                        "note `"
                                + state.path()
                                + "` belongs to "
                                + USER
                                + ", and so does the daemon: what is closed to you is looked at when"
                                + " this is run as "
                                + USER);
        assertThat(text(FileModeCheck.of(state, "olga", false)))
                .isEqualTo(
                        "problem `"
                                + state.path()
                                + "` belongs to "
                                + USER
                                + ", and no daemon there answers you: run this as "
                                + USER);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void what_is_open_is_found_whoever_looks(boolean isTheirs) throws IOException {
        StateDirectory state = state();
        mode(state.approvers(), "rw-rw----");
        assertThat(text(FileModeCheck.of(state, isTheirs ? USER : "olga", true)))
                .contains("problem `" + state.approvers() + "` has mode rw-rw----")
                .doesNotContain("remove");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "{'keys':3,'persons':2} | ok 3 keys of 2 persons",
                "{'keys':0,'persons':0} | note no key is enrolled",
                "{'faults':['line 1: odd']} | problem nobody can approve: line 1: odd",
            })
    void approvers_whose_file_is_closed_are_told_of_by_the_daemon(String told, String finding) {
        JsonNode approvers = new JsonMapper().readTree(told.replace('\'', '"'));
        assertThat(text(AuthorityCheck.approvers(approvers))).startsWith(finding);
    }

    /** To have room made on a disk is no answer to who wrote to the log, nor the other way round. */
    @Test
    void a_log_that_cannot_be_written_has_one_mend() {
        assertThat(
                        text(
                                List.of(
                                        DoctorCommand.unwritable(
                                                "the log was changed within the store: keep the"
                                                        + " state directory as it is"))))
                .isEqualTo(
                        "problem cannot be written, so writes are refused: the log was changed"
                                + " within the store: keep the state directory as it is: where that"
                                + " mends it, writes go on by themselves or at the daemon's next"
                                + " start");
    }

    // ---- what stands still

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                // what a daemon says, or no daemon | what the file says | finding
                "[] | | ok nothing is frozen",
                "- | | ok nothing is frozen",
                "- | in haste | note everything is frozen since",
                "[] | in haste | ok nothing is frozen", // the daemon knows better, and looks itself
                "[{'environment':'prod','since':'S','by':'ana','reason':'r'}] | | note `prod` is frozen since S by ana: r: `countergate thaw --environment prod`",
                "[{'since':'S','by':'ana','reason':'r'}] | in haste | note everything is frozen since S by ana: r: `countergate thaw`",
                "[{'environment':'prod','since':'S','by':'ana','reason':'r','written':false}] | | problem `prod` is frozen since S by ana: r; `",
                "[{'since':'S','by':'ana','reason':'r','written':false}] | in haste | problem everything is frozen since S by ana: r; `",
            })
    void a_freeze_is_what_the_daemon_says_it_is(String told, @Nullable String file, String finding)
            throws IOException {
        StateDirectory state =
                StateDirectory.at(Files.createDirectory(folder.resolve("state")), environment);
        if (file != null) {
            Files.writeString(state.freeze(), file);
        }
        Optional<JsonNode> status =
                told.equals("-")
                        ? Optional.empty()
                        : Optional.of(
                                new JsonMapper()
                                        .readTree(("{'frozen':" + told + "}").replace('\'', '"')));

        assertThat(
                        text(
                                AuthorityCheck.of(state, status, environment, NOW).stream()
                                        .filter(each -> each.check().equals("freeze"))
                                        .toList()))
                .startsWith(finding);
    }

    // ---- keys

    @ParameterizedTest
    @CsvSource({
        "sesame, rw-------, true,  ok",
        "'',     rw-------, true,  problem",
        "sesame, rw-r-----, true,  problem",
        "'',     rw-r--r--, true,  problem",
        "'',     rw-------, false, ''", // it approves nothing here
    })
    void a_key_that_signs_without_its_person(
            String passphrase, String mode, boolean isEnrolled, String state) throws Exception {
        Path key = Keys.ed25519(folder.resolve("keys/approvals"), passphrase);
        mode(key, mode);
        List<EnrolledKey> enrolled =
                isEnrolled
                        ? List.of(
                                new EnrolledKey(
                                        new Person("ana"),
                                        KeyChoice.read(key.resolveSibling("approvals.pub"))
                                                .fingerprint()))
                        : List.of();

        List<Diagnosis> found =
                KeyFileCheck.of(enrolled, List.of(folder.resolve("keys")), environment);

        assertThat(found.stream().map(each -> each.state().word()).collect(Collectors.joining()))
                .as(text(found))
                .isEqualTo(state);
        if (state.equals("problem")) {
            assertThat(text(found)).contains(key.toString()).contains("`ana`");
        }
    }

    // ---- clients

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                // what the file holds | finding
                "{'mcpServers': {'cg': {'command': 'L', 'args': ['stdio', '--config', 'C']}}} | ok claude-code launches `cg` with this catalogue",
                "{'mcpServers': {'cg': {'command': 'countergate', 'args': ['stdio', '--config', 'C']}}} | ok claude-code launches `cg`",
                "{'projects': {'/p': {'mcpServers': {'cg': {'command': 'L', 'args': ['stdio', '--config', 'C']}}}}} | ok claude-code",
                "{'mcpServers': {'cg': {'command': '/gone/countergate', 'args': ['stdio']}}} | problem claude-code launches `cg` by `/gone/countergate`, which is no program",
                "{'mcpServers': {'cg': {'command': 'O', 'args': ['stdio', '--config', 'C']}}} | note claude-code launches `cg` by another program",
                "{'mcpServers': {'cg': {'command': 'L', 'args': ['stdio', '--config', '/else.yaml']}}} | note claude-code launches `cg` with the daemon of",
                "{'mcpServers': {'cg': {'command': 'L', 'args': ['stdio', '--config', 'C', '--state', '/foreign']}}} | note claude-code launches `cg` with the daemon of `/foreign`, not this one",
                "{'mcpServers': {'cg': {'command': 'L', 'args': ['stdio', '--config', '/else.yaml', '--state', 'S']}}} | problem claude-code launches `cg` with this daemon, but would start it with `/else.yaml`",
                "{'mcpServers': {'cg': {'command': 'L', 'args': ['stdio', '--config']}}} | note claude-code launches `cg` with the daemon of",
                "{'mcpServers': {'other': {'command': '/bin/false'}}} | note no client of this user launches this server",
                "{'mcpServers': {'cg': {'command': ['L'], 'args': 'stdio'}}} | note no client",
                "{'mcpServers': []} | note no client",
                "{'mcpServers': {'cg': {'command': '/x\\u0000/countergate', 'args': ['stdio']}}} | note no client",
                "{'mcpServers': {'c\\u001b[2Jg': {'command': 'L', 'args': ['stdio', '--config', 'x\\u0000']}}} | note claude-code launches",
                "{ | note `F` is not plain JSON",
            })
    void a_client_and_how_it_launches_the_server(String text, String finding) throws IOException {
        Path launcher = executable("bin/countergate");
        Path other = executable("other/countergate");
        Path catalogue = folder.resolve("tools.yaml");
        Path state = folder.resolve("state");
        if (!text.contains("--state")) {
            state = StateDirectory.of(catalogue, environment).path();
        }
        Path file = folder.resolve(".claude.json");
        Files.writeString(
                file,
                text.replace('\'', '"')
                        .replace("\"L\"", "\"" + launcher + "\"")
                        .replace("\"O\"", "\"" + other + "\"")
                        .replace("\"C\"", "\"" + catalogue + "\"")
                        .replace("\"S\"", "\"" + state + "\""));

        String found =
                text(
                        new ClientCheck(launcher.toString(), catalogue, state, environment)
                                .findings());

        assertThat(found).contains(finding.replace("`F`", "`" + file + "`"));
    }

    private Path executable(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n");
        mode(file, "rwxr-xr-x");
        return file;
    }

    @Test
    void claude_codes_shell_is_denied_what_persons_decide_by_or_that_is_said() throws IOException {
        Path launcher = executable("bin/countergate");
        environment.put("COUNTERGATE_LAUNCHER", launcher.toString());
        Files.writeString(folder.resolve("tools.yaml"), "tools: []\n");
        assertThat(run("connect", "claude-code", "--write").code()).isZero();
        assertThat(run("doctor").out())
                .contains("claude-code launches `countergate` with this catalogue")
                .doesNotContain("does not deny its shell");
        Files.delete(folder.resolve(".claude/settings.json"));
        assertThat(run("doctor").out())
                .contains("claude-code does not deny its shell 22 commands by which a person");
    }

    // ---- what ends by itself

    @ParameterizedTest
    @CsvSource({
        "2027-01-01T00:00:00Z, ok 1 tokens are good",
        "'',                   ok 1 tokens are good",
        "2026-03-20T00:00:00Z, note `token:ci` ends 2026-03-20",
        "2026-03-04T05:06:07Z, note `token:ci` ended",
        "2020-01-01T00:00:00Z, note `token:ci` ended 2020-01-01",
    })
    void a_token_that_ends(String expires, String finding) {
        Principal principal =
                new Principal(
                        PrincipalId.token("ci"),
                        null,
                        new Token(
                                Digest.of(new byte[] {1}),
                                expires.isEmpty() ? null : Instant.parse(expires)),
                        Powers.ALL);
        assertThat(text(ExpiryCheck.tokens(List.of(principal), NOW))).startsWith(finding);
    }

    @ParameterizedTest
    @CsvSource({
        "same,    2027-01-01T00:00:00Z, ok the one served is good until",
        "same,    2026-03-10T00:00:00Z, note the one served ends",
        "same,    2026-03-04T05:06:07Z, problem the one served ended",
        "another, 2027-01-01T00:00:00Z, note the one in",
        "another, 2026-01-01T00:00:00Z, problem the one served ended",
        "none,    2027-01-01T00:00:00Z, problem `",
        "garbage, 2027-01-01T00:00:00Z, problem `",
    })
    void a_certificate_that_ends_or_is_another_than_the_file(
            String served, String end, String finding) throws Exception {
        Path pem = certificate();
        String sha256 = served.equals("same") ? ofPem(pem) : "00".repeat(32);
        switch (served) {
            case "none" -> Files.delete(pem);
            case "garbage" -> Files.writeString(pem, "-----BEGIN CERTIFICATE-----\nAAAA\n");
            default -> {}
        }
        JsonNode told =
                new JsonMapper()
                        .createObjectNode()
                        .put("file", pem.toString())
                        .put("sha256", sha256)
                        .put("not_after", end);
        assertThat(text(ExpiryCheck.certificate(told, NOW))).startsWith(finding);
        assertThat(ExpiryCheck.certificate(MissingNode.getInstance(), NOW)).isEmpty();
    }

    private Path certificate() throws Exception {
        Path pem = folder.resolve("cert.pem");
        String keytool = Path.of(System.getProperty("java.home"), "bin/keytool").toString();
        List<String> store =
                List.of(
                        "-alias",
                        "a",
                        "-keystore",
                        folder.resolve("k.p12").toString(),
                        "-storepass",
                        "changeit");
        List<String> make =
                new ArrayList<>(
                        List.of(keytool, "-genkeypair", "-keyalg", "EC", "-dname", "CN=localhost"));
        make.addAll(store);
        List<String> export =
                new ArrayList<>(List.of(keytool, "-exportcert", "-rfc", "-file", pem.toString()));
        export.addAll(store);
        for (List<String> command : List.of(make, export)) {
            assertThat(
                            new ProcessBuilder(command)
                                    .redirectErrorStream(true)
                                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                    .start()
                                    .waitFor())
                    .isZero();
        }
        return pem;
    }

    private static String ofPem(Path pem) throws IOException {
        String body = Files.readString(pem).replaceAll("-----[A-Z ]+-----", "");
        return Digest.of(Base64.getMimeDecoder().decode(body.getBytes(StandardCharsets.US_ASCII)))
                .hex();
    }

    // ---- clock

    @ParameterizedTest
    @CsvSource({
        "0,     0,  ok as the clocks of 1 backends",
        "29,    0,  ok",
        "-29,   0,  ok",
        "40,    15, ok", // it was long on its way
        "40,    0,  problem 40 s ahead of the clock of backend `metrics`",
        "-3600, 0,  problem 3600 s behind the clock of backend `metrics`",
        "3600,  10, problem 3600 s ahead",
    })
    void a_clock_unlike_the_backends(int seconds, int took, String finding) {
        assertThat(text(ClockCheck.backends(List.of(answered(NOW.minusSeconds(seconds), took)))))
                .startsWith(finding);
    }

    @Test
    void a_backend_that_tells_no_time_says_nothing_of_the_clock() {
        assertThat(ClockCheck.backends(List.of(answered(null, 1)))).isEmpty();
    }

    private static Answered answered(@Nullable Instant clock, int took) {
        return new Answered(
                new BackendProbe.Outcome(
                        new BackendName("metrics"), "GET /", null, Duration.ofSeconds(took), clock),
                NOW);
    }

    @ParameterizedTest
    @CsvSource({"-86400, ''", "0, ''", "30, ''", "31, problem behind the log", "86400, problem"})
    void a_clock_behind_the_log(int seconds, String finding) {
        assertThat(text(ClockCheck.log(NOW.plusSeconds(seconds), NOW))).startsWith(finding);
    }

    // ---- backends

    @ParameterizedTest
    @CsvSource({
        "prometheus,   200, ok, GET /api/v1/query?query=1 answered in",
        "loki,         200, ok, GET /loki/api/v1/labels answered in",
        "alertmanager, 200, ok, GET /api/v2/status answered in",
        "http,         200, ok, HEAD / answered in",
        "http,         404, ok, HEAD / answered in", // it answers, which is all there is to see
        "http,         405, ok, HEAD / answered in",
        "http,         501, ok, HEAD / answered in", // it has no HEAD
        "loki,         501, problem, 501",
        "http,         401, problem, 401",
        "http,         403, problem, 403",
        "http,         503, problem, 503",
        "prometheus,   401, problem, 401",
        "prometheus,   404, problem, 404",
        "prometheus,   302, problem, GET /api/v1/query",
        "loki,         500, problem, 500",
        "alertmanager, 0,   problem, GET /api/v2/status", // it closes the connection
    })
    void a_backend_that_does_not_answer(String type, int status, String state, String words)
            throws Exception {
        try (RawServer server =
                RawServer.start(
                        (request, connection) -> {
                            if (status == 0) {
                                connection.socket().close();
                            } else if (request.line().startsWith("HEAD")) {
                                connection.write("HTTP/1.1 " + status + " X\n\n");
                            } else {
                                connection.answer(status, "", "{}");
                            }
                        })) {
            Files.writeString(
                    folder.resolve("tools.yaml"),
                    "backends:\n  it: {type: "
                            + type
                            + ", url: \""
                            + server.origin()
                            + "\", headers: {X-Key: \"${KEY}\"}}\n");
            environment.put("KEY", "hunter2");
            JsonNode checks =
                    run("doctor", "--json", "--config", "tools.yaml").json().path("checks");
            assertThat(
                            checks.valueStream()
                                    .filter(each -> each.path("check").asString().equals("backend"))
                                    .toList())
                    .singleElement()
                    .satisfies(
                            each -> {
                                assertThat(each.path("state").asString()).isEqualTo(state);
                                assertThat(each.path("detail").asString())
                                        .contains("`it`: ")
                                        .contains(words);
                            });
            assertThat(checks.toString()).doesNotContain("hunter2");
            assertThat(server.requests())
                    .isNotEmpty()
                    .allMatch(each -> each.header("X-Key").equals("hunter2"));
        }
    }

    @Test
    void one_that_is_silent_holds_up_no_other_and_is_given_up() throws Exception {
        String date =
                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        Instant.now().minusSeconds(7_200).atOffset(ZoneOffset.UTC));
        try (RawServer silent = RawServer.start((request, connection) -> connection.awaitClose());
                RawServer good =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(200, "Date: " + date + "\n", "{}"))) {
            Files.writeString(
                    folder.resolve("tools.yaml"),
                    "backends:\n  silent: {type: prometheus, timeout: 1000, url: \""
                            + silent.origin()
                            + "\"}\n  good: {type: prometheus, url: \""
                            + good.origin()
                            + "\"}\n");
            long began = System.nanoTime();
            Typed found = run("doctor", "--config", "tools.yaml");
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isLessThan(Duration.ofSeconds(20));
            assertThat(found.code()).isEqualTo(1);
            assertThat(found.out())
                    .containsSubsequence("`good`: ", "`silent`: ")
                    .containsPattern("72\\d\\d s ahead of the clock of backend `good`");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', false", // it came with the folder, as a cloned repository's does
        "tools.yaml, '', true",
        "'', tools.yaml, true",
    })
    void a_catalogue_that_nobody_named_gets_nothing_of_the_environment_sent_anywhere(
            String option, String variable, boolean isAsked) throws Exception {
        try (RawServer server =
                RawServer.start((request, connection) -> connection.answer(200, "", "{}"))) {
            Files.writeString(
                    folder.resolve("tools.yaml"),
                    "backends:\n  it: {type: prometheus, url: \""
                            + server.origin()
                            + "\", headers: {X-Key: \"${KEY}\"}}\n");
            environment.put("KEY", "hunter2");
            environment.put("COUNTERGATE_CONFIG", variable);
            Typed found = option.isEmpty() ? run("doctor") : run("doctor", "--config", option);
            assertThat(server.requests()).hasSize(isAsked ? 1 : 0);
            assertThat(found.out().contains("none was asked")).isEqualTo(!isAsked);
        }
    }

    // ---- the whole

    @Test
    void every_finding_but_a_good_one_says_what_mends_it() throws IOException {
        Files.writeString(folder.resolve("tools.yaml"), "tools: []\n");
        JsonNode all = run("doctor", "--json").json();
        assertThat(all.path("separation").asString()).startsWith("S0: ");
        assertThat(all.path("checks").valueStream())
                .filteredOn(each -> each.path("state").asString().equals("problem"))
                .allSatisfy(each -> assertThat(each.path("mend").asString()).isNotEmpty());
    }

    @Test
    void what_stands_in_a_name_moves_no_cursor() throws IOException {
        assumeThat(System.getProperty("os.name")).startsWith("Linux");
        Path odd = Files.createDirectory(folder.resolve("a\u001b[2Jb"));
        Files.writeString(odd.resolve("tools.yaml"), "tools: []\n");
        Typed found = run("doctor", "--config", odd.resolve("tools.yaml").toString());
        assertThat(found.out()).contains("a\\u001b[2Jb").doesNotContain("\u001b");
    }
}
