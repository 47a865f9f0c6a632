package dev.countergate.server.proposal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.ClientSession;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.log.NoteKey;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.request.CompositeRequest;
import dev.countergate.policy.request.HttpRequest;
import dev.countergate.policy.request.PrometheusRequest;
import dev.countergate.policy.request.Renderer;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.rule.Rules;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.Statement;
import dev.countergate.server.audit.AuditFile;
import dev.countergate.server.audit.Leaf;
import dev.countergate.server.audit.SqliteStore;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreClock;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.Approvers;
import dev.countergate.server.authority.FreezeFile;
import dev.countergate.server.authority.Freezes;
import dev.countergate.server.backend.BackendClient;
import dev.countergate.server.backend.Backends;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.ChangeClient;
import dev.countergate.server.call.CallPipeline;
import dev.countergate.server.call.CurrentCatalogue;
import dev.countergate.server.call.ResultPages;
import dev.countergate.server.call.Serving;
import dev.countergate.server.config.CatalogueLoader;
import dev.countergate.server.config.Loading;
import dev.countergate.server.config.Sources;
import dev.countergate.server.daemon.Separation;
import dev.countergate.server.notice.Notice;
import dev.countergate.server.operator.FreezeLeaves;
import dev.countergate.server.operator.KeyLeaves;
import dev.countergate.server.operator.StoredOperatorLog;
import dev.countergate.testing.ApproverKey;
import dev.countergate.testing.FakeChanges;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The proposals of a daemon with a real catalogue, rules, store and keys; only what they reach and the clock are made up. */
@NullMarked
final class Engine implements AutoCloseable {
    static final PrincipalId ANA = PrincipalId.unix("ana");
    static final PrincipalId BO = PrincipalId.unix("bo");
    static final PrincipalId STRANGER = PrincipalId.unix("stranger");
    static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    static final Duration VALID = Duration.ofMinutes(5);

    static final String TOOLS =
            """
            backends:
              metrics: {type: prometheus, url: "http://metrics.test"}
            tools:
              - {name: errors, params: [{name: service, pattern: "[a-z]+", required: true}],
                 prometheus: {backend: metrics, instant: 'errors{service="{service}"}'}}
              - {name: restart, url: "http://api.test/restart", method: POST,
                 headers: {X-Key: "${KEY}"},
                 params: [{name: service, pattern: "[a-z]+", required: true}, {name: note}]}
              - {name: start, url: "http://api.test/start", method: POST,
                 params: [{name: id, required: true}, {name: service}]}
            principals:
              - {person: ana, unix: [ana, ana-agent]}
              - {person: bo, unix: [bo]}
            """;

    /** Looked at before and after; taken back by what the backend called it. */
    static final String GUARDED =
            """
            guards:
              restart:
                environment: prod
                reversible: true
                verify: {tool: errors, args: {service: "{service}"}, expect: "value < 0.5", within: 1m, every: 10ms}
                undo: {tool: start, args: {id: "{result.id}", service: "{service}"}}
            """;

    /** The same, not looked at afterwards. */
    static final String PLAIN = "guards: {restart: {environment: prod}}\n";

    static final String SECRET = "s3cret-of-the-api-0123456789";

    private static final Map<String, String> VARIABLES = Map.of("KEY", SECRET);
    private static final JsonMapper JSON = new JsonMapper();

    /** Moves a millisecond whenever it is looked at. */
    final AtomicLong millis = new AtomicLong(NOON.toEpochMilli());

    /** The nanoseconds that passed. */
    private final AtomicLong ran = new AtomicLong();

    final InstantSource clock = this::look;
    final FakeChanges changes = new FakeChanges();
    final List<Notice> notices = new CopyOnWriteArrayList<>();
    final Map<String, ApproverKey> keys = new HashMap<>();
    final Path folder;
    final Freezes freezes;
    final RandomGenerator random = new Hooked();

    /** What the metric shows; falls with the dispatch unless a test says otherwise. */
    volatile Supplier<Reply> reads = () -> value(changes.sent.isEmpty() ? "0.9" : "0.1");

    /** Happens between a look at a proposal and what follows from it, when a challenge is made. */
    volatile Runnable whileIssuing = () -> {};

