package dev.countergate.server.proposal;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.ClientSession;
import dev.countergate.policy.call.Narrowing;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.call.TraceContext;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.call.CallPipeline;
import dev.countergate.server.call.ToolService;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** What is kept from a principal, and how often it may call, on the whole path of a call. */
class PowersTest {
    private static final PrincipalId CI = PrincipalId.token("ci");
    private static final PrincipalId BUSY = PrincipalId.unix("busy");
    private static final String READ = "{\"service\":\"web\"}";

    private static final String ENTRIES =
            """
              - {unix: guest, tools: []}
              - {unix: busy, limits: [{calls: 3, per: 1h}, {calls: 2, per: 1m}]}
            """;

    private static final String TOKEN =
            "  - {person: bo, tokens: [{name: ci, sha256: \""
                    + "a".repeat(64)
                    + "\"}], tools: [restart]}\n";

    private static final String GUARDS =
            """
            guards:
              restart:
                environment: prod
                reversible: true
                require: [{tool: errors, args: {service: "{service}"}, expect: "value > 0.5", reason: "only what fails"}]
                verify: {tool: errors, args: {service: "{service}"}, expect: "value < 0.5", within: 1m, every: 10ms}
                undo: {tool: start, args: {id: "{result.id}", service: "{service}"}}
            """;

    private static final String CATALOGUE = Engine.TOOLS + ENTRIES + TOKEN + GUARDS;

    @TempDir private Path folder;
    private @Nullable Engine engine;
    private @Nullable CallPipeline pipeline;

