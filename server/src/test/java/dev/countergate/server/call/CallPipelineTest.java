package dev.countergate.server.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.ClientSession;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.request.CompositeRequest;
import dev.countergate.policy.request.HttpRequest;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.policy.rule.Rules;
import dev.countergate.policy.rule.Vocabulary;
import dev.countergate.server.audit.SqliteStore;
import dev.countergate.server.audit.StoreClock;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.Approvers;
import dev.countergate.server.authority.FreezeFile;
import dev.countergate.server.authority.Freezes;
import dev.countergate.server.backend.BackendClient;
import dev.countergate.server.backend.Backends;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.config.CatalogueLoader;
import dev.countergate.server.config.Loading;
import dev.countergate.server.config.Sources;
import dev.countergate.server.daemon.Separation;
import dev.countergate.server.proposal.Proposals;
import dev.countergate.testing.FakeChanges;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Real catalogues, rules and rendering; only the backends are a recorder. */
class CallPipelineTest {
    private static final PrincipalId ANA = PrincipalId.unix("ana");
    private static final PrincipalId BOB = PrincipalId.unix("bob");

    private static final String TOOLS =
            """
            tools:
              - {name: look, url: "http://api.test/v1/{path}", params: [{name: path, required: true}, {name: more}]}
              - {name: change, url: "http://api.test/v1/things", method: POST, params: [{name: size, type: integer}]}
              - {name: tell, url: "http://api.test/hook", method: POST, effect: notify,
                 params: [{name: text, required: true}, {name: level, enum: [info, page], default: info}]}
              - {name: never, url: "http://api.test/never", effect: forbidden}
            policy:
              rules:
                - {id: no-secrets, then: forbid, when: 'args.path == "secret"', reason: "secrets stay where they are"}
                - {id: no-host, then: forbid, when: 'request.host != "api.test"'}
                - {id: two-for-big, then: approve, approvals: 2, when: 'args.size == 9'}
                - {id: careful, then: approve, approvals: 1, when: 'args.path == "careful"'}
            """;

    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

    @TempDir private Path folder;

    private final Recorder recorder = new Recorder();
    private final AtomicLong nanos = new AtomicLong();
    private final FakeChanges changes = new FakeChanges();
    private @Nullable CurrentCatalogue current;
    private @Nullable SqliteStore store;

    @Test
    void answers_a_read_with_what_the_backend_said() throws Exception {
        ToolResult result = call(pipeline(TOOLS), "look", "{\"path\":\"a b\",\"more\":\"c&d\"}");

        assertThat(result.texts()).containsExactly("GET http://api.test/v1/a%20b?more=c%26d");
        assertThat(recorder.fetched).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            textBlock =
                    """
                    look   | {}                              | INVALID_ARGUMENT
                    look   | {"path":1}                      | INVALID_ARGUMENT
                    look   | {"path":"x","wrong":1}          | INVALID_ARGUMENT
                    look   | {"path":".."}                   | INVALID_ARGUMENT
                    look   | []                              | INVALID_ARGUMENT
                    look   | {"path":"secret"}               | FORBIDDEN
                    look   | {"path":"careful"}              | APPROVAL_REQUIRED
                    change | {"size":9}                      | UNMAPPED_PERSON
                    change | {"_reason":7}                   | INVALID_ARGUMENT
                    look   | {"path":"x","_reason":"no"}     | INVALID_ARGUMENT
                    never  | {}                              | FORBIDDEN
                    tell   | {}                              | INVALID_ARGUMENT
                    tell   | {"text":"x","level":"other"}    | INVALID_ARGUMENT
                    """)
    void sends_nothing_for_a_call_it_refuses(String tool, String arguments, String code)
            throws Exception {
        ToolResult result = call(pipeline(TOOLS), tool, arguments);

        assertThat(result.error()).isNotNull();
        assertThat(Objects.requireNonNull(result.error()).code()).isEqualTo(code);
        assertThat(result.texts().getFirst()).startsWith(code + ": ");
        assertThat(recorder.fetched).isEmpty();
        assertThat(recorder.sent).isEmpty();
    }