    /** Happens before each write of the proposals. */
    volatile Runnable beforeWriting = () -> {};

    /** Whether the proposals find no room in the store. */
    volatile boolean isFull;

    /** A permit for each write that found none. */
    final Semaphore unwritten = new Semaphore(0);

    private final CurrentCatalogue current;
    private long revision = 1;
    private StoreClock storeClock;
    private SqliteStore store;
    private Approvers approvers;
    private Proposals proposals;

    /** The store, on a disk that may be full. */
    private final class Filling implements Store {
        private final Store whole;

        Filling(Store whole) {
            this.whole = whole;
        }

        @Override
        public <T> T read(Looking<T> looking) throws StoreException {
            return whole.read(looking);
        }

        @Override
        public <T> T write(Work<T> work) throws StoreException {
            beforeWriting.run();
            if (isFull) {
                unwritten.release();
                throw new StoreException("the disk is full");
            }
            return whole.write(work);
        }

        @Override
        public void later(Leaf leaf) {
            whole.later(leaf);
        }

        @Override
        public Lag lag() {
            return whole.lag();
        }

        @Override
        public Optional<String> trouble() {
            return whole.trouble();
        }

        @Override
        public Lines read(long from, int limit) throws StoreException {
            return whole.read(from, limit);
        }

        @Override
        public void export(OutputStream out) throws StoreException, IOException {
            whole.export(out);
        }

        @Override
        public long size() {
            return whole.size();
        }

        @Override
        public void close() {
            whole.close();
        }
    }

    private final class Hooked implements RandomGenerator {
        private final RandomGenerator generator =
                RandomGeneratorFactory.of("L64X128MixRandom").create(7);

        @Override
        public long nextLong() {
            return generator.nextLong();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            if (bytes.length == 32) {
                whileIssuing.run();
            }
            RandomGenerator.super.nextBytes(bytes);
        }
    }

    Engine(Path folder, String yaml) throws Exception {
        this(folder, yaml, "ana", "bo", "cy");
    }

    Engine(Path folder, String yaml, String... persons) throws Exception {
        this.folder = folder;
        this.freezes =
                new Freezes(
                        new FreezeFile(folder.resolve("freeze")),
                        new FreezeFile(folder.resolve("all")),
                        made ->
                                new FreezeLeaves(
                                                new StoredOperatorLog(
                                                        new Filling(store), storeClock))
                                        .froze(made));
        List<String> lines = new ArrayList<>();
        for (String person : persons) {
            ApproverKey key = new ApproverKey();
            keys.put(person, key);
            lines.add(key.line(person, ""));
        }
        Files.writeString(folder.resolve("approvers"), String.join("\n", lines) + "\n");
        this.current = new CurrentCatalogue(serving(yaml));
        this.storeClock = newStoreClock();
        this.store = openStore();
        this.approvers = readApprovers();
        this.proposals = build();
        proposals.start();
    }

    private Instant look() {
        ran.addAndGet(1_000_000);
        return Instant.ofEpochMilli(millis.incrementAndGet());
    }

    private StoreClock newStoreClock() {
        return new StoreClock(clock, ran::get);
    }

    private SqliteStore openStore() throws StoreException {
        return SqliteStore.open(folder, List.of(), () -> current.now().redactor(), storeClock);
    }

    private Approvers readApprovers() {
        return new Approvers(
                folder.resolve("approvers"),
                ZoneOffset.UTC,
                new KeyLeaves(new StoredOperatorLog(store, storeClock)));
    }

    private Proposals build() throws StoreException {
        return new Proposals(
                new Proposals.Parts(
                        new Filling(store),
                        new Filling(store),
                        current,
                        approvers,
                        freezes,
                        principal -> new Separation.Found(Separation.S0, "a test"),
                        random,
                        storeClock,
                        System::nanoTime,
                        notices::add));
    }

    Proposals proposals() {
        return proposals;
    }

    Approvers approvers() {
        return approvers;
    }

    SqliteStore store() {
        return store;
    }

    /** The store alone, to be left as a process that is killed would leave it. */
    Ledger ledger() {
        return new Ledger(store, store, storeClock, entry -> {});
    }