    @AfterEach
    void ends() {
        if (pipeline != null) {
            pipeline.close();
        }
        if (engine != null) {
            engine.close();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    unix:ana      |          |       | errors restart start proposal_withdraw
                    unix:ana      |          | true  | errors
                    unix:ana      | errors   |       | errors proposal_withdraw
                    unix:ana      | errors,x | true  | errors
                    unix:ana      | start    | true  |
                    unix:ana      | ,        |       | proposal_withdraw
                    unix:guest    |          |       | proposal_withdraw
                    unix:guest    | errors   |       | proposal_withdraw
                    unix:busy     |          |       | errors restart start proposal_withdraw
                    token:ci      |          |       | restart proposal_withdraw
                    token:ci      | errors   |       | proposal_withdraw
                    token:ci      | restart,errors,start | | restart proposal_withdraw
                    token:ci      |          | true  |
                    token:gone    |          |       | proposal_withdraw
                    other:ana     |          |       | proposal_withdraw
                    """)
    void what_is_listed_is_what_can_be_called(
            String principal,
            @Nullable String tools,
            @Nullable String readsOnly,
            @Nullable String seen)
            throws Exception {
        Caller caller =
                new Caller(
                        new PrincipalId(principal),
                        Engine.valid(
                                Narrowing.parse(
                                        tools == null ? List.of() : List.of(tools),
                                        readsOnly == null ? List.of() : List.of(readsOnly))));
        List<String> expected =
                new ArrayList<>(seen == null ? List.of() : List.of(seen.split(" ", -1)));
        expected.addAll(List.of("result_page", "proposal_status", "proposal_list"));

        assertThat(pipeline().list(caller).tools())
                .extracting(ToolService.Description::name)
                .containsExactlyInAnyOrderElementsOf(expected);
        for (String tool :
                List.of(
                        "errors",
                        "restart",
                        "start",
                        "proposal_withdraw",
                        "result_page",
                        "proposal_list")) {
            assertThat(call(caller, tool, "{}").isPresent())
                    .as(tool)
                    .isEqualTo(expected.contains(tool));
        }
        assertThat(call(caller, "unknown", "{}")).isEmpty();
    }

    @Test
    void a_precondition_tells_nothing_of_a_tool_that_is_kept() throws Exception {
        engine().reads = () -> engine().value("0.123");

        assertThat(said(CI))
                .startsWith("PRECONDITION_FAILED")
                .contains("only what fails")
                .doesNotContain("errors", "0.123", "0.5");
        assertThat(said(Engine.ANA)).contains("`errors`", "0.123");
    }

    @Test
    void neither_does_what_stopped_it_at_the_claim() throws Exception {
        ProposalId id = engine().propose(CI, "web");
        engine().reads = () -> engine().value("0.123");
        engine().approve(id, "bo");

        ProposalStatus status = engine().settled(id);

        assertThat(status.state()).isEqualTo(ProposalState.BLOCKED);
        assertThat(status.why()).contains("only what fails").doesNotContain("errors", "0.123");
    }

    @Test
    void nor_does_how_to_undo_it() throws Exception {
        engine().reads = () -> engine().value(engine().changes.sent.isEmpty() ? "0.9" : "0.1");
        ProposalId of = engine().propose(CI, "web");
        ProposalId mine = engine().propose(Engine.ANA, "db");
        engine().approve(of, "bo");
        engine().settled(of);

        assertThat(shown(CI, of)).contains("VERIFIED").doesNotContain("undo", "errors");
        assertThat(listed(CI)).contains(of.value()).doesNotContain("undo", "errors");
        assertThat(call(Caller.of(CI), "proposal_status", "{\"proposal\":\"" + mine + "\"}"))
                .map(result -> Objects.requireNonNull(result.error()).code())
                .contains("NOT_FOUND");

        engine().reload(CATALOGUE.replace("tools: [restart]", "tools: [restart, start]"));
        assertThat(shown(CI, of)).contains("\"tool\":\"start\"");
    }

    @ParameterizedTest
    @CsvSource({
        "tools: [restart], tools: [start]",
        "tools: [restart], tools: []",
        "name: ci, name: cd"
    })
    void what_a_principal_asked_for_goes_no_further_than_its_powers(String was, String is)
            throws Exception {
        ProposalId id = engine().propose(CI, "web");
        engine().reload(CATALOGUE.replace(was, is));
        engine().approve(id, "bo");

        ProposalStatus status = engine().settled(id);

        assertThat(status.state()).isEqualTo(ProposalState.BLOCKED);
        assertThat(status.why()).contains("may not call the tool any more");
        assertThat(engine().changes.sent).isEmpty();
    }

    @Test
    void a_limit_is_said_with_its_numbers_and_when_to_call_again() throws Exception {
        assertThat(answer(BUSY)).isEmpty();
        assertThat(answer(BUSY)).isEmpty();

        ToolResult refused = call(Caller.of(BUSY), "errors", READ).orElseThrow();

        assertThat(refused.texts().getFirst())
                .startsWith(
                        "RATE_LIMITED: `unix:busy` is at its limit of 2 calls per 1m; nothing was sent;")
                .matches(".*call again at 2026-11-21T12:01:0[01]\\.\\d{3}Z, in 6[01] s");
        assertThat(answer(Engine.ANA)).isEmpty();
        engine().store().write(in -> true); // after the leaves that wait
        assertThat(engine().leaves())
                .anyMatch(leaf -> leaf.path("code").asString("").equals("RATE_LIMITED"));
    }

    @Test
    void room_comes_back_when_it_was_said_to() throws Exception {
        answer(BUSY);
        answer(BUSY);
        Instant again = Instant.parse(hint(BUSY).replaceAll(".*again at (\\S+), .*", "$1"));

        engine().millis.set(again.toEpochMilli() - 2);
        assertThat(answer(BUSY)).isEqualTo("RATE_LIMITED");
        engine().millis.set(again.toEpochMilli());
        assertThat(answer(BUSY)).isEmpty();
        assertThat(hint(BUSY)).contains("T13:0");
        engine().pass(Duration.ofHours(1).plusMinutes(2));
        assertThat(answer(BUSY)).isEmpty();
    }

    @Test
    void a_restart_forgets_no_call() throws Exception {
        answer(BUSY);
        answer(BUSY);
        pipeline().close();
        engine().restart();
        pipeline = null;

        assertThat(answer(BUSY)).isEqualTo("RATE_LIMITED");
        engine().pass(Duration.ofMinutes(2));
        assertThat(answer(BUSY)).isEmpty();
        assertThat(answer(BUSY)).isEqualTo("RATE_LIMITED");
        assertThat(hint(BUSY)).contains("T13:0");
    }

    @Test
    void another_limit_finds_what_was_counted_before_it() throws Exception {
        answer(BUSY);
        engine().reload(CATALOGUE.replace("calls: 2, per: 1m", "calls: 1, per: 2m"));

        assertThat(answer(BUSY)).isEqualTo("RATE_LIMITED");
    }

    @Test
    void a_clock_put_back_makes_no_room() throws Exception {
        answer(BUSY);
        engine().millis.addAndGet(-Duration.ofHours(5).toMillis());
        assertThat(answer(BUSY)).isEmpty();
        assertThat(answer(BUSY)).isEqualTo("RATE_LIMITED");
        engine().millis.addAndGet(Duration.ofHours(5).toMillis());
        assertThat(answer(BUSY)).isEqualTo("RATE_LIMITED");
    }

    @Test
    void a_call_counts_whatever_becomes_of_it_but_not_one_of_what_is_not_there() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(call(Caller.of(BUSY), "unknown", "{}")).isEmpty();
            assertThat(call(Caller.of(BUSY), "proposal_list", "{}")).isPresent();
        }
        assertThat(call(Caller.of(BUSY), "errors", "{\"service\":7}")).isPresent();
        assertThat(call(Caller.of(BUSY), "restart", READ)).isPresent();
        assertThat(answer(BUSY)).isEqualTo("RATE_LIMITED");
        assertThat(call(Caller.of(BUSY), "proposal_list", "{}").orElseThrow().error()).isNull();
    }

    @Test
    void no_crowd_passes_a_limit() throws Exception {
        engine().reload(
                        CATALOGUE.replace(
                                "calls: 3, per: 1h}, {calls: 2, per: 1m", "calls: 50, per: 1h"));
        CallPipeline path = pipeline();
        List<Future<String>> answers = new ArrayList<>();
        try (ExecutorService crowd = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 400; i++) {
                Callable<String> one = () -> answer(path, BUSY);
                answers.add(crowd.submit(one));
            }
        }
        List<String> codes = new ArrayList<>();
        for (Future<String> each : answers) {
            codes.add(each.get());
        }
        assertThat(codes.stream().filter(String::isEmpty)).hasSize(50);
        assertThat(codes.stream().filter("RATE_LIMITED"::equals)).hasSize(350);
    }

    @Test
    void without_knowing_what_was_counted_nothing_is_called() throws Exception {
        CallPipeline path = pipeline();
        engine().store().close();

        assertThat(answer(path, BUSY)).isEqualTo("LOG_UNWRITABLE");
    }

    @Test
    void the_lines_of_a_call_name_its_trace() throws Exception {
        String id = "4bf92f3577b34da6a3ce929d0e0e4736";
        Logger logger = (Logger) LoggerFactory.getLogger(CallPipeline.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try {
            engine().reads = () -> new Reply.Failure(FailureCode.BACKEND_TIMEOUT, "late", "wait");
            pipeline()
                    .call(
                            new ToolCall(
                                    "c1",
                                    new ToolName("errors"),
                                    JsonMapper.shared().readTree(READ),
                                    Caller.of(Engine.ANA),
                                    new ClientSession("s1", "test", "1"),
                                    TraceContext.parse("00-" + id + "-00f067aa0ba902b7-01", "")
                                            .orElseThrow()),
                            Progress.NONE);
            answer(Engine.ANA);
        } finally {
            logger.detachAppender(lines);
        }
        assertThat(lines.list).hasSize(2);
        assertThat(lines.list.getFirst().getKeyValuePairs().toString())
                .contains("call=\"c1\"", "trace=\"" + id + "\"");
        assertThat(lines.list.getLast().getKeyValuePairs().toString()).doesNotContain("trace");
    }

    private String said(PrincipalId principal) throws Exception {
        return text(call(Caller.of(principal), "restart", READ).orElseThrow());
    }

    private String shown(PrincipalId principal, ProposalId id) throws Exception {
        return text(
                call(Caller.of(principal), "proposal_status", "{\"proposal\":\"" + id + "\"}")
                        .orElseThrow());
    }

    private String listed(PrincipalId principal) throws Exception {
        return text(call(Caller.of(principal), "proposal_list", "{}").orElseThrow());
    }

    private static String text(ToolResult result) {
        return result.texts().stream().collect(Collectors.joining("\n")) + result.structured();
    }

    private String hint(PrincipalId principal) throws Exception {
        return Objects.requireNonNull(
                        call(Caller.of(principal), "errors", READ).orElseThrow().error())
                .hint();
    }

    private String answer(PrincipalId principal) throws Exception {
        return answer(pipeline(), principal);
    }

    /** The code a read is refused with, or nothing. */
    private static String answer(CallPipeline path, PrincipalId principal) throws Exception {
        ToolResult result =
                path.call(toolCall(Caller.of(principal), "errors", READ), Progress.NONE)
                        .orElseThrow();
        return result.error() == null ? "" : result.error().code();
    }

    private Optional<ToolResult> call(Caller caller, String tool, String arguments)
            throws Exception {
        return pipeline().call(toolCall(caller, tool, arguments), Progress.NONE);
    }

    private static ToolCall toolCall(Caller caller, String tool, String arguments) {
        return new ToolCall(
                "c1",
                new ToolName(tool),
                JsonMapper.shared().readTree(arguments),
                caller,
                new ClientSession("s-" + caller.principal(), "test", "1"),
                null);
    }

    private Engine engine() {
        Engine made = engine;
        if (made == null) {
            try {
                made = new Engine(folder, CATALOGUE);
            } catch (Exception failed) {
                throw new AssertionError(failed);
            }
            engine = made;
        }
        return made;
    }

    private CallPipeline pipeline() {
        CallPipeline made = pipeline;
        if (made == null) {
            made = engine().pipeline();
            pipeline = made;
        }
        return made;
    }
}