    @Test
    void a_refusal_names_the_rule_and_its_reason() throws Exception {
        ToolResult result = call(pipeline(TOOLS), "look", "{\"path\":\"secret\"}");

        assertThat(Objects.requireNonNull(result.error()).rule()).isEqualTo("no-secrets");
        assertThat(result.texts().getFirst())
                .contains("secrets stay where they are", "rule `no-secrets`");
    }

    @Test
    void an_unknown_tool_is_nothing() throws Exception {
        assertThat(pipeline(TOOLS).call(toolCall(ANA, "loook", "{}"), Progress.NONE)).isEmpty();
    }

    @Test
    void lists_all_but_forbidden_tools_in_the_order_of_the_file() {
        List<ToolService.Description> tools = pipeline(TOOLS).list(Caller.of(ANA)).tools();

        assertThat(tools)
                .extracting(ToolService.Description::name)
                .containsExactly(
                        "look",
                        "change",
                        "tell",
                        "result_page",
                        "proposal_status",
                        "proposal_list",
                        "proposal_withdraw");
        assertThat(tools.get(0).annotations().get("readOnlyHint").booleanValue()).isTrue();
        assertThat(tools.get(1).annotations().get("destructiveHint").booleanValue()).isTrue();
        assertThat(tools.get(1).inputSchema().at("/properties/_reason/maxLength").intValue())
                .isEqualTo(1_000);
        assertThat(tools.get(0).inputSchema().at("/properties/_reason").isMissingNode()).isTrue();
    }

    @Test
    void sends_a_notification_once_and_says_who_wrote_it() throws Exception {
        ToolResult result = call(pipeline(TOOLS), "tell", "{\"text\":\"disk is full\"}");

        assertThat(result.isError()).isFalse();
        assertThat(recorder.fetched).isEmpty();
        assertThat(recorder.sent)
                .extracting(HttpRequest::body)
                .containsExactly(
                        "{\"text\":\"[written by an AI agent] disk is full\",\"level\":\"info\"}");
    }

    @Test
    void says_so_in_every_text_the_agent_gave_and_in_no_other() throws Exception {
        CallPipeline pipeline =
                pipeline(
                        """
                        tools:
                          - name: tell
                            url: "http://api.test/hook"
                            method: POST
                            effect: notify
                            params:
                              - {name: title, default: from the runbook}
                              - {name: lines, type: array}
                              - {name: more, type: object}
                              - {name: who, enum: [ops, dba]}
                        """);

        call(
                pipeline,
                "tell",
                "{\"lines\":[\"a\",[\"b\"],1],\"more\":{\"k\":{\"l\":\"c\"},\"n\":null},\"who\":\"dba\"}");
        call(pipeline, "tell", "{\"title\":\"from the runbook\"}");

        assertThat(recorder.sent)
                .extracting(HttpRequest::body)
                .containsExactly(
                        "{'title':'from the runbook','lines':['@a',['@b'],1],'more':{'k':{'l':'@c'},'n':null},'who':'dba'}"
                                .replace('\'', '"')
                                .replace("@", Binding.WRITTEN_BY_AGENT),
                        "{'title':'@from the runbook'}"
                                .replace('\'', '"')
                                .replace("@", Binding.WRITTEN_BY_AGENT));
    }

    @Test
    void gives_a_tool_that_asks_for_ages_the_longest_deadline() throws Exception {
        CallPipeline pipeline =
                pipeline(
                        """
                        tools:
                          - name: patient
                            url: "http://api.test/"
                            timeout: 9007199254740991
                            retry: {count: 100, backoff_ms: 9007199254740991}
                        """);

        assertThat(call(pipeline, "patient", "{}").isError()).isFalse();
    }

    @Test
    void stops_a_flood_of_notifications_until_time_has_passed() throws Exception {
        CallPipeline pipeline = pipeline(TOOLS);
        for (int i = 0; i < NotifyLimits.DEFAULT.calls(); i++) {
            assertThat(call(pipeline, "tell", "{\"text\":\"x\"}").isError()).isFalse();
        }

        assertThat(
                        Objects.requireNonNull(call(pipeline, "tell", "{\"text\":\"x\"}").error())
                                .code())
                .isEqualTo("RATE_LIMITED");
        assertThat(leaves().getLast())
                .contains("\"kind\":\"refused\"", "\"RATE_LIMITED\"", "\"tool\":\"tell\"");
        nanos.addAndGet(NotifyLimits.DEFAULT.per().toNanos());
        assertThat(call(pipeline, "tell", "{\"text\":\"x\"}").isError()).isFalse();
        assertThat(recorder.sent).hasSize(NotifyLimits.DEFAULT.calls() + 1);
    }

