package dev.countergate.server.backend.ssm;

import static dev.countergate.server.backend.ChangeFixtures.ATTEMPT;
import static dev.countergate.server.backend.ChangeFixtures.resolved;
import static dev.countergate.server.backend.ChangeFixtures.tool;
import static dev.countergate.server.backend.ChangeFixtures.wish;
import static dev.countergate.server.backend.ChangeFixtures.within;
import static dev.countergate.server.backend.ssm.SsmBackendFixture.FLEET;
import static dev.countergate.server.backend.ssm.SsmBackendFixture.ONE;
import static dev.countergate.server.backend.ssm.SsmBackendFixture.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.demo.ssm.AcceptedCommand;
import dev.countergate.demo.ssm.Fault;
import dev.countergate.demo.ssm.RealTimeClock;
import dev.countergate.demo.ssm.SimulatedInstance;
import dev.countergate.demo.ssm.SimulatedInstance.Delivery;
import dev.countergate.demo.ssm.SimulatedInstance.Ping;
import dev.countergate.policy.call.Checked;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.SsmAction;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.Event.Sighting;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.request.SsmRequest;
import dev.countergate.policy.template.Template;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.ChangeClient;
import dev.countergate.server.backend.Resolution;
import dev.countergate.server.backend.Seen;
import dev.countergate.server.backend.Sending;
import dev.countergate.server.backend.Sent;
import dev.countergate.server.backend.Wish;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Writes through the simulator: what is fixed, what is sent once, and what its end means. */
@Tag("long")
class SsmChangesTest {
    private static final String THREE = "i-0123456789abcdef2";
    private static final SsmAction.Run RUN = new SsmAction.Run("1", "0", 60, null);
    private static final String AUTOMATION =
            """
            {"schemaVersion": "0.3", "parameters": {"Id": {"type": "StringList"}},
             "mainSteps": [{"name": "run", "action": "aws:runCommand", "inputs": {
               "DocumentName": "AWS-RunShellScript", "InstanceIds": "{{ Id }}",
               "Parameters": {"commands": ["%s"]}}}]}
            """;

    @TempDir Path sandboxes;

