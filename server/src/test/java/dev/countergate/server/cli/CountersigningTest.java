package dev.countergate.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Guard;
import dev.countergate.server.Main;
import dev.countergate.testing.approval.FakeDaemon;
import dev.countergate.testing.approval.Keys;
import dev.countergate.testing.approval.Pty;
import dev.countergate.testing.approval.RunningAgent;
import dev.countergate.testing.approval.SampleCore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A person at a real terminal with real keys, and the daemon, or what lies on their machine, against them. */
@Tag("long")
class CountersigningTest {
    private static final SampleCore CORE = SampleCore.MODERATE;
    private static final String ID = CORE.id().value();
    private static final String PASSPHRASE = "correct horse";

    @TempDir private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private FakeDaemon daemon;
    private Path key = Path.of("");

    @BeforeAll
    static void need_a_terminal() throws Exception {
        Pty.require();
    }

    @BeforeEach
    void start() throws Exception {
        environment.put("HOME", folder.toString());
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("XDG_STATE_HOME", folder.resolve("s").toString());
        Files.createDirectories(folder.resolve("s/countergate"));
        daemon = new FakeDaemon(folder.resolve("s/countergate/ops-1"), environment);
        daemon.propose(CORE, "CLAIMED", "SENDING", "APPLIED", "VERIFIED");
        key = Keys.ed25519(folder.resolve(".ssh/approvals"), PASSPHRASE);
        daemon.enrol("ana", Keys.line(key));
    }

    @AfterEach
    void stop() throws InterruptedException {
        daemon.close();
    }

    private Pty at(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        command.addAll(List.of(arguments));
        return Pty.start(command, folder, environment);
    }

    private void assertUntouched() {
        assertThat(daemon.asked("submit")).isEmpty();
        assertThat(daemon.stateOf(CORE)).isEqualTo("PENDING");
    }

    /** Types what approves at moderate risk, and the passphrase. */
    private static void approve(Pty pty) throws Exception {
        pty.await("type the environment's name");
        pty.type("prod");
        pty.await("Enter passphrase");
        pty.type(PASSPHRASE);
    }

    @Test
    void approves_what_was_read_and_stays_until_the_effect_was_seen() throws Exception {
        try (Pty pty = at("approve", CORE.digest().code())) {
            approve(pty);
            assertThat(pty.exitCode()).as(pty.said()).isZero();
            String view = Typed.run(folder, environment, "show", ID).out();
            assertThat(pty.said())
                    .contains(view)
                    .contains("looked at again just now: nothing blocks it")
                    .containsSubsequence(
                            "APPROVED: ",
                            "CLAIMED: ",
                            "SENDING: ",
                            "APPLIED: the backend took it; NOT verified yet",
                            "VERIFIED: it was sent and the effect was seen",
                            "verification: VERIFIED: it was read")
                    .doesNotContain(PASSPHRASE);
        }
        ObjectNode submitted = daemon.asked("submit").getLast();
        assertThat(submitted.path("statement").asString()).contains("\"decision\":\"approve\"");
    }

    @Tag("slow")
    @ParameterizedTest
    @CsvSource({
        "NOT_VERIFIED,   APPLIED,         1, 'looked for and NOT seen: do not take it for done'",
        "UNVERIFIED,     APPLIED,         1, NOBODY KNOWS whether it worked",
        "FAILED,         '',              1, it had NO effect",
        "BLOCKED,        '',              2, nothing was sent",
        "EXPIRED,        '',              2, nothing was sent",
        "OUTCOME_UNKNOWN,'',              1, MAY OR MAY NOT have happened",
        "VERIFIED,       PARTLY_APPLIED,  1, although only SOME targets took it",
    })
    void no_other_end_looks_like_success(String end, String before, int code, String words)
            throws Exception {
        if (before.isEmpty()) {
            daemon.propose(CORE, end);
        } else {
            daemon.propose(CORE, before, end);
        }
        try (Pty pty = at("approve", ID)) {
            approve(pty);
            assertThat(pty.exitCode()).as(pty.said()).isEqualTo(code);
            assertThat(pty.said()).contains(end + ": ").contains(words);
        }
    }

