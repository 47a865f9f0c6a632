package dev.countergate.server.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.secret.Redactor;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.ServerId;
import dev.countergate.relay.OperatorRequest;
import dev.countergate.server.audit.SqliteStore;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.Approvers;
import dev.countergate.server.authority.Freeze;
import dev.countergate.server.authority.FreezeFile;
import dev.countergate.server.authority.Freezes;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Real files, a real store, real signatures; the engine and the catalogue say what they were asked. */
@Tag("long")
class OperatorPlaneTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Digest HELD = Digest.of("held".getBytes(UTF_8));
    private static final String PROPOSAL = "p-00000000000000000000000001";

    @TempDir private Path folder;
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-11-21T07:00:00.000Z"));
    private final List<String> done = new ArrayList<>();
    private Path approvers;
    private SqliteStore store;
    private Freezes freezes;
    private OperatorPlane plane;
    private TestKey ana;
    private Optional<HeldCatalogue.Held> held =
            Optional.of(new HeldCatalogue.Held(HELD, "+ rule staging-restarts: permit"));

    @BeforeEach
    void start() throws Exception {
        Path state = Files.createDirectory(folder.resolve("state"));
        approvers = state.resolve("approvers");
        store = SqliteStore.open(state, Redactor.of(List.of()));
        freezes =
                new Freezes(
                        new FreezeFile(state.resolve("freeze")),
                        new FreezeFile(folder.resolve("freeze")),
                        new FreezeLeaves(new StoredOperatorLog(store, now::get)));
        ana = TestKey.make(folder, "ana");
        plane = plane();
    }

    @AfterEach
    void stop() {
        store.close();
    }

    /** A plane as a daemon that starts now would have it. */
    private OperatorPlane plane() {
        OperatorLog log = new StoredOperatorLog(store, now::get);
        return new OperatorPlane(
                new ServerId("ops-1"),
                "daemon",
                new Approvers(approvers, ZoneOffset.UTC, new KeyLeaves(log)),
                freezes,
                new HeldCatalogue() {
                    @Override
                    public Optional<Held> held() {
                        return held;
                    }

                    @Override
                    public void accept(Digest digest, String by) {
                        done.add("accepted " + digest.code() + " by " + by);
                    }
                },
                new Changes() {
                    @Override
                    public List<Asked> stop(@Nullable String environment) {
                        assertThat(freezes.frozen(environment == null ? "" : environment))
                                .as("frozen before anything is asked to stop")
                                .isPresent();
                        return List.of(new Asked(new ProposalId(PROPOSAL), true));
                    }

                    @Override
                    public void resolve(
                            ProposalId proposal, boolean applied, String note, String by)
                            throws RefusedException {
                        if (note.equals("refuse")) {
                            throw new RefusedException("WRONG_STATE", "it is VERIFIED");
                        }
                        done.add("resolved " + proposal + " " + applied + " by " + by);
                    }
                },
                log,
                new SecureRandom(),
                now::get);
    }

    // The first key

    @Test
    void the_daemons_own_account_enrols_the_first_key_unsigned_and_no_other() throws Exception {
        widen("daemon", "approver_add", addition("ana", ana));
        assertThat(Files.readString(approvers)).startsWith("ana namespaces=");

        TestKey eve = TestKey.make(folder, "eve");
        assertThat(refusal("daemon", "approver_add", addition("eve", eve))).isEqualTo("UNSIGNED");
        assertThat(Files.readString(approvers)).doesNotContain("eve");
    }

    @Test
    void nobody_else_enrols_the_first_key() throws Exception {
        assertThat(refusal("agent", "approver_add", addition("ana", ana))).isEqualTo("UNSIGNED");
        assertThat(refusal("", "approver_add", addition("ana", ana))).isEqualTo("UNSIGNED");
        assertThat(approvers).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "thaw {}",
                "resolve"
                        + " {\"proposal\":\"p-00000000000000000000000001\",\"applied\":true,\"note\":\"seen\"}",
                "approver_remove {\"name\":\"ana\"}"
            })
    void once_a_key_is_enrolled_nothing_is_done_unsigned(String command) throws Exception {
        enrolAna();
        freezes.freeze(new Freeze(null, "incident", now.get(), "ana"));
        String[] parts = command.split(" ", 2);

        assertThat(refusal("daemon", parts[0], JSON.readTree(parts[1]))).isEqualTo("UNSIGNED");
        assertThat(done).isEmpty();
        assertThat(freezes.frozen("prod")).isPresent();
    }

    /** Removing the file is no way back to a daemon that trusts its own account. */
    @Test
    void a_file_that_was_removed_or_emptied_does_not_bring_the_unsigned_time_back()
            throws Exception {
        enrolAna();
        Files.delete(approvers);
        plane = plane();
        TestKey eve = TestKey.make(folder, "eve");

        assertThat(refusal("daemon", "approver_add", addition("eve", eve))).isEqualTo("UNSIGNED");
        Files.writeString(approvers, "# nobody\n");
        assertThat(refusal("daemon", "approver_add", addition("eve", eve))).isEqualTo("UNSIGNED");
    }

    @Test
    void a_key_written_into_the_file_by_hand_ends_the_unsigned_time_too() throws Exception {
        Files.writeString(approvers, "ana " + ana.line() + "\n");
        assertThat(refusal("daemon", "thaw", JSON.readTree("{}"))).isEqualTo("UNSIGNED");

        Files.delete(approvers);
        assertThat(refusal("daemon", "approver_add", addition("ana", ana))).isEqualTo("UNSIGNED");
    }

    @Test
    void a_faulty_file_refuses_everything_signed_or_not() throws Exception {
        enrolAna();
        freezes.freeze(new Freeze(null, "incident", now.get(), "ana"));
        JsonNode given = give("thaw", JSON.readTree("{}"));
        Files.writeString(approvers, Files.readString(approvers) + "broken\n");

        assertThat(refusal("daemon", "thaw", JSON.readTree("{}")))
                .isEqualTo("APPROVERS_UNREADABLE");
        assertThat(refusalOf("widen", signed("thaw", JSON.readTree("{}"), given, ana)))
                .startsWith("APPROVERS_UNREADABLE: `line 2`");
        assertThat(refusalOf("approvers", request())).startsWith("APPROVERS_UNREADABLE");
        assertThat(freezes.frozen("prod")).isPresent();
    }

    // Signed commands

    @Test
    void a_signed_command_is_done_once() throws Exception {
        enrolAna();
        freezes.freeze(new Freeze(null, "incident 7", now.get(), "ana"));
        JsonNode thaw = JSON.readTree("{}");
        JsonNode given = give("thaw", thaw);
        assertThat(given.path("text").stringValue())
                .startsWith("lift: everything is frozen since 2026-11-21T07:00:00.000Z by ana")
                .endsWith("incident 7");
        assertThat(given.path("expires_at").stringValue()).isEqualTo("2026-11-21T07:05:00.000Z");

        ObjectNode request = signed("thaw", thaw, given, ana);
        assertThat(ask("widen", request, "daemon").path("text").stringValue())
                .isEqualTo("everything thawed");
        assertThat(freezes.frozen("prod")).isEmpty();

        freezes.freeze(new Freeze(null, "incident 8", now.get(), "ana"));
        assertThat(refusalOf("widen", request)).startsWith("TOKEN_SPENT");
        assertThat(freezes.frozen("prod")).isPresent();
    }

    @Test
    void everything_that_widens_works_signed() throws Exception {
        enrolAna();
        TestKey bo = TestKey.make(folder, "bo");

        perform("approver_add", addition("bo", bo));
        assertThat(people()).containsExactly("ana", "bo");
        perform("approver_remove", JSON.readTree("{\"name\":\"bo\"}"));
        assertThat(people()).containsExactly("ana");
        perform("reload", JSON.readTree("{\"digest\":\"" + HELD.hex() + "\"}"));
        perform(
                "resolve",
                JSON.readTree(
                        "{\"proposal\":\""
                                + PROPOSAL
                                + "\",\"applied\":false,\"note\":\"none there\"}"));
        assertThat(done)
                .containsExactly(
                        "accepted " + HELD.code() + " by ana",
                        "resolved " + PROPOSAL + " false by ana");
    }

    @Test
    void a_signature_for_one_command_does_no_other() throws Exception {
        enrolAna();
        freezes.freeze(new Freeze("staging", "tests", now.get(), "ana"));
        freezes.freeze(new Freeze("prod", "incident", now.get(), "ana"));
        JsonNode given = give("thaw", JSON.readTree("{\"environment\":\"staging\"}"));

        assertThat(
                        refusalOf(
                                "widen",
                                signed(
                                        "thaw",
                                        JSON.readTree("{\"environment\":\"prod\"}"),
                                        given,
                                        ana)))
                .startsWith("OTHER_COMMAND");
        assertThat(
                        refusalOf(
                                "widen",
                                signed(
                                        "reload",
                                        JSON.readTree("{\"digest\":\"" + HELD.hex() + "\"}"),
                                        given,
                                        ana)))
                .startsWith("OTHER_COMMAND");
        assertThat(freezes.frozen("prod")).isPresent();
        assertThat(done).isEmpty();
    }

    @Test
    void a_statement_nobody_gave_out_moves_nothing() throws Exception {
        enrolAna();
        freezes.freeze(new Freeze(null, "incident", now.get(), "ana"));
        JsonNode thaw = JSON.readTree("{}");
        JsonNode given = give("thaw", thaw);
        String issued = given.path("statement").stringValue();
        String begins = issued.contains("\"challenge\":\"00") ? "11" : "00";
        String forged = issued.replaceFirst("\"challenge\":\"..", "\"challenge\":\"" + begins);

        assertThat(refusalOf("widen", signed("thaw", thaw, answer(forged), ana)))
                .startsWith("NOT_ISSUED");
        assertThat(refusalOf("widen", signed("thaw", thaw, answer("{}"), ana)))
                .startsWith("MALFORMED_STATEMENT");

        plane = plane();
        assertThat(refusalOf("widen", signed("thaw", thaw, given, ana))).startsWith("NOT_ISSUED");
        assertThat(freezes.frozen("prod")).isPresent();
    }

    @Test
    void a_signature_by_somebody_else_or_none_moves_nothing() throws Exception {
        enrolAna();
        freezes.freeze(new Freeze(null, "incident", now.get(), "ana"));
        JsonNode thaw = JSON.readTree("{}");
        JsonNode given = give("thaw", thaw);

        assertThat(refusalOf("widen", signed("thaw", thaw, given, TestKey.make(folder, "eve"))))
                .startsWith("OTHER_KEY");
        ObjectNode unsigned = signed("thaw", thaw, given, ana);
        unsigned.remove("signature");
        assertThat(refusalOf("widen", unsigned)).startsWith("MALFORMED_SIGNATURE");
        unsigned.remove("statement");
        assertThat(refusalOf("widen", unsigned)).startsWith("UNSIGNED");
        assertThat(freezes.frozen("prod")).isPresent();
    }

    @Test
    void a_key_struck_out_meanwhile_signs_nothing() throws Exception {
        enrolAna();
        TestKey bo = TestKey.make(folder, "bo");
        perform("approver_add", addition("bo", bo));
        freezes.freeze(new Freeze(null, "incident", now.get(), "ana"));
        JsonNode thaw = JSON.readTree("{}");
        JsonNode given = ask("widening", command("thaw", thaw).put("approver", "bo"), "bo");
        perform("approver_remove", JSON.readTree("{\"name\":\"bo\"}"));

        assertThat(refusalOf("widen", signed("thaw", thaw, given, bo)))
                .startsWith("KEY_NOT_ENROLLED");
    }

    @Test
    void a_statement_comes_back_within_five_minutes_or_not_at_all() throws Exception {
        enrolAna();
        freezes.freeze(new Freeze(null, "incident", now.get(), "ana"));
        JsonNode thaw = JSON.readTree("{}");
        ObjectNode request = signed("thaw", thaw, give("thaw", thaw), ana);

        now.set(now.get().plus(Duration.ofMinutes(5)));
        assertThat(refusalOf("widen", request)).startsWith("STATEMENT_EXPIRED");
        now.set(now.get().minus(Duration.ofMinutes(5)));
        assertThat(refusalOf("widen", request))
                .as("a clock set back does not bring it back")
                .startsWith("STATEMENT_EXPIRED");
        assertThat(freezes.frozen("prod")).isPresent();
    }

    @Test
    void only_the_newest_statements_are_remembered() throws Exception {
        enrolAna();
        freezes.freeze(new Freeze(null, "incident", now.get(), "ana"));
        JsonNode thaw = JSON.readTree("{}");
        ObjectNode oldest = signed("thaw", thaw, give("thaw", thaw), ana);
        for (int i = 0; i < GivenOut.MAX; i++) {
            give("thaw", thaw);
        }

        assertThat(refusalOf("widen", oldest)).startsWith("NOT_ISSUED");
    }

    @Test
    void a_person_with_several_keys_names_one_and_only_their_own() throws Exception {
        enrolAna();
        TestKey second = TestKey.make(folder, "second");
        perform("approver_add", addition("ana", second));
        ObjectNode asked = command("reload", JSON.readTree("{\"digest\":\"" + HELD.hex() + "\"}"));

        assertThat(refusalOf("widening", asked.deepCopy().put("approver", "ana")))
                .startsWith("KEY_NEEDED");
        assertThat(refusalOf("widening", asked.deepCopy().put("approver", "bo")))
                .startsWith("KEY_NOT_ENROLLED");
        assertThat(
                        refusalOf(
                                "widening",
                                asked.deepCopy()
                                        .put("approver", "ana")
                                        .put("key", "SHA256:" + "A".repeat(43))))
                .startsWith("KEY_NOT_ENROLLED");
    }

    // What cannot be done is said before anybody signs

    @Test
    void says_before_anybody_signs_that_there_is_nothing_to_do() throws Exception {
        enrolAna();
        freezes.freeze(new Freeze("prod", "incident", now.get(), "ana"));

        assertThat(refusedWidening("thaw", "{}"))
                .startsWith("NOT_FROZEN: there is no freeze of everything")
                .contains("still: `prod` is frozen");
        assertThat(refusedWidening("thaw", "{\"environment\":\"staging\"}"))
                .startsWith("NOT_FROZEN");
        assertThat(refusedWidening("reload", "{\"digest\":\"" + "0".repeat(64) + "\"}"))
                .startsWith("OTHER_DIGEST");
        held = Optional.empty();
        assertThat(refusedWidening("reload", "{\"digest\":\"" + HELD.hex() + "\"}"))
                .startsWith("NOTHING_HELD");
        assertThat(refusedWidening("approver_add", addition("bo", ana).toString()))
                .startsWith("KEY_REFUSED")
                .contains("for `ana`");
        assertThat(refusedWidening("approver_remove", "{\"name\":\"ana\"}"))
                .contains("no key would be left");
        assertThat(refusedWidening("approver_remove", "{\"name\":\"bo\"}")).contains("no such key");
        assertThat(refusedWidening("approve", "{}")).startsWith("INVALID_REQUEST");
        assertThat(refusedWidening("thaw", "{\"env\":\"prod\"}")).startsWith("INVALID_REQUEST");
    }

    /** What changed between showing and signing is looked at again. */
    @Test
    void a_change_held_since_is_not_taken_for_the_one_that_was_signed() throws Exception {
        enrolAna();
        JsonNode reload = JSON.readTree("{\"digest\":\"" + HELD.hex() + "\"}");
        ObjectNode request = signed("reload", reload, give("reload", reload), ana);
        held = Optional.of(new HeldCatalogue.Held(new Digest("b".repeat(64)), "another"));

        assertThat(refusalOf("widen", request)).startsWith("OTHER_DIGEST");
        assertThat(done).isEmpty();
    }

    // The log

    @Test
    void what_is_done_stands_in_the_log_with_its_evidence() throws Exception {
        enrolAna();
        freezes.freeze(new Freeze(null, "incident", now.get(), "ana"));
        JsonNode thaw = JSON.readTree("{}");
        JsonNode given = give("thaw", thaw);
        ObjectNode request = signed("thaw", thaw, given, ana);
        ask("widen", request, "daemon");

        JsonNode leaf = leaves("widening").getLast();
        assertThat(leaf.path("command").stringValue()).isEqualTo("thaw");
        assertThat(leaf.path("person").stringValue()).isEqualTo("ana");
        assertThat(leaf.path("user").stringValue()).isEqualTo("daemon");
        assertThat(leaf.path("statement")).isEqualTo(given.path("statement"));
        assertThat(leaf.path("signature")).isEqualTo(request.path("signature"));
        assertThat(leaves("widening").getFirst().has("person")).as("the first key").isFalse();
    }

    @Test
    void whose_key_was_whose_stands_in_the_log_whichever_hand_changed_it() throws Exception {
        enrolAna();
        TestKey bo = TestKey.make(folder, "bo");
        perform("approver_add", addition("bo", bo));
        Files.writeString(approvers, Files.readString(approvers).replaceFirst("ana ", "eve "));
        assertThat(people()).containsExactly("eve", "bo");
        plane = plane();
        assertThat(people()).containsExactly("eve", "bo");

        assertThat(leaves("approver"))
                .extracting(
                        leaf ->
                                leaf.path("action").stringValue()
                                        + " "
                                        + leaf.path("line").stringValue().split(" ", 2)[0])
                .containsExactly("add ana", "add bo", "remove ana", "add eve", "add eve", "add bo");
        assertThat(leaves("approvers_found"))
                .extracting(leaf -> leaf.path("by").stringValue())
                .containsExactly("another hand", "the daemon as it began");
    }

    @Test
    void what_was_refused_after_it_was_recorded_is_recorded_too() throws Exception {
        enrolAna();
        JsonNode resolve =
                JSON.readTree(
                        "{\"proposal\":\"" + PROPOSAL + "\",\"applied\":true,\"note\":\"refuse\"}");

        assertThat(refusalOf("widen", signed("resolve", resolve, give("resolve", resolve), ana)))
                .startsWith("WRONG_STATE");
        assertThat(leaves("widening_failed"))
                .singleElement()
                .satisfies(leaf -> assertThat(leaf.path("why").stringValue()).contains("VERIFIED"));
    }

    @Test
    void a_key_that_could_not_be_enrolled_is_none_in_the_log_either() throws Exception {
        enrolAna();
        Path inTheWay = Files.createDirectory(folder.resolve("state/approvers.new"));
        Files.createFile(inTheWay.resolve("something"));
        TestKey bo = TestKey.make(folder, "bo");
        JsonNode addition = addition("bo", bo);

        assertThat(
                        refusalOf(
                                "widen",
                                signed(
                                        "approver_add",
                                        addition,
                                        give("approver_add", addition),
                                        ana)))
                .startsWith("FAILED: not done");
        assertThat(people()).containsExactly("ana");
        assertThat(leaves("widening_failed")).hasSize(1);
        assertThat(leaves("approver"))
                .extracting(leaf -> leaf.path("action").stringValue())
                .containsExactly("add", "add", "remove");
    }

    @Test
    void nothing_widens_while_the_log_cannot_be_written_and_a_freeze_still_freezes()
            throws Exception {
        enrolAna();
        freezes.freeze(new Freeze("prod", "incident", now.get(), "ana"));
        JsonNode thaw = JSON.readTree("{\"environment\":\"prod\"}");
        ObjectNode request = signed("thaw", thaw, give("thaw", thaw), ana);
        store.close();

        assertThat(refusalOf("widen", request)).startsWith("LOG_UNWRITABLE");
        assertThat(freezes.frozen("prod")).isPresent();

        JsonNode answer = ask("freeze", request().put("reason", "disk full"), "ana");
        assertThat(answer.path("text").stringValue()).contains("the log cannot be written");
        assertThat(freezes.frozen("anything")).isPresent();
    }

    @Test
    void reads_the_log_page_by_page() throws Exception {
        enrolAna();
        ask("freeze", request().put("reason", "one"), "ana");
        JsonNode first = ask("audit_read", request().put("from", 0).put("limit", 1), "ana");
        assertThat(first.path("lines").get(0).stringValue()).contains("\"index\":0");
        assertThat(first.path("next").asLong()).isEqualTo(1);

        JsonNode last = ask("audit_read", request().put("from", -1), "ana");
        assertThat(last.path("lines").get(0).stringValue()).contains("\"kind\":\"frozen\"");
        assertThat(last.path("next").asLong()).isEqualTo(store.size());
    }

    // The stop button

    @Test
    void freezes_an_environment_or_everything_and_says_what_stands_still() throws Exception {
        JsonNode answer =
                ask(
                        "freeze",
                        request().put("reason", "incident 7").put("environment", "prod"),
                        "ana");
        assertThat(answer.path("text").stringValue())
                .isEqualTo("`prod` is frozen since 2026-11-21T07:00:00.000Z by ana: incident 7");
        assertThat(answer.path("asked")).isEmpty();
        assertThat(freezes.frozen("prod")).isPresent();
        assertThat(freezes.frozen("staging")).isEmpty();

        ask("freeze", request().put("reason", "all"), "bo");
        assertThat(freezes.frozen("staging")).isPresent();
        assertThat(ask("frozen", request(), "ana").path("frozen").toString())
                .isEqualTo(
                        "[{\"reason\":\"all\",\"since\":\"2026-11-21T07:00:00.000Z\",\"by\":\"bo\",\"all_daemons\":false},{\"environment\":\"prod\",\"reason\":\"incident"
                                + " 7\",\"since\":\"2026-11-21T07:00:00.000Z\",\"by\":\"ana\",\"all_daemons\":false}]");
        assertThat(leaves("frozen")).hasSize(2);
    }

    @Test
    void says_of_a_freeze_that_is_not_kept_that_it_is_not() throws Exception {
        Path inTheWay = Files.createDirectories(folder.resolve("state/freeze.new/in-the-way"));
        JsonNode answer = ask("freeze", request().put("reason", "one"), "ana");
        assertThat(answer.path("kept").booleanValue(true)).isFalse();
        assertThat(answer.path("text").stringValue()).contains("it is not written down");
        assertThat(status().path("frozen").get(0).path("written").booleanValue(true)).isFalse();
        assertThat(leaves("frozen")).hasSize(1);

        Files.delete(inTheWay);
        answer = ask("freeze", request().put("reason", "two"), "ana");
        assertThat(answer.path("kept").booleanValue(false)).isTrue();
        assertThat(status().path("frozen").get(0).has("written")).isFalse();
    }

    @Test
    void asks_what_runs_to_stop_once_it_is_frozen_and_only_when_wanted() throws Exception {
        ObjectNode freeze = request().put("reason", "incident");
        assertThat(ask("freeze", freeze, "ana").path("asked")).isEmpty();
        assertThat(ask("freeze", freeze.put("cancel", true), "ana").path("asked").toString())
                .isEqualTo("[{\"proposal\":\"" + PROPOSAL + "\",\"asked\":true}]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\u0000", "line\nline\ttab\u001b[2J", "\uD800", "\u202E"})
    void freezes_whatever_was_typed_for_a_reason(String reason) throws Exception {
        ask("freeze", request().put("reason", reason), "ana");

        assertThat(freezes.frozen("prod"))
                .hasValueSatisfying(
                        freeze -> assertThat(freeze.reason()).isNotBlank().doesNotContain("\n"));
        assertThat(new FreezeFile(folder.resolve("state/freeze")).read()).isEqualTo(freezes.all());
    }

    @Test
    void does_not_freeze_an_environment_nobody_could_have() {
        assertThat(refusalOf("freeze", request().put("reason", "r").put("environment", "")))
                .startsWith("INVALID_REQUEST");
        assertThat(refusalOf("freeze", request().put("reason", "r").put("environment", 7)))
                .startsWith("INVALID_REQUEST");
        assertThat(freezes.all()).isEmpty();
    }

    @Test
    void a_freeze_of_all_daemons_is_shown_as_such_before_it_is_lifted() throws Exception {
        enrolAna();
        Files.writeString(folder.resolve("freeze"), "stop!\n");

        assertThat(give("thaw", JSON.readTree("{}")).path("text").stringValue())
                .contains("for every daemon of this account")
                .contains("it is not JSON");
        perform("thaw", JSON.readTree("{}"));
        assertThat(folder.resolve("freeze")).doesNotExist();
    }

    // What status says

    @Test
    void tells_whose_keys_approve_and_that_another_hand_changed_them() throws Exception {
        enrolAna();
        assertThat(status().path("approvers").toString())
                .isEqualTo("{\"keys\":1,\"persons\":1,\"changed_by_others\":false}");
        Files.writeString(approvers, "broken\n");
        assertThat(status().path("approvers").path("faults").get(0).stringValue())
                .contains("line 1");
        assertThat(status().path("approvers").path("changed_by_others").booleanValue()).isTrue();
        assertThat(status().path("change_held").booleanValue()).isTrue();
    }

    @Test
    void tells_that_another_hand_changed_the_keys_while_no_daemon_ran() throws Exception {
        enrolAna();
        plane = plane();
        assertThat(isChangedByOthers()).isFalse();

        String ours = Files.readString(approvers);
        Files.writeString(approvers, ours.replaceFirst("ana", "eve"));
        plane = plane();
        assertThat(isChangedByOthers()).isTrue();
        plane = plane();
        assertThat(isChangedByOthers()).isTrue();

        Files.delete(approvers);
        plane = plane();
        assertThat(isChangedByOthers()).isTrue();

        Files.writeString(approvers, ours);
        plane = plane();
        assertThat(isChangedByOthers()).isFalse();
    }

    @Test
    void takes_the_keys_that_lay_there_before_the_first_daemon_for_its_operators()
            throws Exception {
        Files.writeString(approvers, "ana " + ana.line() + "\n");
        plane = plane();
        assertThat(isChangedByOthers()).isFalse();

        Files.writeString(approvers, "eve " + ana.line() + "\n");
        plane = plane();
        assertThat(isChangedByOthers()).isTrue();
    }

    private boolean isChangedByOthers() throws Exception {
        return status().path("approvers").path("changed_by_others").booleanValue();
    }

    @Test
    void shows_a_held_change_with_its_digest() throws Exception {
        assertThat(ask("reload_show", request(), "ana").toString())
                .isEqualTo(
                        "{\"held\":true,\"digest\":\""
                                + HELD.hex()
                                + "\",\"text\":\"+ rule staging-restarts: permit\"}");
        held = Optional.empty();
        assertThat(ask("reload_show", request(), "ana").toString()).isEqualTo("{\"held\":false}");
    }

    @Test
    void shows_a_large_held_change_in_pages_that_clients_take() throws Exception {
        String text = "\u0001".repeat(99_999) + "\uD83D\uDE00 the end\n";
        held = Optional.of(new HeldCatalogue.Held(HELD, text));
        StringBuilder shown = new StringBuilder();
        JsonNode page = request();
        do {
            page = ask("reload_show", request().put("from", shown.length()), "ana");
            assertThat(page.toString().length()).isLessThan(OperatorRequest.ANSWER_BYTES_MAX);
            assertThat(page.path("digest").asString()).isEqualTo(HELD.hex());
            shown.append(page.path("text").asString());
        } while (page.has("next"));

        assertThat(shown).hasToString(text);
        for (int odd : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            page = ask("reload_show", request().put("from", odd), "ana");
            assertThat(text).contains(page.path("text").asString());
        }
    }

    private void enrolAna() throws Exception {
        widen("daemon", "approver_add", addition("ana", ana));
    }

    private void perform(String command, JsonNode arguments) throws Exception {
        ask("widen", signed(command, arguments, give(command, arguments), ana), "daemon");
    }

    private JsonNode give(String command, JsonNode arguments) throws Exception {
        ObjectNode request = command(command, arguments).put("approver", "ana");
        List<String> keys = new ArrayList<>();
        ask("approvers", request(), "ana")
                .path("approvers")
                .forEach(
                        each -> {
                            if (each.path("person").stringValue().equals("ana")) {
                                keys.add(each.path("fingerprint").stringValue());
                            }
                        });
        return ask("widening", request.put("key", keys.getFirst()), "ana");
    }

    private void widen(String user, String command, JsonNode arguments) throws Exception {
        ask("widen", command(command, arguments), user);
    }

    private String refusal(String user, String command, JsonNode arguments) {
        return refusalOf("widen", command(command, arguments), user).split(":", 2)[0];
    }

    private String refusedWidening(String command, String arguments) throws Exception {
        return refusalOf(
                "widening", command(command, JSON.readTree(arguments)).put("approver", "ana"));
    }

    private String refusalOf(String operation, JsonNode request) {
        return refusalOf(operation, request, "daemon");
    }

    private String refusalOf(String operation, JsonNode request, String user) {
        try {
            return "not refused: " + ask(operation, request, user);
        } catch (RefusedException refused) {
            return refused.code() + ": " + refused.getMessage();
        }
    }

    private JsonNode ask(String operation, JsonNode request, String user) throws RefusedException {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        Objects.requireNonNull(plane.operations().get(operation), operation)
                .perform(request, user, answer);
        return answer;
    }

    private ObjectNode status() {
        ObjectNode status = request();
        plane.describe(status);
        return status;
    }

    private List<String> people() throws RefusedException {
        List<String> people = new ArrayList<>();
        ask("approvers", request(), "ana")
                .path("approvers")
                .forEach(each -> people.add(each.path("person").stringValue()));
        return people;
    }

    private List<JsonNode> leaves(String kind) throws StoreException {
        return store.read(0, 1_000).lines().stream()
                .map(line -> JSON.readTree(line))
                .filter(leaf -> leaf.path("kind").asString("").equals(kind))
                .toList();
    }

    private static ObjectNode signed(
            String command, JsonNode arguments, JsonNode given, TestKey key)
            throws IOException, InterruptedException {
        String statement = given.path("statement").stringValue();
        return command(command, arguments)
                .put("statement", statement)
                .put("signature", key.sign(statement));
    }

    private static ObjectNode answer(String statement) {
        return request().put("statement", statement);
    }

    private static JsonNode addition(String name, TestKey key) throws IOException {
        return request().put("name", name).put("key", key.line());
    }

    private static ObjectNode command(String command, JsonNode arguments) {
        ObjectNode request = request().put("command", command);
        request.set("arguments", arguments);
        return request;
    }

    private static ObjectNode request() {
        return JsonNodeFactory.instance.objectNode();
    }
}