    private SsmBackendFixture fixture;
    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void start() {
        Backend.Limits limits = new Backend.Limits(16, 16 << 20, Duration.ofSeconds(2));
        fixture = new SsmBackendFixture(new RealTimeClock(), sandboxes, limits);
        put(fixture.instance(ONE).tagged(Map.of("service", "checkout")));
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private void put(SimulatedInstance instance) {
        fixture.simulator().fleet().put(instance);
    }

    private ChangeClient changes() {
        return fixture.backend().changes();
    }

    private static Wish wished(@Nullable Integer targetsMax) {
        return wish(
                tool(
                        new SsmAction.Inventory(
                                FLEET, new SsmAction.Targets(List.<Template>of(), Map.of())),
                        targetsMax));
    }

    private static SsmRequest.Commands commands(
            List<String> instances, Map<String, String> tags, String script) {
        return new SsmRequest.Commands(
                FLEET, new SsmRequest.Targets(instances, tags), List.of(script), RUN);
    }

    private CoreRequest.Ssm fixed(Request request) throws InterruptedException {
        return (CoreRequest.Ssm) resolved(changes().resolve(request, wished(null)));
    }

    private CoreRequest.Ssm fixed(String script, String... instances) throws InterruptedException {
        return fixed(commands(List.of(instances), Map.of(), script));
    }

    private Sending sending(Duration time) {
        return new Sending(() -> true, within(time), told::add, CallContext.Progress.NONE);
    }

    private Sent send(CoreRequest request) throws InterruptedException {
        return changes().send(request, sending(Duration.ofSeconds(20)));
    }

    private void refuses(Request request, @Nullable Integer targetsMax, String code)
            throws InterruptedException {
        assertThat(changes().resolve(request, wished(targetsMax)))
                .isInstanceOfSatisfying(
                        Resolution.Refused.class,
                        refused -> {
                            assertThat(refused.code()).isEqualTo(code);
                            assertThat(refused.message()).isNotBlank().doesNotContain("\n");
                            assertThat(refused.hint()).isNotBlank();
                        });
    }

    private List<AcceptedCommand> accepted() {
        return fixture.simulator().commands().accepted();
    }

    @Test
    void fixes_tags_as_the_sorted_online_instances_and_says_which_are_left_out() throws Exception {
        put(fixture.instance(THREE).tagged(Map.of("service", "checkout")));
        put(
                fixture.instance(TWO)
                        .tagged(Map.of("service", "checkout"))
                        .pinging(Ping.CONNECTION_LOST));
        put(fixture.instance("i-0123456789abcdef3").tagged(Map.of("service", "cart")));
        Request request = commands(List.of(), Map.of("tag:service", "checkout"), "true");
        Resolution.Resolved resolution =
                (Resolution.Resolved) changes().resolve(request, wished(null));

        assertThat(resolution.request().targets()).containsExactly(ONE, THREE);
        assertThat(resolution.blastRadius())
                .containsExactly(
                        "2 of 3 instances with the tags asked for are online",
                        "left out, not online: " + TWO);
        assertThat(fixed(request).differences(resolution.request().json())).isEmpty();

        put(fixture.instance(TWO).tagged(Map.of("service", "checkout")));
        assertThat(fixed(request).differences(resolution.request().json()))
                .containsExactly("instances", "timeout_seconds");
    }

    @Test
    void finds_the_instances_of_every_page() throws Exception {
        for (int i = 0; i < 60; i++) {
            put(
                    fixture.instance("i-%017x".formatted(i))
                            .tagged(Map.of("fleet", i < 45 ? "a" : "b")));
        }
        assertThat(
                        resolved(
                                        changes()
                                                .resolve(
                                                        commands(
                                                                List.of(),
                                                                Map.of("tag:fleet", "a"),
                                                                "true"),
                                                        wished(50)))
                                .targets())
                .hasSize(45);
        assertThat(fixture.simulator().received("DescribeInstanceInformation")).isOne();
        for (int i = 0; i < 60; i++) {
            put(fixture.instance("i-%017x".formatted(i)).tagged(Map.of("fleet", "a")));
        }
        refuses(commands(List.of(), Map.of("tag:fleet", "a"), "true"), 50, "TOO_MANY_TARGETS");
        assertThat(fixture.simulator().received("DescribeInstanceInformation")).isEqualTo(3);
    }

    @Test
    void reaches_no_more_instances_than_its_guard_says_or_ten() throws Exception {
        List<String> eleven = IntStream.range(0, 11).mapToObj(i -> "i-%017x".formatted(i)).toList();
        eleven.forEach(id -> put(fixture.instance(id)));
        Request all = commands(eleven, Map.of(), "true");

        refuses(all, null, "TOO_MANY_TARGETS");
        refuses(all, 10, "TOO_MANY_TARGETS");
        assertThat(resolved(changes().resolve(all, wished(11))).targets()).hasSize(11);
        assertThat(fixed(commands(eleven.subList(0, 10), Map.of(), "true")).targets()).hasSize(10);
    }

    @Test
    void refuses_what_would_reach_nobody_or_somebody_who_is_not_there() throws Exception {
        put(fixture.instance(TWO).pinging(Ping.CONNECTION_LOST));

        refuses(commands(List.of(ONE, TWO), Map.of(), "true"), null, "TARGET_OFFLINE");
        refuses(commands(List.of(ONE, THREE), Map.of(), "true"), null, "TARGET_OFFLINE");
        refuses(
                commands(List.of(ONE), Map.of("tag:service", "cart"), "true"),
                null,
                "TARGET_OFFLINE");
        refuses(commands(List.of(), Map.of("tag:service", "cart"), "true"), null, "NO_TARGETS");
        refuses(commands(List.of(), Map.of(), "true"), null, "NO_TARGETS");
    }

    private void define(String name, String script) {
        fixture.simulator()
                .documents()
                .define(
                        name,
                        "{\"schemaVersion\":\"2.2\",\"parameters\":{\"Z\":{\"type\":\"String\",\"default\":\"\"},\"A\":{\"type\":\"String\",\"default\":\"\"}},\"mainSteps\":[{\"name\":\"run\",\"action\":\"aws:runShellScript\",\"inputs\":{\"runCommand\":[\""
                                + script
                                + "\"]}}]}");
    }

    private static SsmRequest.Document document(String name, @Nullable String version) {
        return new SsmRequest.Document(
                FLEET,
                new SsmRequest.Targets(List.of(ONE), Map.of()),
                name,
                version,
                Map.of("Z", List.of("1"), "A", List.of("2")),
                new SsmAction.Run("1", "0", null, null));
    }

    @Test
    void pins_the_document_s_version_and_hash_and_sees_it_change() throws Exception {
        define("Restart", "true");
        CoreRequest.Ssm first = fixed(document("Restart", null));
        define("Restart", "false");
        assertThat(fixed(document("Restart", null)).differences(first.json())).isEmpty();
        fixture.simulator().documents().setDefault("Restart", 2);

        assertThat(first.version()).isEqualTo("1");
        assertThat(first.documentHash()).matches("[0-9a-f]{64}");
        assertThat(first.parameters().keySet()).containsExactly("A", "Z");
        assertThat(fixed(document("Restart", null)).differences(first.json()))
                .containsExactly("document_hash", "version");
        assertThat(fixed(document("Restart", "1")).differences(first.json())).isEmpty();
        assertThat(fixed(document("Restart", "$LATEST")).version()).isEqualTo("2");
    }

    @Test
    void a_document_that_is_another_when_it_is_sent_runs_nowhere() throws Exception {
        CoreRequest.Ssm request = fixed("echo x", ONE);
        CoreRequest.Ssm other =
                new CoreRequest.Ssm(
                        request.action(),
                        request.document(),
                        request.version(),
                        "0".repeat(64),
                        request.parameters(),
                        request.instances(),
                        request.concurrencyMax(),
                        request.errorsMax(),
                        request.deliverySeconds(),
                        ATTEMPT);

        assertThat(send(other).outcome()).isEqualTo(Outcome.FAILED);
        assertThat(accepted()).isEmpty();
        assertThat(told).isEmpty();
    }

    @Test
    void an_unfit_or_unknown_document_is_not_proposed() throws Exception {
        fixture.simulator().documents().define("Auto", AUTOMATION.formatted("true"));

        refuses(document("Auto", null), null, "DOCUMENT_UNFIT");
        refuses(
                new SsmRequest.Automation(FLEET, "AWS-RunShellScript", null, Map.of()),
                null,
                "DOCUMENT_UNFIT");
        assertThat(changes().resolve(document("None", null), wished(null)))
                .isInstanceOf(Resolution.Failed.class);
        fixture.simulator().faults().next("DescribeDocument", 9, new Fault.Throttled());
        assertThat(changes().resolve(document("Auto", null), wished(null)))
                .isInstanceOf(Resolution.Failed.class);
    }

    @Test
    void a_document_without_a_hash_cannot_be_fixed() throws Exception {
        for (String document :
                List.of(
                        "\"Hash\":\"" + "0".repeat(40) + "\",\"HashType\":\"Sha1\"",
                        "\"HashType\":\"Sha256\"",
                        "\"Hash\":\"x\",\"HashType\":\"Sha256\"")) {
            fixture.simulator()
                    .faults()
                    .next(
                            "DescribeDocument",
                            new Fault.Garbled(
                                    200,
                                    "application/x-amz-json-1.1",
                                    "{\"Document\":{\"Name\":\"Restart\",\"DocumentVersion\":\"1\",\"DocumentType\":\"Command\",\"Status\":\"Active\","
                                            + document
                                            + "}}"));
            refuses(document("Restart", null), null, "DOCUMENT_UNPINNED");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1,780",
        "2,660",
        "3,660",
        "50,600",
        "34%,780",
        "50%,660",
        "67%,660",
        "100%,600",
        "1%,780"
    })
    void gives_instances_that_wait_for_others_the_time_of_the_others(
            String concurrency, int seconds) throws Exception {
        List<String> four = Stream.of(ONE, TWO, THREE, "i-0123456789abcdef3").toList();
        four.forEach(id -> put(fixture.instance(id)));
        SsmRequest.Commands request =
                new SsmRequest.Commands(
                        FLEET,
                        new SsmRequest.Targets(four, Map.of()),
                        List.of("true"),
                        new SsmAction.Run(concurrency, "0", 60, null));
        CoreRequest.Ssm fixed = fixed(request);

        assertThat(fixed.deliverySeconds()).isEqualTo(seconds);
        assertThat(changes().longest(fixed, wished(null).tool()))
                .isEqualTo(Duration.ofSeconds(seconds + 60L + 120));
    }

    @Test
    void sends_exactly_what_the_core_says_and_tells_its_id_at_once() throws Exception {
        put(fixture.instance(TWO));
        CoreRequest.Ssm request = fixed("echo \"$0\" > done; echo out", TWO, ONE);
        Sent sent = send(request);

        assertThat(sent.outcome()).isEqualTo(Outcome.APPLIED);
        JsonNode json = request.json();
        JsonNode received = JsonMapper.shared().readTree(accepted().getFirst().request());
        assertThat(received.propertyNames())
                .containsExactlyInAnyOrder(
                        "DocumentName",
                        "DocumentVersion",
                        "DocumentHash",
                        "DocumentHashType",
                        "InstanceIds",
                        "Parameters",
                        "TimeoutSeconds",
                        "Comment",
                        "MaxConcurrency",
                        "MaxErrors");
        assertThat(received.get("DocumentName")).isEqualTo(json.get("document"));
        assertThat(received.get("DocumentVersion")).isEqualTo(json.get("version"));
        assertThat(received.get("DocumentHash")).isEqualTo(json.get("document_hash"));
        assertThat(received.get("InstanceIds")).isEqualTo(json.get("instances"));
        assertThat(received.get("Parameters")).isEqualTo(json.get("parameters"));
        assertThat(received.get("TimeoutSeconds").toString())
                .isEqualTo(json.get("timeout_seconds").stringValue());
        assertThat(received.get("Comment")).isEqualTo(json.get("comment"));
        assertThat(received.get("MaxConcurrency")).isEqualTo(json.get("max_concurrency"));
        assertThat(received.get("MaxErrors")).isEqualTo(json.get("max_errors"));
        assertThat(told).containsExactly(accepted().getFirst().commandId());
        assertThat(Objects.requireNonNull(sent.result()).at("/invocations/1/output").stringValue())
                .isEqualTo("out\n");
        assertThat(fixture.simulator().received("SendCommand")).isOne();
    }

    static Stream<Fault> accepted_but_not_told() {
        return Stream.of(
                new Fault.BrokenAfterAccepting(),
                new Fault.DroppedAfterAccepting(),
                new Fault.ClosedAfterAccepting(),
                new Fault.Slow(Duration.ofMinutes(5)));
    }

    @ParameterizedTest
    @MethodSource("accepted_but_not_told")
    void a_lost_answer_is_looked_up_and_waited_for_and_nothing_is_sent_again(Fault fault)
            throws Exception {
        CoreRequest.Ssm request = fixed("echo x >> done", ONE);
        fixture.simulator().faults().next("SendCommand", fault);
        Sent sent = send(request);

        assertThat(sent.outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(told).containsExactly(accepted().getFirst().commandId());
        assertThat(Files.readString(sandboxes.resolve(ONE).resolve("done"))).isEqualTo("x\n");
        assertThat(fixture.simulator().received("SendCommand")).isOne();
        assertThat(accepted()).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("accepted_but_not_told")
    void a_lost_answer_nobody_can_look_up_is_unknown(Fault fault) throws Exception {
        CoreRequest.Ssm request = fixed("echo x >> done", ONE);
        fixture.simulator().commands().hideFor(Duration.ofHours(1));
        fixture.simulator().faults().next("SendCommand", fault);
        Sent sent = send(request);

        assertThat(sent.outcome()).isEqualTo(Outcome.OUTCOME_UNKNOWN);
        assertThat(told).isEmpty();
        assertThat(fixture.simulator().received("SendCommand")).isOne();
    }

    record Row(Fault fault, Outcome outcome) {}

    static Stream<Row> not_accepted() {
        return Stream.of(
                new Row(new Fault.Throttled(), Outcome.FAILED),
                new Row(new Fault.Refused("InvalidInstanceId", "x"), Outcome.FAILED),
                new Row(new Fault.Refused("InvalidParameters", "x"), Outcome.FAILED),
                new Row(new Fault.Refused("AccessDeniedException", "x"), Outcome.FAILED),
                new Row(new Fault.Refused("ExpiredTokenException", "x"), Outcome.FAILED),
                new Row(garbled(403, "<html>proxy</html>"), Outcome.FAILED),
                new Row(new Fault.BrokenBeforeAccepting(), Outcome.OUTCOME_UNKNOWN),
                new Row(new Fault.DroppedBeforeAccepting(), Outcome.OUTCOME_UNKNOWN),
                new Row(garbled(200, "<html>hello</html>"), Outcome.OUTCOME_UNKNOWN),
                new Row(garbled(200, "{}"), Outcome.OUTCOME_UNKNOWN),
                new Row(garbled(302, ""), Outcome.OUTCOME_UNKNOWN),
                new Row(garbled(503, "<html>down</html>"), Outcome.OUTCOME_UNKNOWN));
    }

    private static Fault garbled(int status, String body) {
        return new Fault.Garbled(status, "application/x-amz-json-1.1", body);
    }

    @ParameterizedTest
    @MethodSource("not_accepted")
    void what_is_refused_failed_and_what_is_not_answered_is_unknown(Row row) throws Exception {
        CoreRequest.Ssm request = fixed("true", ONE);
        fixture.simulator().faults().next("SendCommand", row.fault());
        Sent sent = send(request);

        assertThat(sent.outcome()).isEqualTo(row.outcome());
        assertThat(sent.detail()).isNotBlank().doesNotContain("\n");
        assertThat(told).isEmpty();
        assertThat(fixture.simulator().received("SendCommand")).isOne();
        assertThat(accepted()).isEmpty();
    }

    @Test
    void a_script_that_exits_otherwise_may_have_acted() throws Exception {
        Sent sent = send(fixed("echo x > done; exit 3", ONE));

        assertThat(sent.outcome()).isEqualTo(Outcome.PARTLY_APPLIED);
        assertThat(sent.detail()).contains(ONE + " Failed (exit 3)");
        assertThat(Objects.requireNonNull(sent.result()).at("/invocations/0/exitCode").intValue())
                .isEqualTo(3);
    }

    @Test
    void what_stops_after_the_first_failure_is_partly_applied_with_each_instance_named()
            throws Exception {
        put(fixture.instance(TWO));
        put(fixture.instance(THREE));
        Sent sent = send(fixed("test -d never", ONE, TWO, THREE));

        assertThat(sent.outcome()).isEqualTo(Outcome.PARTLY_APPLIED);
        assertThat(sent.detail())
                .contains(ONE + " Failed (exit 1)", TWO + " Terminated", THREE + " Terminated");
    }

    @Test
    void what_reached_some_is_partly_applied_and_what_reached_nobody_failed() throws Exception {
        put(fixture.instance(TWO).delivering(Delivery.UNDELIVERABLE));
        assertThat(send(fixed("true", ONE, TWO)).outcome()).isEqualTo(Outcome.PARTLY_APPLIED);

        Sent nobody = send(fixed("true", TWO));
        assertThat(nobody.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(nobody.detail()).contains(TWO + " Undeliverable");
    }

    @Test
    void waits_through_looks_that_fail_and_a_command_that_does_not_show() throws Exception {
        fixture.simulator().commands().hideForLookups(5);
        fixture.simulator().faults().next("ListCommands", 8, new Fault.BrokenBeforeAccepting());

        assertThat(send(fixed("sleep 0.2", ONE)).outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(fixture.simulator().received("SendCommand")).isOne();
    }

    @Test
    void what_has_not_ended_by_the_deadline_is_unknown_and_goes_on() throws Exception {
        CoreRequest.Ssm request = fixed("while test ! -e go; do sleep 0.05; done", ONE);
        Sent first = changes().send(request, sending(Duration.ofSeconds(2)));

        assertThat(first.outcome()).isEqualTo(Outcome.OUTCOME_UNKNOWN);
        assertThat(first.detail()).contains("had not ended in time");
        Seen running = changes().search(frozen(request), Instant.now(), within(soon()));
        assertThat(running.sighting()).isEqualTo(Sighting.UNREADABLE);
        assertThat(running.detail()).contains(told.getFirst());

        Files.createFile(sandboxes.resolve(ONE).resolve("go"));
        Sent after =
                changes().resume(frozen(request), told.getFirst(), sending(Duration.ofSeconds(20)));
        assertThat(after.outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(changes().search(frozen(request), Instant.now(), within(soon())).sighting())
                .isEqualTo(Sighting.FOUND);
        assertThat(fixture.simulator().received("SendCommand")).isOne();
    }

    @Test
    void a_watch_that_may_not_look_says_unknown() throws Exception {
        CoreRequest.Ssm request = fixed("true", ONE);
        fixture.simulator()
                .faults()
                .next("ListCommands", new Fault.Refused("AccessDeniedException", "x"));
        Sent sent = send(request);

        assertThat(sent.outcome()).isEqualTo(Outcome.OUTCOME_UNKNOWN);
        assertThat(sent.detail()).contains("cannot be watched");
        assertThat(told).hasSize(1);
    }

    @Test
    void a_name_that_cannot_be_stored_does_not_end_the_waiting() throws Exception {
        Sending failing =
                new Sending(
                        () -> true,
                        within(Duration.ofSeconds(20)),
                        handle -> {
                            throw new IllegalStateException("disk full");
                        },
                        CallContext.Progress.NONE);
        Sent sent = changes().send(fixed("true", ONE), failing);

        assertThat(sent.outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(sent.detail()).contains("could not be stored");
    }

    @Test
    void a_freeze_while_it_waits_for_its_turn_sends_nothing() throws Exception {
        CoreRequest.Ssm request = fixed("true", ONE);
        Sent sent =
                changes()
                        .send(
                                request,
                                new Sending(
                                        () -> false,
                                        within(Duration.ofSeconds(20)),
                                        told::add,
                                        CallContext.Progress.NONE));

        assertThat(sent.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(sent.detail()).contains(Sending.STOPPED);
        assertThat(told).isEmpty();
        assertThat(search(request)).isEqualTo(Sighting.ABSENT);
    }

    @Test
    void finds_its_own_command_among_others_of_the_same_document() throws Exception {
        CoreRequest.Ssm request = fixed("true", ONE);
        assertThat(search(request)).isEqualTo(Sighting.ABSENT);
        fixture.fetch(SsmBackendFixture.commands(List.of(ONE), "true"));
        assertThat(search(request)).isEqualTo(Sighting.ABSENT);
        send(request);
        fixture.fetch(SsmBackendFixture.commands(List.of(ONE), "true"));
        assertThat(search(request)).isEqualTo(Sighting.FOUND);
    }

    @Test
    void a_command_found_to_have_done_part_is_for_a_person() throws Exception {
        CoreRequest.Ssm failing = fixed("exit 1", ONE);
        send(failing);
        Seen seen = changes().search(frozen(failing), Instant.now(), within(soon()));
        assertThat(seen.sighting()).isEqualTo(Sighting.UNREADABLE);
        assertThat(seen.detail()).contains(ONE + " Failed");
    }

    @Test
    void what_reached_nobody_is_absent() throws Exception {
        put(fixture.instance(TWO).delivering(Delivery.UNDELIVERABLE));
        CoreRequest.Ssm request = fixed("true", TWO);
        send(request);

        assertThat(search(request)).isEqualTo(Sighting.ABSENT);
    }

    @ParameterizedTest
    @CsvSource({"ListCommands", "ListCommandInvocations"})
    void a_search_that_fails_says_nothing(String action) throws Exception {
        CoreRequest.Ssm request = fixed("true", ONE);
        send(request);
        fixture.simulator().faults().next(action, 9, new Fault.BrokenBeforeAccepting());

        assertThat(search(request)).isEqualTo(Sighting.UNREADABLE);
    }

    @Test
    void asks_a_running_command_to_stop() throws Exception {
        CoreRequest.Ssm request = fixed("sleep 60", ONE);
        changes().send(request, sending(Duration.ofSeconds(2)));

        assertThat(changes().stop(frozen(request), told.getFirst(), within(soon()))).isTrue();
        Sent ended =
                changes().resume(frozen(request), told.getFirst(), sending(Duration.ofSeconds(20)));
        assertThat(ended.outcome()).isEqualTo(Outcome.PARTLY_APPLIED);
        assertThat(ended.detail()).contains("Cancelled");
        fixture.simulator().faults().next("CancelCommand", new Fault.Throttled());
        assertThat(changes().stop(frozen(request), told.getFirst(), within(soon()))).isFalse();
        assertThat(fixture.simulator().received("CancelCommand")).isEqualTo(2);
    }

    @Test
    void what_was_cancelled_before_anybody_took_it_failed() throws Exception {
        put(fixture.instance(TWO).delivering(Delivery.SILENT));
        CoreRequest.Ssm request = fixed("true", TWO);
        changes().send(request, sending(Duration.ofSeconds(2)));
        assertThat(changes().stop(frozen(request), told.getFirst(), within(soon()))).isTrue();
        Sent ended =
                changes().resume(frozen(request), told.getFirst(), sending(Duration.ofSeconds(20)));

        assertThat(ended.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(ended.detail()).contains(TWO + " Cancelled");
    }

    private CoreRequest.Ssm automation(String script) throws InterruptedException {
        fixture.simulator().documents().define("Failover", AUTOMATION.formatted(script));
        return fixed(
                new SsmRequest.Automation(FLEET, "Failover", null, Map.of("Id", List.of(ONE))));
    }

    @Test
    void an_automation_is_started_once_with_its_attempt_as_client_token() throws Exception {
        CoreRequest.Ssm request = automation("echo x >> done");
        Sent sent = send(request);

        assertThat(sent.outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(sent.detail()).contains("Success");
        assertThat(fixture.simulator().automations().accepted())
                .singleElement()
                .satisfies(
                        one -> {
                            assertThat(one.executionId()).isEqualTo(told.getFirst());
                            assertThat(one.clientToken()).contains(ATTEMPT.toString());
                            assertThat(one.documentVersion()).isEqualTo("1");
                        });
    }

    @Test
    void an_automation_whose_step_failed_may_have_acted() throws Exception {
        assertThat(send(automation("exit 2")).outcome()).isEqualTo(Outcome.PARTLY_APPLIED);
    }

    @ParameterizedTest
    @MethodSource("accepted_but_not_told")
    void an_automation_s_lost_answer_is_unknown_and_it_is_not_started_again(Fault fault)
            throws Exception {
        CoreRequest.Ssm request = automation("true");
        fixture.simulator().faults().next("StartAutomationExecution", fault);
        Sent sent = send(request);

        assertThat(sent.outcome()).isEqualTo(Outcome.OUTCOME_UNKNOWN);
        assertThat(fixture.simulator().received("StartAutomationExecution")).isOne();
        assertThat(search(request)).isEqualTo(Sighting.UNREADABLE);
    }

    @Test
    void a_refused_automation_failed() throws Exception {
        CoreRequest.Ssm request = automation("true");
        fixture.simulator()
                .faults()
                .next(
                        "StartAutomationExecution",
                        new Fault.Refused("AutomationDefinitionNotFoundException", "x"));

        assertThat(send(request).outcome()).isEqualTo(Outcome.FAILED);
    }

    @Test
    void asks_an_automation_to_stop() throws Exception {
        CoreRequest.Ssm request = automation("sleep 60");
        changes().send(request, sending(Duration.ofSeconds(2)));

        assertThat(changes().stop(frozen(request), told.getFirst(), within(soon()))).isTrue();
        Sent ended =
                changes().resume(frozen(request), told.getFirst(), sending(Duration.ofSeconds(20)));
        assertThat(ended.outcome()).isEqualTo(Outcome.PARTLY_APPLIED);
        assertThat(changes().stop(frozen(request), told.getFirst(), within(soon()))).isFalse();
        assertThat(changes().longest(request, wished(null).tool())).isEqualTo(Duration.ofHours(6));
    }

    @Test
    void has_a_quarter_of_an_hour_to_show_a_command() {
        assertThat(changes().settle()).isEqualTo(Duration.ofMinutes(15));
    }

    private Sighting search(CoreRequest request) throws InterruptedException {
        return changes().search(frozen(request), Instant.now(), within(soon())).sighting();
    }

    private static Duration soon() {
        return Duration.ofSeconds(10);
    }

    private static CoreRequest frozen(CoreRequest request) {
        return ((Checked.Valid<CoreRequest>) CoreRequest.read(request.json(), ATTEMPT)).value();
    }
}