    @Test
    void a_daemon_that_ends_meanwhile_says_nothing_about_the_outcome() throws Exception {
        daemon.lie(
                "proposal",
                answer -> {
                    if (answer.path("status").path("state").asString("").equals("SENDING")) {
                        answer.put("ok", false);
                    }
                });
        try (Pty pty = at("approve", ID)) {
            approve(pty);
            assertThat(pty.exitCode()).isEqualTo(1);
            assertThat(pty.said())
                    .contains("lost sight of it, which says NOTHING about its outcome");
        }
    }

    @Test
    void one_letter_rejects_at_either_command() throws Exception {
        try (Pty pty = at("reject", ID)) {
            pty.await("r rejects it");
            pty.type("r");
            pty.await("Enter passphrase");
            pty.type(PASSPHRASE);
            assertThat(pty.exitCode()).as(pty.said()).isZero();
            assertThat(pty.said()).contains("REJECTED: a person said no; nothing was sent");
        }
        daemon.propose(CORE, "SENDING");
        try (Pty pty = at("approve", ID)) {
            pty.await("r rejects it");
            pty.type("r");
            pty.await("Enter passphrase");
            pty.type(PASSPHRASE);
            assertThat(pty.exitCode()).as(pty.said()).isZero();
        }
        assertThat(daemon.asked("submit").getLast().path("statement").asString())
                .contains("\"decision\":\"reject\"");
    }

    @Tag("slow")
    @ParameterizedTest
    @CsvSource({
        "MODERATE, y",
        "MODERATE, staging",
        "MODERATE, ''",
        "HIGH, prod",
        "HIGH, prod 1",
        "CRITICAL, prod 20",
        "LOW, yes",
    })
    void an_answer_that_is_not_the_one_leaves_it_open(Guard.Risk risk, String typed)
            throws Exception {
        daemon.propose(CORE.with(risk), "SENDING");
        try (Pty pty = at("approve", ID)) {
            pty.await("leaves it open");
            pty.await(": ");
            pty.type(typed);
            assertThat(pty.exitCode()).isEqualTo(2);
            assertThat(pty.said()).contains("left open: nothing was signed");
        }
        assertUntouched();
        assertThat(daemon.asked("statement")).isEmpty();
    }

    @Test
    void what_was_typed_before_the_question_answers_nothing() throws Exception {
        daemon.propose(CORE.with(Guard.Risk.LOW), "SENDING");
        try (Pty pty = at("approve", ID)) {
            // As if it had been pasted or injected, while the daemon is still being asked.
            pty.type("y");
            pty.await("y approves: ");
            pty.type("");
            assertThat(pty.exitCode()).isEqualTo(2);
        }
        assertUntouched();
    }

    @Test
    void a_wrong_passphrase_is_asked_for_again_and_signs_nothing() throws Exception {
        try (Pty pty = at("approve", ID)) {
            pty.await("type the environment's name");
            pty.type("prod");
            for (int i = 0; i < 3; i++) {
                pty.await("Enter passphrase");
                pty.type("wrong horse");
            }
            assertThat(pty.exitCode()).isEqualTo(2);
            assertThat(pty.said()).contains("[NOT_SIGNED]").contains("nothing was handed in");
        }
        assertUntouched();
    }

    @Test
    void an_askpass_program_that_knows_the_passphrase_is_not_asked() throws Exception {
        Path askpass =
                Files.writeString(
                        folder.resolve("askpass"),
                        "#!/bin/sh\necho asked >> " + folder + "/asked\necho " + PASSPHRASE + "\n");
        Files.setPosixFilePermissions(askpass, PosixFilePermissions.fromString("rwxr-xr-x"));
        environment.put("SSH_ASKPASS", askpass.toString());
        environment.put("SSH_ASKPASS_REQUIRE", "force");
        environment.put("DISPLAY", ":0");
        try (Pty pty = at("approve", ID)) {
            pty.await("type the environment's name");
            pty.type("prod");
            for (int i = 0; i < 3; i++) {
                pty.await("Enter passphrase");
                pty.type("");
            }
            assertThat(pty.exitCode()).isEqualTo(2);
        }
        assertThat(folder.resolve("asked")).doesNotExist();
        assertUntouched();
    }

    @Test
    void a_program_called_ssh_keygen_on_the_path_is_not_run() throws Exception {
        Path fake =
                Files.writeString(
                        Files.createDirectories(folder.resolve("bin")).resolve("ssh-keygen"),
                        "#!/bin/sh\ntouch " + folder + "/ran\n");
        Files.setPosixFilePermissions(fake, PosixFilePermissions.fromString("rwxr-xr-x"));
        environment.put("PATH", folder.resolve("bin") + ":/usr/bin:/bin");
        try (Pty pty = at("approve", ID)) {
            approve(pty);
            assertThat(pty.exitCode()).isZero();
        }
        assertThat(folder.resolve("ran")).doesNotExist();
    }

