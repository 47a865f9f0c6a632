package dev.countergate.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.Statement;
import dev.countergate.server.Main;
import dev.countergate.testing.approval.FakeDaemon;
import dev.countergate.testing.approval.Keys;
import dev.countergate.testing.approval.SampleCore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a person sees and does without a terminal: the commands around approving, against a daemon that may lie. */
@Tag("long")
class InboxTest {
    private static final SampleCore CORE = SampleCore.MODERATE;
    private static final SampleCore OTHER =
            SampleCore.MODERATE.in("staging").named("p-00000000000000000000000002");
    private static final String ID = CORE.id().value();

    @TempDir private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private FakeDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        environment.put("HOME", folder.toString());
        environment.put("XDG_STATE_HOME", folder.resolve("s").toString());
        Files.createDirectories(folder.resolve("s/countergate"));
        daemon = new FakeDaemon(folder.resolve("s/countergate/ops-1"), environment);
        daemon.propose(CORE, "SENDING", "APPLIED", "VERIFIED");
    }

    @AfterEach
    void stop() throws InterruptedException {
        daemon.close();
    }

    private Typed run(String... arguments) {
        return Typed.run(folder, environment, arguments);
    }

    private FakeDaemon second() throws Exception {
        FakeDaemon second = new FakeDaemon(folder.resolve("s/countergate/web-2"), environment);
        second.propose(OTHER, "SENDING", "APPLIED", "UNVERIFIED");
        return second;
    }

    private static Consumer<ObjectNode> put(String member, String text) {
        return answer -> answer.put(member, text);
    }

    // ---- pending

    @Test
    void pending_spans_every_daemon() throws Exception {
        try (FakeDaemon second = second()) {
            Typed pending = run("pending");
            assertThat(pending.code()).isZero();
            assertThat(pending.out())
                    .contains(CORE.digest().code())
                    .contains(OTHER.digest().code())
                    .contains("moderate  prod         2        restart_service");
            assertThat(run("pending", "--state", second.state().path() + "").out())
                    .doesNotContain(CORE.digest().code());
        }
    }

    @Test
    void pending_as_json_has_the_promised_members() {
        JsonNode first = run("pending", "--json").json().path(0);
        assertThat(first.propertyNames())
                .contains(
                        "proposal",
                        "code",
                        "state",
                        "tool",
                        "requester",
                        "risk",
                        "summary",
                        "created_at",
                        "expires_at",
                        "approvals");
        assertThat(first.path("approvals").path("needed").asInt()).isEqualTo(1);
    }

    @Test
    void a_daemon_that_fails_hides_no_other_and_is_named() throws Exception {
        try (FakeDaemon second = second()) {
            second.lie("pending", answer -> answer.put("ok", false));
            Typed pending = run("pending");
            assertThat(pending.code()).isEqualTo(1);
            assertThat(pending.out()).contains(CORE.digest().code());
            assertThat(pending.err()).contains(second.state().path().toString());
        }
    }

    @Test
    void without_a_daemon_nothing_is_said_to_wait_or_not() throws Exception {
        daemon.close();
        Typed pending = run("pending");
        assertThat(pending.code()).isEqualTo(1);
        assertThat(pending.out()).isEmpty();
        assertThat(pending.err()).contains("no daemon runs: start it with `countergate serve`");
        assertThat(run("pending", "--json").json().isEmpty()).isTrue();
    }

    @Test
    void hostile_text_in_a_summary_moves_no_cursor() {
        daemon.lie(
                "pending",
                answer ->
                        ((ObjectNode) answer.path("proposals").path(0))
                                .put("summary", "a\u001b[2J\rb\nAPPROVED\u202e\u0007 c")
                                .put("requester", "eve\u009b1m")
                                .put("tool", "\u200bx\t")
                                .put("code", "\u001b]0;title\u0007"));
        Typed pending = run("pending");
        assertThat(pending.out().codePoints())
                .allMatch(each -> each == '\n' || (each >= ' ' && each <= '~'));
        assertThat(pending.out()).hasLineCount(2).contains("a\\u001b[2J\\u000db\\u000aAPPROVED");
    }

    @Test
    void a_cut_summary_says_so() {
        daemon.lie(
                "pending",
                answer ->
                        ((ObjectNode) answer.path("proposals").path(0))
                                .put("summary", "x".repeat(500)));
        assertThat(run("pending").out()).contains("[cut: `countergate show CODE` has it whole]");
    }

    // ---- show

    @Test
    void show_writes_exactly_the_bytes_that_are_signed_for() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int code =
                CommandTree.of(
                                new Console(
                                        environment,
                                        folder,
                                        new PrintStream(out, true, UTF_8),
                                        System.err))
                        .execute("show", ID);
        assertThat(code).isZero();
        enrolPlain();
        Typed statement = run("statement", ID, "--approver", "ana");
        assertThat(statement.out())
                .contains("\"view\":\"" + Digest.of(out.toByteArray()).hex() + "\"");
    }

    @Test
    void show_core_writes_exactly_the_core() {
        assertThat(run("show", ID, "--core").out()).isEqualTo(CORE.text());
    }

    @Test
    void shows_by_code_what_waits_and_by_id_whatever_there_is() throws Exception {
        try (FakeDaemon second = second()) {
            assertThat(run("show", OTHER.digest().code(), "--core").out()).isEqualTo(OTHER.text());
            assertThat(run("show", OTHER.id().value(), "--core").out()).isEqualTo(OTHER.text());
            assertThat(second.asked("show")).hasSize(2);
        }
    }

    @Test
    void a_key_file_that_is_not_there_is_named_with_what_is_wrong() throws Exception {
        Typed missing = run("approver", "add", "ben", "nosuch.pub");
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err())
                .isEqualTo(
                        "countergate: `"
                                + folder.resolve("nosuch.pub")
                                + "`: there is no such file\n");
    }

    @Test
    void a_code_means_its_proposal_after_it_was_decided_too() throws Exception {
        Path key = enrolPlain();
        String code = CORE.digest().code();
        Typed statement = run("statement", code, "--approver", "ana", "--reject");
        Path text = write("approval", statement.out());
        Path signature = write("approval.sig", Keys.sign(key, statement.out().getBytes(UTF_8)));
        String[] submit = {"submit", code, "--statement", text + "", "--signature", signature + ""};
        assertThat(run(submit).code()).isZero();
        assertThat(run("pending").out()).doesNotContain(code);
        Typed show = run("show", code);
        assertThat(show.code()).as(show.err()).isZero();
        assertThat(show.out()).contains(code);
        assertThat(run("approve", code).err()).doesNotContain("knows");
        assertThat(run(submit).err()).doesNotContain("knows");
    }

    @Test
    void a_code_means_the_one_that_waits_before_one_that_was_decided() throws Exception {
        try (FakeDaemon second = second()) {
            second.lie(
                    "coded",
                    answer ->
                            ((ObjectNode) answer.path("proposals").path(0))
                                    .put("code", CORE.digest().code()));
            assertThat(run("show", CORE.digest().code(), "--core").out()).isEqualTo(CORE.text());
            assertThat(second.asked("coded")).isEmpty();
        }
    }

    @Test
    void two_proposals_of_one_code_are_not_chosen_between() throws Exception {
        try (FakeDaemon second = second()) {
            second.lie(
                    "pending",
                    answer ->
                            ((ObjectNode) answer.path("proposals").path(0))
                                    .put("code", CORE.digest().code()));
            Typed show = run("show", CORE.digest().code());
            assertThat(show.code()).isEqualTo(1);
            assertThat(show.out()).isEmpty();
            assertThat(show.err()).contains("several proposals have the code");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "p-",
                "p-0000000000000000000000000",
                "p-000000000000000000000000011",
                "P-00000000000000000000000001",
                "p-8zzzzzzzzzzzzzzzzzzzzzzzzz",
                "0",
                "0123456",
                "0123456G",
                "ABCDEF01",
                "../../etc",
            })
    void a_name_that_is_none_is_wrong_usage_and_asks_nobody(String name) {
        Typed show = run("show", name);
        assertThat(show.code()).isEqualTo(64);
        assertThat(show.err()).contains("give its id").hasLineCount(1);
        assertThat(daemon.asked("proposal")).isEmpty();
    }

    @Test
    void a_proposal_nobody_knows_is_said_with_what_to_do() {
        for (String name : List.of("p-00000000000000000000000009", "ffffffff")) {
            Typed show = run("show", name);
            assertThat(show.code()).isEqualTo(1);
            assertThat(show.err()).contains("`countergate pending` shows what waits");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "view, 'environment: test', OTHER_VIEW",
        "view, '', OTHER_VIEW",
        "digest, 0000, OTHER_DIGEST",
        "core, '{}', NOT_SHOWABLE",
    })
    void a_daemon_that_lies_is_caught_before_anything_is_shown(
            String member, String text, String code) {
        daemon.lie("show", put(member, text));
        for (String form : List.of("", "--core", "--json", "--as=aws")) {
            Typed show = form.isEmpty() ? run("show", ID) : run("show", ID, form);
            assertThat(show.code()).as(form).isEqualTo(2);
            assertThat(show.out()).as(form).isEmpty();
            assertThat(show.err()).as(form).contains("[" + code + "]").contains("lies");
        }
    }

    @Test
    void a_daemon_that_shows_another_proposal_is_caught() {
        daemon.lie(
                "show",
                answer -> answer.put("core", OTHER.text()).put("digest", OTHER.digest().hex()));
        assertThat(run("show", ID).err()).contains("[OTHER_PROPOSAL]");
    }

    @Test
    void show_as_prints_a_command_a_person_can_trust_their_eyes_with() {
        assertThat(run("show", ID, "--as", "aws").out()).startsWith("aws ssm send-command");
        Typed curl = run("show", ID, "--as", "curl");
        assertThat(curl.code()).isEqualTo(1);
        assertThat(curl.err()).contains("try `--as aws`");
        daemon.lie(
                "show", answer -> answer.putObject("as").put("aws", "aws ssm x\r\u001b[Arm -rf /"));
        Typed hostile = run("show", ID, "--as", "aws");
        assertThat(hostile.code()).isEqualTo(2);
        assertThat(hostile.out()).isEmpty();
        assertThat(run("show", ID, "--as", "bash").code()).isEqualTo(64);
        assertThat(run("show", ID, "--as", "aws", "--core").code()).isEqualTo(64);
    }

    // ---- statement and submit

    private Path enrolPlain() throws Exception {
        Path key = folder.resolve("elsewhere/key");
        if (!Files.exists(key)) {
            Keys.ed25519(key, "");
            daemon.enrol("ana", Keys.line(key));
        }
        return key;
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void what_is_signed_elsewhere_is_accepted_at_once() throws Exception {
        Path key = enrolPlain();
        Typed statement = run("statement", CORE.digest().code(), "--approver", "ana");
        assertThat(statement.code()).as(statement.err()).isZero();
        assertThat(statement.out()).startsWith("{\"approver\":\"ana\",").endsWith("}");
        assertThat(statement.err()).contains(CORE.digest().code());
        Path text = write("approval", statement.out());
        Path signature = write("approval.sig", Keys.sign(key, statement.out().getBytes(UTF_8)));
        Typed submit = run("submit", ID, "--statement", text + "", "--signature", signature + "");
        assertThat(submit.code()).as(submit.err()).isZero();
        assertThat(submit.out()).startsWith("accepted; APPROVED");
        // It did not stay for the outcome.
        assertThat(daemon.stateOf(CORE)).isEqualTo("APPROVED");
    }

    @Test
    void submit_as_json_has_the_status() throws Exception {
        Path key = enrolPlain();
        Typed statement = run("statement", ID, "--approver", "ana", "--reject");
        Path text = write("approval", statement.out());
        Path signature = write("approval.sig", Keys.sign(key, statement.out().getBytes(UTF_8)));
        Typed submit =
                run(
                        "submit",
                        ID,
                        "--statement",
                        text + "",
                        "--signature",
                        signature + "",
                        "--json");
        assertThat(submit.json().path("state").asString()).isEqualTo("REJECTED");
        assertThat(submit.json().path("final").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a line end after the statement",
                "another statement",
                "a signature of another text",
                "a signature by another key",
                "no signature",
                "a statement that is not text",
                "a statement far too long",
            })
    void what_was_not_signed_so_is_refused(String lie) throws Exception {
        Path key = enrolPlain();
        String good = run("statement", ID, "--approver", "ana").out();
        Path text = write("approval", good);
        Path signature = write("approval.sig", Keys.sign(key, good.getBytes(UTF_8)));
        switch (lie) {
            case "a line end after the statement" -> write("approval", good + "\n");
            case "another statement" -> write("approval", good.replace("approve", "reject"));
            case "a signature of another text" ->
                    write("approval.sig", Keys.sign(key, (good + " ").getBytes(UTF_8)));
            case "a signature by another key" ->
                    write(
                            "approval.sig",
                            Keys.sign(
                                    Keys.ed25519(folder.resolve("eve/key"), ""),
                                    good.getBytes(UTF_8)));
            case "no signature" -> write("approval.sig", "");
            case "a statement that is not text" ->
                    Files.write(text, new byte[] {(byte) 0xC3, (byte) 0x28});
            case "a statement far too long" -> write("approval", good + " ".repeat(1 << 20));
            default -> throw new AssertionError(lie);
        }
        Typed submit = run("submit", ID, "--statement", text + "", "--signature", signature + "");
        assertThat(submit.code()).as(submit.out()).isEqualTo(2);
        assertThat(submit.err()).contains("countergate: refused: ");
        assertThat(daemon.stateOf(CORE)).isEqualTo("PENDING");
    }

    @Test
    void submit_says_which_file_it_cannot_read() throws Exception {
        Path there = write("approval", "x");
        Typed submit = run("submit", ID, "--statement", there + "", "--signature", "gone.sig");
        assertThat(submit.code()).isEqualTo(1);
        assertThat(submit.err()).contains("gone.sig` cannot be read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"decision", "digest", "view", "proposal", "approver", "server"})
    void a_statement_that_says_something_else_is_not_printed(String member) throws Exception {
        enrolPlain();
        daemon.lie(
                "statement",
                answer -> {
                    String text = answer.path("statement").asString();
                    String was = text.replaceAll(".*\"" + member + "\":\"([^\"]*)\".*", "$1");
                    String lie =
                            switch (member) {
                                case "decision" -> "reject";
                                case "proposal" -> OTHER.id().value();
                                case "approver" -> "eve";
                                case "server" -> "ops-9";
                                default -> OTHER.digest().hex();
                            };
                    String head = "\"" + member + "\":\"";
                    answer.put("statement", text.replace(head + was, head + lie));
                });
        Typed statement = run("statement", ID, "--approver", "ana");
        assertThat(statement.code()).isEqualTo(2);
        assertThat(statement.out()).isEmpty();
        assertThat(statement.err()).contains("[OTHER_");
    }

    @Test
    void a_statement_is_valid_as_long_as_was_asked() throws Exception {
        enrolPlain();
        var _ = run("statement", ID, "--approver", "ana", "--valid", "1h");
        assertThat(daemon.asked("statement").getLast().path("valid_seconds").asInt())
                .isEqualTo(3_600);
        var _ = run("statement", ID, "--approver", "ana");
        assertThat(daemon.asked("statement").getLast().path("valid_seconds").asInt())
                .isEqualTo(300);
        for (String bad : List.of("61m", "0", "500ms", "-5m", "5", "soon", "1h1s", "")) {
            Typed refused = run("statement", ID, "--approver", "ana", "--valid", bad);
            assertThat(refused.code()).as(bad).isEqualTo(64);
        }
        assertThat(daemon.asked("statement")).hasSize(2);
    }

    @Test
    void a_statement_for_whoever_is_not_enrolled_is_refused() throws Exception {
        enrolPlain();
        assertThat(run("statement", ID, "--approver", "eve").code()).isEqualTo(2);
        assertThat(run("statement", ID, "--approver", "e v e").code()).isEqualTo(64);
        assertThat(run("statement", ID).code()).isEqualTo(64);
    }

    // ---- done, cancel, resolve

    @Test
    void done_by_hand_is_said_once() {
        Typed done = run("done", ID, "--note", "ran it");
        assertThat(done.code()).isZero();
        assertThat(done.out()).startsWith("DONE_BY_HAND: ").contains("nothing was sent from here");
        assertThat(daemon.asked("done").getLast().path("note").asString()).isEqualTo("ran it");
        Typed again = run("done", ID, "--note", "ran it");
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err()).contains("[WRONG_STATE]");
    }

    @Test
    void cancel_says_asked_and_never_stopped() {
        Typed nothing = run("cancel", ID);
        assertThat(nothing.code()).isEqualTo(1);
        assertThat(nothing.out()).startsWith("NOT asked: ");
        daemon.lie("cancel", answer -> answer.put("asked", true).put("text", "a\u001b[2Jb"));
        Typed asked = run("cancel", ID);
        assertThat(asked.code()).isZero();
        assertThat(asked.out())
                .isEqualTo("asked to stop (NOT stopped yet, maybe never): a\\u001b[2Jb\n");
    }

    @Test
    void resolve_is_unsigned_only_until_a_key_is_enrolled() throws Exception {
        Typed resolved = run("resolve", ID, "not-applied", "--note", "looked at it");
        assertThat(resolved.code()).as(resolved.err()).isZero();
        assertThat(daemon.asked("widen").getLast().path("arguments").path("applied").asBoolean())
                .isFalse();
        enrolPlain();
        environment.put("COUNTERGATE_KEY", enrolPlain().toString());
        assertThat(run("resolve", ID, "applied", "--note", "x").code()).isEqualTo(2);
        assertThat(daemon.asked("widen")).hasSize(1);
        assertThat(run("resolve", ID, "maybe", "--note", "x").code()).isEqualTo(64);
        assertThat(run("resolve", ID, "applied", "--note", "x\ny").code()).isEqualTo(64);
        assertThat(run("resolve", ID, "applied").code()).isEqualTo(64);
    }

    @Test
    void approvals_need_a_terminal_or_another_machine() {
        // A build has no controlling terminal; where one runs this by hand it has, so start anew.
        for (String command : List.of("approve", "reject")) {
            Typed refused = inSession(command, ID);
            assertThat(refused.code()).as(refused.err()).isEqualTo(2);
            assertThat(refused.err()).contains("[NO_TERMINAL]").contains("statement --help");
        }
        assertThat(daemon.asked("statement")).isEmpty();
    }

    /** Runs the command in a session of its own, which has no terminal. */
    private Typed inSession(String... arguments) {
        try {
            ArrayList<String> command =
                    new ArrayList<>(
                            List.of(
                                    "/usr/bin/setsid",
                                    "-w",
                                    Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                    "-XX:TieredStopAtLevel=1",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Main.class.getName()));
            command.addAll(List.of(arguments));
            ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
            builder.environment().clear();
            builder.environment().putAll(environment);
            Process process = builder.start();
            String out = new String(process.getInputStream().readAllBytes(), UTF_8);
            String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
            return new Typed(process.waitFor(), out, err);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "approve ID",
                "reject ID",
                "submit ID --statement f --signature f",
                "done ID --note x",
                "resolve ID applied --note x",
                "approver add ana --new",
                "approver add ana k.pub",
                "approver remove ana",
            })
    void an_agents_environment_decides_nothing(String line) throws Exception {
        write("f", "x");
        environment.put("CLAUDECODE", "1");
        Typed refused = run(line.replace("ID", ID).split(" "));
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("[AGENT_ENVIRONMENT]").hasLineCount(1);
        for (String decided : List.of("submit", "done", "widen", "statement")) {
            assertThat(daemon.asked(decided)).isEmpty();
        }
        assertThat(daemon.stateOf(CORE)).isEqualTo("PENDING");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"pending", "show ID", "cancel ID", "freeze --reason x", "approver list"})
    void an_agents_environment_may_look_and_stop(String line) {
        environment.put("CLAUDECODE", "1");
        assertThat(run(line.replace("ID", ID).split(" ")).err())
                .doesNotContain("AGENT_ENVIRONMENT");
    }

    // ---- what a daemon says of itself

    @Test
    void a_daemons_hostile_message_stays_on_its_line() {
        daemon.lie(
                "cancel",
                answer ->
                        answer.put("ok", false)
                                .putObject("error")
                                .put("code", "X\u001b[1m")
                                .put("message", "no\ncountergate: VERIFIED\u001b[2J"));
        Typed refused = run("cancel", ID);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).hasLineCount(1).doesNotContain("\u001b");
    }

    @Test
    void an_operation_an_older_daemon_lacks_is_a_failure_and_no_refusal() {
        daemon.lie(
                "cancel",
                answer ->
                        answer.put("ok", false)
                                .putObject("error")
                                .put("code", "INVALID_REQUEST")
                                .put("message", "this daemon knows no operation `cancel`"));
        assertThat(run("cancel", ID).code()).isEqualTo(1);
    }

    // ---- watch

    @Test
    void watch_says_each_change_once_and_follows_to_the_end() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Console console =
                new Console(environment, folder, new PrintStream(out, true, UTF_8), System.err);
        Watching watching = new Watching(console, false);
        Daemons daemons = new Daemons(console, List.of(daemon.state()));
        watching.look(daemons);
        watching.look(daemons);
        assertThat(out.toString(UTF_8)).hasLineCount(1).contains("PENDING: waits for a person");
        Path key = enrolPlain();
        Typed statement = run("statement", ID, "--approver", "ana");
        Path text = write("approval", statement.out());
        Path signature = write("approval.sig", Keys.sign(key, statement.out().getBytes(UTF_8)));
        var _ = run("submit", ID, "--statement", text + "", "--signature", signature + "");
        for (int i = 0; i < 6; i++) {
            watching.look(daemons);
        }
        assertThat(out.toString(UTF_8))
                .containsOnlyOnce("SENDING: ")
                .containsOnlyOnce("NOT verified yet")
                .containsOnlyOnce("VERIFIED: it was sent and the effect was seen")
                .contains(CORE.digest().code() + "  restart_service  prod  ");
    }

    @Test
    void watch_as_json_is_an_object_a_line() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Console console =
                new Console(environment, folder, new PrintStream(out, true, UTF_8), System.err);
        new Watching(console, true).look(new Daemons(console, List.of(daemon.state())));
        assertThat(out.toString(UTF_8)).hasLineCount(1).startsWith("{\"proposal\":\"" + ID);
    }

    @Test
    void a_statement_has_the_namespace_the_help_tells() {
        assertThat(run("statement", "--help").out()).contains("-n " + Statement.NAMESPACE + " ");
    }
}