    /** The whole path of a call, with another one's pages and counts each time. */
    CallPipeline pipeline() {
        return pipeline(System::nanoTime);
    }

    CallPipeline pipeline(LongSupplier ticker) {
        return new CallPipeline(
                current,
                new ResultPages(random, System::nanoTime),
                proposals,
                store,
                storeClock,
                ticker);
    }

    /** Ends the process and begins another on the same store. */
    void restart() throws StoreException {
        stop();
        begin();
    }

    void stop() {
        proposals.close();
        store.close();
    }

    void begin() throws StoreException {
        storeClock = newStoreClock();
        store = openStore();
        approvers = readApprovers();
        proposals = build();
        proposals.start();
    }

    /** Serves another catalogue from now on. */
    void reload(String yaml) throws IOException {
        current.replace(serving(yaml), () -> {});
    }

    Serving lease() {
        return current.lease();
    }

    private Serving serving(String yaml) throws IOException {
        Path file = Files.writeString(folder.resolve("tools.yaml"), yaml);
        Loading loading = new CatalogueLoader(Sources.of(VARIABLES::get), false).load(file);
        if (!(loading instanceof Loading.Loaded loaded)) {
            throw new AssertionError(loading);
        }
        Catalogue catalogue = loaded.catalogue();
        Map<BackendName, ChangeClient> all =
                catalogue.backends().stream()
                        .collect(Collectors.toMap(Backend::name, backend -> changes));
        return new Serving(
                revision++,
                catalogue,
                Rules.of(catalogue),
                new Backends(
                        Map.<BackendName, BackendClient<HttpRequest>>of(),
                        new Read<CompositeRequest>(),
                        Map.of(new BackendName("metrics"), new Read<PrometheusRequest>()),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        all));
    }

    private final class Read<R extends Request> implements BackendClient<R> {
        @Override
        public Reply fetch(R request, CallContext context) {
            return reads.get();
        }

        @Override
        public void close() {}
    }

    /** One sample, as new as the clock. */
    Reply value(String value) {
        return series(List.of(value));
    }

    Reply series(List<String> values) {
        return new Reply.Answer(
                new Payload.Series(
                        "vector",
                        values.stream()
                                .map(
                                        each ->
                                                new Payload.TimeSeries(
                                                        Map.of("series", each),
                                                        List.of(
                                                                new Payload.Sample(
                                                                        clock.instant(), each))))
                                .toList()));
    }

    /** Time passes; a negative one is a clock that is set back, while none passes. */
    void pass(Duration time) {
        millis.addAndGet(time.toMillis());
        ran.addAndGet(Math.max(0, time.toNanos()));
    }

    Answer call(PrincipalId principal, String tool, String arguments) throws Exception {
        return call(principal, tool, arguments, null);
    }

    Answer call(PrincipalId principal, String tool, String arguments, @Nullable String reason)
            throws Exception {
        ToolCall call =
                new ToolCall(
                        "c1",
                        new ToolName(tool),
                        JSON.readTree(arguments),
                        Caller.of(principal),
                        new ClientSession("s-" + principal.value(), "test", "1"),
                        null);
        try (Serving lease = lease()) {
            Tool found = lease.catalogue().find(call.tool()).orElseThrow();
            Arguments bound = valid(found.parameters().bind(call.arguments()));
            Request request = valid(Renderer.render(found, bound, lease.catalogue()::backend));
            return proposals.propose(lease, found, call, bound, request, reason);
        }
    }

    static <T> T valid(Checked<T> checked) {
        if (checked instanceof Checked.Valid<T>(T value)) {
            return value;
        }
        throw new AssertionError(checked);
    }

    /** Proposes a restart of {@code service} for ana. */
    ProposalId propose(String service) throws Exception {
        return propose(ANA, service);
    }

    ProposalId propose(PrincipalId principal, String service) throws Exception {
        return switch (call(principal, "restart", "{\"service\":\"" + service + "\"}")) {
            case Answer.Proposed(ProposalStatus status, boolean isNew) -> status.id();
            case Answer other -> throw new AssertionError(other);
        };
    }