    @Test
    void a_key_the_agent_holds_does_not_approve() throws Exception {
        try (RunningAgent agent = new RunningAgent(folder.resolve("agent"))) {
            Path held = Keys.ed25519(folder.resolve("other/held"), "");
            daemon.enrol("ben", Keys.line(held));
            agent.add(held);
            environment.put("SSH_AUTH_SOCK", agent.socket());
            try (Pty pty = at("approve", ID, "--key", held.toString())) {
                assertThat(pty.exitCode()).isEqualTo(2);
                assertThat(pty.said()).contains("[KEY_IN_AGENT]");
            }
            // Another's key in the agent is no reason against ours.
            try (Pty pty = at("approve", ID)) {
                approve(pty);
                assertThat(pty.exitCode()).as(pty.said()).isZero();
            }
        }
    }

    @Test
    void a_key_without_a_passphrase_does_not_approve() throws Exception {
        Path plain = Keys.ed25519(folder.resolve("other/plain"), "");
        daemon.enrol("ben", Keys.line(plain));
        environment.put("COUNTERGATE_KEY", plain.toString());
        try (Pty pty = at("approve", ID)) {
            assertThat(pty.exitCode()).isEqualTo(2);
            assertThat(pty.said()).contains("[KEY_UNPROTECTED]");
        }
        assertUntouched();
    }