    @Test
    void records_who_was_refused_what_whatever_characters_were_used() throws Exception {
        CallPipeline pipeline = pipeline(TOOLS);

        ToolResult result =
                call(pipeline, "look", "{\"path\":\"secret\",\"more\":\"\\uffff \\ufdd0\"}");

        assertThat(Objects.requireNonNull(result.error()).code()).isEqualTo("FORBIDDEN");
        assertThat(leaves())
                .singleElement()
                .asString()
                .contains("\"kind\":\"refused\"", "\"tool\":\"look\"", "\"unix:ana\"", "secret");
    }

    @Test
    void limits_notifications_by_what_their_guard_says_and_by_nothing_else() throws Exception {
        CallPipeline pipeline =
                pipeline(TOOLS + "guards: {tell: {limits: [{calls: 11, per: 1h, by: [level]}]}}\n");
        ToolCall info = toolCall(ANA, "tell", "{\"text\":\"x\"}");
        ToolCall page = toolCall(ANA, "tell", "{\"text\":\"x\",\"level\":\"page\"}");
        for (int i = 0; i < 11; i++) {
            assertThat(pipeline.call(as("i" + i, info), Progress.NONE))
                    .hasValueSatisfying(answer -> assertThat(answer.isError()).isFalse());
            assertThat(pipeline.call(as("p" + i, page), Progress.NONE))
                    .hasValueSatisfying(answer -> assertThat(answer.isError()).isFalse());
        }

        ToolResult refused = pipeline.call(as("last", page), Progress.NONE).orElseThrow();
        assertThat(Objects.requireNonNull(refused.error()).code()).isEqualTo("RATE_LIMITED");
        assertThat(leaves().getLast()).contains("\"kind\":\"refused\"", "\"RATE_LIMITED\"", "page");
        assertThat(recorder.sent).hasSize(22);
    }

    @Test
    void keeps_a_cut_result_for_its_principal_alone_and_not_for_ever() throws Exception {
        CallPipeline pipeline = pipeline(TOOLS);
        recorder.answer = new Payload.Text("0123456789".repeat(20_000));
        ToolResult cut = call(pipeline, "look", "{\"path\":\"big\"}");
        String handle = cut.texts().getLast().replaceAll("(?s).*handle `([0-9a-f]{32})`.*", "$1");
        int pages =
                Integer.parseInt(
                        cut.texts().getLast().replaceAll("(?s).*page 1 to (\\d+).*", "$1"));

        StringBuilder whole = new StringBuilder();
        for (int page = 1; page <= pages; page++) {
            whole.append(page(pipeline, ANA, handle, page).texts().getFirst());
        }

        assertThat(whole.toString()).isEqualTo("0123456789".repeat(20_000));
        assertThat(page(pipeline, BOB, handle, 1).isError()).isTrue();
        assertThat(page(pipeline, BOB, handle, 1).texts())
                .isEqualTo(page(pipeline, ANA, "0".repeat(32), 1).texts());
        assertThat(page(pipeline, ANA, handle, pages + 1).isError()).isTrue();
        assertThat(page(pipeline, ANA, handle, 0).isError()).isTrue();
        nanos.addAndGet(ResultPages.KEPT_FOR.toNanos());
        assertThat(page(pipeline, ANA, handle, 1).isError()).isTrue();
    }