    /** Why a call was refused. */
    String refusal(PrincipalId principal, String service) throws Exception {
        return switch (call(principal, "restart", "{\"service\":\"" + service + "\"}")) {
            case Answer.Refused refused -> refused.code();
            case Answer other -> throw new AssertionError(other);
        };
    }

    Statement statement(ProposalId id, String person) throws Exception {
        return statement(id, person, Statement.Decision.APPROVE);
    }

    Statement statement(ProposalId id, String person, Statement.Decision decision)
            throws Exception {
        return proposals.statement(id, new Person(person), null, decision, VALID);
    }

    String sign(Statement statement, String person) throws Exception {
        return key(person).sign(statement.bytes());
    }

    /** A hardware key of {@code person}, beside the others. */
    ApproverKey enrolHardware(String person) throws Exception {
        ApproverKey key = ApproverKey.hardware();
        keys.put(person, key);
        Files.writeString(
                folder.resolve("approvers"),
                key.line(person, "") + "\n",
                StandardOpenOption.APPEND);
        return key;
    }

    ApproverKey key(String person) {
        ApproverKey key = keys.get(person);
        if (key == null) {
            throw new AssertionError("no key of " + person);
        }
        return key;
    }

    ProposalStatus submit(ProposalId id, Statement statement, String signature)
            throws RefusedException, StoreException {
        return proposals.submit(id, new String(statement.bytes(), UTF_8), signature);
    }

    ProposalStatus approve(ProposalId id, String person) throws Exception {
        Statement statement = statement(id, person);
        return submit(id, statement, sign(statement, person));
    }

    ProposalStatus reject(ProposalId id, String person) throws Exception {
        Statement statement = statement(id, person, Statement.Decision.REJECT);
        return submit(id, statement, sign(statement, person));
    }

    ProposalStatus status(ProposalId id) throws Exception {
        return proposals.show(id).status();
    }

    ProposalState state(ProposalId id) throws Exception {
        return status(id).state();
    }

    /** How it stands when it is settled. */
    ProposalStatus settled(ProposalId id) throws Exception {
        return await(id, ProposalStatus::isSettled);
    }

    ProposalStatus await(ProposalId id, ProposalState state) throws Exception {
        return await(id, status -> status.state() == state);
    }

    ProposalStatus await(ProposalId id, Predicate<ProposalStatus> until) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        ProposalStatus status = status(id);
        while (!until.test(status)) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("still " + status);
            }
            status = proposals.await(status, Duration.ofSeconds(1));
        }
        return status;
    }

    /** Changes the store behind the daemon's back. */
    void edit(String sql, Object... values) throws SQLException {
        try (Connection database =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("store.db"));
                var statement = database.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            int rows = statement.executeUpdate();
            assertThat(sql.startsWith("ALTER") || rows > 0).as(sql).isTrue();
        }
    }

    /** The log as it would be exported. */
    byte[] export() throws StoreException, IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        store.export(out);
        return out.toByteArray();
    }

    /** The leaves that tell of a proposal, in order. */
    List<JsonNode> leaves(ProposalId id) throws StoreException, IOException {
        return leaves().stream()
                .filter(leaf -> leaf.path("proposal").asString("").equals(id.value()))
                .toList();
    }

    List<JsonNode> leaves() throws StoreException, IOException {
        return new String(export(), UTF_8)
                .lines()
                .map(JSON::readTree)
                .filter(line -> line.has("kind"))
                .toList();
    }

    List<String> kinds(ProposalId id) throws StoreException, IOException {
        return leaves(id).stream().map(leaf -> leaf.path("kind").asString()).toList();
    }

    /** What anybody makes of the exported log. */
    AuditFile.Verdict audit() throws StoreException, IOException {
        NoteKey key = valid(NoteKey.parse(Files.readString(folder.resolve("log.pub"))));
        return AuditFile.verify(new ByteArrayInputStream(export()), key, null);
    }

    ObjectNode detail(ProposalId id) throws StoreException {
        Store.Proposal row = store.read(rows -> rows.proposal(id.value())).orElseThrow();
        return (ObjectNode) JSON.readTree(row.detail());
    }

    @Override
    public void close() {
        proposals.close();
        store.close();
    }
}