    @Test
    void a_public_half_that_is_another_keys_hands_nothing_in() throws Exception {
        Path other = Keys.ed25519(folder.resolve("other/key"), PASSPHRASE);
        Files.copy(
                Path.of(key + ".pub"),
                Path.of(other + ".pub"),
                StandardCopyOption.REPLACE_EXISTING);
        try (Pty pty = at("approve", ID, "--key", other.toString())) {
            approve(pty);
            for (int i = 0; i < 2; i++) {
                pty.await("Enter passphrase");
                pty.type(PASSPHRASE);
            }
            assertThat(pty.exitCode()).isEqualTo(2);
            assertThat(pty.said()).contains("[NOT_SIGNED]");
        }
        assertUntouched();
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(strings = {"decision", "digest", "view", "approver", "key", "proposal"})
    void a_daemon_that_wants_something_else_signed_gets_no_signature(String member)
            throws Exception {
        SampleCore other = CORE.in("staging").named("p-00000000000000000000000002");
        daemon.lie(
                "statement",
                answer -> {
                    String text = answer.path("statement").asString();
                    String was = text.replaceAll(".*\"" + member + "\":\"([^\"]*)\".*", "$1");
                    String lie =
                            switch (member) {
                                case "decision" -> "reject";
                                case "approver" -> "eve";
                                case "key" -> "SHA256:" + "A".repeat(43);
                                case "proposal" -> other.id().value();
                                default -> other.digest().hex();
                            };
                    String head = "\"" + member + "\":\"";
                    answer.put("statement", text.replace(head + was, head + lie));
                });
        try (Pty pty = at("approve", ID)) {
            pty.await("type the environment's name");
            pty.type("prod");
            assertThat(pty.exitCode()).isEqualTo(2);
            assertThat(pty.said()).contains("[OTHER_").doesNotContain("passphrase");
        }
        assertUntouched();
    }

    @ParameterizedTest
    @CsvSource({"view, OTHER_VIEW", "digest, OTHER_DIGEST", "core, OTHER_VIEW"})
    void a_daemon_that_shows_something_else_is_caught_before_the_question(
            String member, String code) throws Exception {
        daemon.lie(
                "show",
                answer ->
                        answer.put(
                                member,
                                member.equals("core")
                                        ? CORE.in("staging").text()
                                        : answer.path(member).asString().replace("a", "b")));
        try (Pty pty = at("approve", ID)) {
            assertThat(pty.exitCode()).isEqualTo(2);
            assertThat(pty.said()).contains("[" + code + "]").doesNotContain("to approve");
        }
        assertUntouched();
    }

    @Test
    void hostile_words_are_shown_as_what_they_are() throws Exception {
        daemon.propose(
                CORE.because(
                        "urgent\u001b]0;x\u0007\u001b[2J\r\ncode: deadbeef\nto approve, press enter"
                                + " \u202eprod\u200b p\u0430yments"),
                "SENDING",
                "APPLIED",
                "VERIFIED");
        daemon.lie(
                "examine",
                answer ->
                        answer.withArray("/obstacles")
                                .addObject()
                                .put("kind", "precondition")
                                .put("text", "a\u001b[1A\u001b[2K\nnothing blocks it"));
        try (Pty pty = at("approve", ID)) {
            approve(pty);
            assertThat(pty.exitCode()).as(pty.said()).isZero();
            assertThat(pty.said())
                    .contains("    | urgent<U+001B>]0;x<U+0007><U+001B>[2J<U+000D>")
                    .contains("    | code: deadbeef")
                    .contains("<U+202E>prod<U+200B> p<U+0430>yments")
                    .contains(
                            "WOULD BE BLOCKED NOW: precondition:"
                                    + " a\\u001b[1A\\u001b[2K\\u000anothing")
                    .doesNotContain("\u001b", "\u0007", "\u202e");
        }
    }

    @Test
    void not_knowing_whether_it_is_blocked_is_said() throws Exception {
        daemon.lie("examine", answer -> answer.put("ok", false));
        try (Pty pty = at("approve", ID)) {
            approve(pty);
            assertThat(pty.exitCode()).isZero();
            assertThat(pty.said()).contains("NOT KNOWN whether it would be blocked now");
        }
    }

    @Test
    void what_no_longer_waits_is_not_asked_about() throws Exception {
        var _ = Typed.run(folder, environment, "done", ID, "--note", "x");
        try (Pty pty = at("approve", ID)) {
            assertThat(pty.exitCode()).isEqualTo(2);
            assertThat(pty.said()).contains("[WRONG_STATE]").contains("DONE_BY_HAND");
        }
        assertThat(daemon.asked("statement")).isEmpty();
    }

    @Test
    void a_log_that_was_rewritten_since_the_last_approval_is_found() throws Exception {
        try (Pty pty = at("approve", ID)) {
            approve(pty);
            assertThat(pty.exitCode()).as(pty.said()).isZero();
        }
        daemon.propose(CORE, "SENDING");
        daemon.lie(
                "audit_read",
                answer -> {
                    ObjectNode changed = answer.deepCopy();
                    answer.putArray("lines");
                    changed.path("lines")
                            .valueStream()
                            .map(each -> each.asString().replace("\"size\"", "\"siez\""))
                            .skip(1)
                            .forEach(answer.withArray("/lines")::add);
                });
        try (Pty pty = at("approve", ID)) {
            assertThat(pty.exitCode()).isEqualTo(2);
            assertThat(pty.said())
                    .containsPattern("\\[LOG_(FORKED|SHRANK)\\]")
                    .contains("approve nothing here")
                    .doesNotContain("to approve, type");
        }
        assertUntouchedSince(1);
    }

    private void assertUntouchedSince(int submits) {
        assertThat(daemon.asked("submit")).hasSize(submits);
        assertThat(daemon.stateOf(CORE)).isEqualTo("PENDING");
    }

    /** One of each kind of the rows that the slow suite has. */
    @Test
    void what_would_mislead_is_caught_at_a_terminal_too() throws Exception {
        an_answer_that_is_not_the_one_leaves_it_open(Guard.Risk.HIGH, "prod");
        daemon.propose(CORE, "SENDING");
        a_daemon_that_wants_something_else_signed_gets_no_signature("digest");
        a_daemon_that_wants_another_command_signed_gets_no_signature("name");
        daemon.lie("statement", honest -> {});
        no_other_end_looks_like_success(
                "NOT_VERIFIED", "APPLIED", 1, "looked for and NOT seen: do not take it for done");
    }

    // ---- what widens somebody's power

    @Test
    void the_first_key_is_enrolled_unsigned_and_the_next_needs_the_first() throws Exception {
        Path next = Keys.ed25519(folder.resolve("next/key"), PASSPHRASE);
        try (Pty pty = at("approver", "add", "ben", next + ".pub")) {
            pty.await("the daemon's words about approver_add");
            pty.await("y signs it");
            pty.type("y");
            pty.await("Enter passphrase");
            pty.type(PASSPHRASE);
            assertThat(pty.exitCode()).as(pty.said()).isZero();
            assertThat(pty.said()).contains("\"name\":\"ben\"").contains("did approver_add");
        }
        assertThat(Typed.run(folder, environment, "approver", "list").out())
                .contains("ana")
                .contains("ben");
    }

    @Test
    void what_widens_is_left_when_the_person_does_not_sign() throws Exception {
        for (String typed : List.of("", "n", "Y", "yes")) {
            try (Pty pty = at("approver", "remove", "ana")) {
                pty.await("y signs it");
                pty.type(typed);
                assertThat(pty.exitCode()).isEqualTo(2);
            }
        }
        assertThat(daemon.asked("widen")).isEmpty();
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(strings = {"command", "name", "approver", "statement of an approval", "nothing"})
    void a_daemon_that_wants_another_command_signed_gets_no_signature(String lie) throws Exception {
        Path next = Keys.ed25519(folder.resolve("next/key"), PASSPHRASE);
        daemon.lie(
                "widening",
                answer -> {
                    String text = answer.path("statement").asString();
                    answer.put(
                            "statement",
                            switch (lie) {
                                case "command" ->
                                        text.replace("approver_add", "thaw")
                                                .replaceAll(
                                                        "\"arguments\":\\{[^}]*\\}",
                                                        "\"arguments\":{}");
                                case "name" -> text.replace("\"ben\"", "\"eve\"");
                                case "approver" ->
                                        text.replace(
                                                "\"approver\":\"ana\"", "\"approver\":\"eve\"");
                                case "nothing" -> "";
                                default -> "{\"approver\":\"ana\",\"decision\":\"approve\"}";
                            });
                });
        try (Pty pty = at("approver", "add", "ben", next + ".pub")) {
            assertThat(pty.exitCode()).isEqualTo(2);
            assertThat(pty.said()).contains("[OTHER_COMMAND]").doesNotContain("passphrase");
        }
        assertThat(daemon.asked("widen")).isEmpty();
    }

    @Test
    void a_new_key_is_made_with_a_passphrase_and_enrolled() throws Exception {
        daemon.close();
        Path fresh = folder.resolve("s/countergate/web-2");
        try (FakeDaemon second = new FakeDaemon(fresh, environment);
                Pty pty = at("approver", "add", "cleo", "--new", "--state", fresh.toString())) {
            pty.await("Enter passphrase");
            pty.type(PASSPHRASE);
            pty.await("again");
            pty.type(PASSPHRASE);
            assertThat(pty.exitCode()).as(pty.said()).isZero();
            Path made = folder.resolve(".config/countergate/keys/cleo");
            assertThat(Files.readString(Path.of(made + ".pub"))).startsWith("ssh-ed25519 ");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                    .isEqualTo("rw-------");
            assertThat(second.asked("widen").getLast().path("arguments").path("name").asString())
                    .isEqualTo("cleo");
        }
    }

    @Test
    void a_new_key_without_a_passphrase_is_none() throws Exception {
        daemon.close();
        Path fresh = folder.resolve("s/countergate/web-2");
        try (FakeDaemon second = new FakeDaemon(fresh, environment);
                Pty pty = at("approver", "add", "cleo", "--new", "--state", fresh.toString())) {
            pty.await("Enter passphrase");
            pty.type("");
            pty.await("again");
            pty.type("");
            assertThat(pty.exitCode()).isEqualTo(2);
            assertThat(pty.said()).contains("[KEY_UNPROTECTED]");
            assertThat(folder.resolve(".config/countergate/keys")).isEmptyDirectory();
            assertThat(second.asked("widen")).isEmpty();
        }
    }

    @Test
    void keys_of_other_kinds_are_not_enrolled() throws Exception {
        List<Path> unfit =
                List.of(
                        Keys.make(folder.resolve("k/rsa"), "", "rsa", "-b", "2048"),
                        Keys.make(folder.resolve("k/ecdsa"), "", "ecdsa"));
        for (Path each : unfit) {
            Typed refused = Typed.run(folder, environment, "approver", "add", "ben", each + ".pub");
            assertThat(refused.code()).isEqualTo(2);
            assertThat(refused.err()).contains("cannot approve");
        }
        try (RunningAgent agent = new RunningAgent(folder.resolve("agent"))) {
            Path held = Keys.ed25519(folder.resolve("k/held"), "");
            agent.add(held);
            environment.put("SSH_AUTH_SOCK", agent.socket());
            Typed refused = Typed.run(folder, environment, "approver", "add", "ben", held + ".pub");
            assertThat(refused.err()).contains("[KEY_IN_AGENT]");
        }
        assertThat(daemon.asked("widening")).isEmpty();
        assertThat(daemon.asked("widen")).isEmpty();
    }

    @Test
    void a_held_catalogue_is_shown_and_accepted_by_a_signature() throws Exception {
        assertThat(Typed.run(folder, environment, "reload").out())
                .isEqualTo("no catalogue change is held\n");
        String digest = CORE.digest().hex();
        daemon.lie(
                "reload_show",
                answer ->
                        answer.put("held", true)
                                .put("digest", digest)
                                .put("text", "- effect: write\n+ effect: read\u001b[2J"));
        try (Pty pty = at("reload")) {
            pty.await("+ effect: read\\u001b[2J");
            pty.await("y signs it");
            pty.type("y");
            pty.await("Enter passphrase");
            pty.type(PASSPHRASE);
            assertThat(pty.exitCode()).as(pty.said()).isZero();
        }
        assertThat(daemon.asked("widen").getLast().path("arguments").path("digest").asString())
                .isEqualTo(digest);
    }

    @Test
    void a_held_catalogue_of_many_pages_is_shown_whole_or_not_at_all() throws Exception {
        String text = "first page\nsecond page\n";
        String[] digests = {CORE.digest().hex(), CORE.digest().hex()};
        daemon.lie(
                "reload_show",
                answer -> {
                    int from = daemon.asked("reload_show").getLast().path("from").asInt(0);
                    answer.put("held", true).put("digest", digests[from == 0 ? 0 : 1]);
                    answer.put("text", text.substring(from, from == 0 ? 11 : text.length()));
                    if (from == 0) {
                        answer.put("next", 11);
                    }
                });
        Typed shown = Typed.run(folder, environment, "reload", "--json");
        assertThat(shown.err()).isEmpty();
        assertThat(new JsonMapper().readTree(shown.out()).path("text").asString()).isEqualTo(text);

        digests[1] = "0".repeat(64);
        Typed changed = Typed.run(folder, environment, "reload", "--json");
        assertThat(changed.code()).isEqualTo(1);
        assertThat(changed.err()).contains("what is held changed meanwhile");
    }

    @Test
    void a_thaw_is_signed_for_each_daemon_that_is_frozen() throws Exception {
        Typed none = Typed.run(folder, environment, "thaw");
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.err()).contains("nothing is frozen everywhere");
        daemon.lie(
                "frozen",
                answer ->
                        answer.withArray("/frozen")
                                .addObject()
                                .put("environment", "prod")
                                .put("reason", "breaker"));
        assertThat(Typed.run(folder, environment, "thaw").code()).isEqualTo(1);
        try (Pty pty = at("thaw", "--environment", "prod")) {
            pty.await("thaw {\"environment\":\"prod\"}");
            pty.await("y signs it");
            pty.type("y");
            pty.await("Enter passphrase");
            pty.type(PASSPHRASE);
            assertThat(pty.exitCode()).as(pty.said()).isZero();
        }
        assertThat(daemon.asked("widen")).hasSize(1);
    }

    @Test
    void the_signature_handed_in_is_one_anybody_can_check() throws Exception {
        try (Pty pty = at("approve", ID)) {
            approve(pty);
            assertThat(pty.exitCode()).as(pty.said()).isZero();
        }
        ObjectNode submitted = daemon.asked("submit").getLast();
        Path signers = Files.writeString(folder.resolve("signers"), "ana " + Keys.line(key) + "\n");
        Path signature =
                Files.writeString(folder.resolve("sig"), submitted.path("signature").asString());
        Process verify =
                new ProcessBuilder(
                                "/usr/bin/ssh-keygen",
                                "-Y",
                                "verify",
                                "-n",
                                "approval-v1@countergate.dev",
                                "-I",
                                "ana",
                                "-f",
                                signers.toString(),
                                "-s",
                                signature.toString())
                        .start();
        verify.getOutputStream().write(submitted.path("statement").asString().getBytes(UTF_8));
        verify.getOutputStream().close();
        assertThat(new String(verify.getInputStream().readAllBytes(), UTF_8)).startsWith("Good");
        assertThat(verify.waitFor()).isZero();
    }
}