    @Test
    void a_call_finishes_with_the_catalogue_it_began_with() throws Exception {
        CallPipeline pipeline = pipeline(TOOLS);
        AtomicInteger changes = new AtomicInteger();
        AtomicBoolean letGo = new AtomicBoolean();
        try (AutoCloseable subscription = pipeline.onListChanged(changes::incrementAndGet)) {
            assertThat(subscription).isNotNull();
            recorder.block();
            Thread running =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            assertThat(
                                                            call(
                                                                            pipeline,
                                                                            "look",
                                                                            "{\"path\":\"x\"}")
                                                                    .isError())
                                                    .isFalse();
                                        } catch (Exception failure) {
                                            throw new IllegalStateException(failure);
                                        }
                                    });
            recorder.awaitBlocked();

            Objects.requireNonNull(current).replace(serving(2, "tools: []"), () -> letGo.set(true));

            assertThat(changes).hasValue(1);
            assertThat(letGo).isFalse();
            assertThat(pipeline.call(toolCall(ANA, "look", "{\"path\":\"x\"}"), Progress.NONE))
                    .isEmpty();
            recorder.release();
            running.join();
            assertThat(letGo).isTrue();
        }
    }

    @Test
    void what_a_later_catalogue_alone_used_is_let_go_after_the_calls_of_the_earlier_ones()
            throws Exception {
        CallPipeline pipeline = pipeline(TOOLS);
        CurrentCatalogue served = Objects.requireNonNull(current);
        List<String> letGo = new ArrayList<>();
        Serving first = served.lease();
        served.replace(serving(2, "tools: []"), () -> letGo.add("first"));
        Serving second = served.lease();
        served.replace(serving(3, TOOLS), () -> letGo.add("second"));

        second.close();
        assertThat(letGo).isEmpty();

        assertThat(call(pipeline, "look", "{\"path\":\"x\"}").isError()).isFalse();
        first.close();
        assertThat(letGo).containsExactly("first", "second");

        served.replace(serving(4, TOOLS), () -> letGo.add("third"));
        assertThat(letGo).containsExactly("first", "second", "third");
    }

    private CallPipeline pipeline(String yaml) {
        try {
            CurrentCatalogue served = new CurrentCatalogue(serving(1, yaml));
            current = served;
            SqliteStore opened =
                    SqliteStore.open(
                            Files.createTempDirectory(folder, "state"),
                            List.of(),
                            () -> served.now().redactor(),
                            new StoreClock(CLOCK, nanos::get));
            store = opened;
            Proposals proposals =
                    new Proposals(
                            new Proposals.Parts(
                                    opened,
                                    opened,
                                    served,
                                    new Approvers(
                                            folder.resolve("approvers"),
                                            ZoneOffset.UTC,
                                            found -> {}),
                                    new Freezes(
                                            new FreezeFile(folder.resolve("freeze")),
                                            new FreezeFile(folder.resolve("all")),
                                            made -> {}),
                                    principal -> new Separation.Found(Separation.S0, "a test"),
                                    RandomGeneratorFactory.of("L64X128MixRandom").create(4),
                                    CLOCK,
                                    nanos::get,
                                    notice -> {}));
            return new CallPipeline(
                    served,
                    new ResultPages(
                            RandomGeneratorFactory.of("L64X128MixRandom").create(3), nanos::get),
                    proposals,
                    opened,
                    CLOCK,
                    nanos::get);
        } catch (StoreException | java.io.IOException failure) {
            throw new AssertionError(failure);
        }
    }

    /** What the log holds once all that waits stands in it. */
    private List<String> leaves() throws StoreException {
        SqliteStore opened = Objects.requireNonNull(store);
        opened.write(in -> true);
        return opened.read(0, 100).lines().stream()
                .filter(line -> !line.startsWith("{\"checkpoint\""))
                .toList();
    }

    @AfterEach
    void closes() {
        if (store != null) {
            store.close();
        }
    }

    @Test
    void proposes_a_write_and_sends_nothing() throws Exception {
        CallPipeline pipeline = pipeline(TOOLS);

        ToolResult result = call(pipeline, "change", "{\"size\":1,\"_reason\":\"because\"}");

        assertThat(result.error()).isNull();
        JsonNode said = Objects.requireNonNull(result.structured());
        assertThat(result.isError()).isFalse();
        assertThat(said.path("status").asString()).isEqualTo("approval_required");
        assertThat(said.path("proposal").asString()).matches("p-[0-9a-hjkmnp-tv-z]{26}");
        assertThat(said.path("code").asString()).matches("[0-9a-f]{8}");
        assertThat(result.texts().getFirst()).startsWith("APPROVAL_REQUIRED: nothing was sent");
        assertThat(recorder.sent).isEmpty();
        assertThat(changes.sent).isEmpty();
        JsonNode again =
                Objects.requireNonNull(call(pipeline, "change", "{\"size\":1}").structured());
        assertThat(again.path("proposal")).isEqualTo(said.path("proposal"));
    }

    private Serving serving(long revision, String yaml) {
        try {
            Path file = Files.writeString(folder.resolve("tools.yaml"), yaml);
            Loading loading = new CatalogueLoader(Sources.of(name -> null), false).load(file);
            if (!(loading instanceof Loading.Loaded loaded)) {
                throw new AssertionError(loading);
            }
            Catalogue catalogue = loaded.catalogue();
            Rules rules =
                    ((Checked.Valid<Rules>)
                                    Rules.compile(
                                            catalogue.policy(), Vocabulary.of(catalogue.tools())))
                            .value();
            Map<BackendName, BackendClient<HttpRequest>> http =
                    catalogue.backends().stream()
                            .collect(
                                    Collectors.toMap(
                                            backend -> backend.name(), backend -> recorder));
            BackendClient<CompositeRequest> none =
                    new BackendClient<>() {
                        @Override
                        public Reply fetch(CompositeRequest request, CallContext context) {
                            throw new AssertionError(request);
                        }

                        @Override
                        public void close() {}
                    };
            return new Serving(
                    revision,
                    catalogue,
                    rules,
                    new Backends(
                            http,
                            none,
                            Map.of(),
                            Map.of(),
                            Map.of(),
                            Map.of(),
                            catalogue.backends().stream()
                                    .collect(
                                            Collectors.toMap(
                                                    backend -> backend.name(),
                                                    backend -> changes))));
        } catch (java.io.IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private static ToolResult call(CallPipeline pipeline, String tool, String arguments)
            throws InterruptedException {
        Optional<ToolResult> result = pipeline.call(toolCall(ANA, tool, arguments), Progress.NONE);
        return result.orElseThrow();
    }

    private static ToolResult page(
            CallPipeline pipeline, PrincipalId principal, String handle, int page)
            throws InterruptedException {
        JsonNode arguments =
                JsonMapper.shared().createObjectNode().put("handle", handle).put("page", page);
        return pipeline.call(
                        toolCall(principal, "result_page", arguments.toString()), Progress.NONE)
                .orElseThrow();
    }

    private static ToolCall toolCall(PrincipalId principal, String tool, String arguments) {
        return new ToolCall(
                "c1",
                new ToolName(tool),
                JsonMapper.shared().readTree(arguments),
                Caller.of(principal),
                new ClientSession("s1", "test", "1"),
                null);
    }

    /** Another call of the same. */
    private static ToolCall as(String id, ToolCall call) {
        return new ToolCall(
                id, call.tool(), call.arguments(), call.caller(), call.session(), call.trace());
    }

    /** A backend that answers with what it was asked. */
    private static final class Recorder implements BackendClient<HttpRequest> {
        private final List<HttpRequest> fetched = new ArrayList<>();
        private final List<HttpRequest> sent = new ArrayList<>();
        private Payload answer = new Payload.Text("");
        private CountDownLatch entered = new CountDownLatch(0);
        private CountDownLatch leave = new CountDownLatch(0);

        @Override
        public Reply fetch(HttpRequest request, CallContext context) throws InterruptedException {
            fetched.add(request);
            entered.countDown();
            leave.await();
            boolean silent = answer instanceof Payload.Text(String text) && text.isEmpty();
            return new Reply.Answer(
                    silent ? new Payload.Text(request.method() + " " + request.url()) : answer);
        }

        @Override
        public Reply send(HttpRequest request, CallContext context) {
            sent.add(request);
            return new Reply.Answer(new Payload.Text("ok"));
        }

        void block() {
            entered = new CountDownLatch(1);
            leave = new CountDownLatch(1);
        }

        void awaitBlocked() throws InterruptedException {
            entered.await();
        }

        void release() {
            leave.countDown();
        }

        @Override
        public void close() {}
    }
}
