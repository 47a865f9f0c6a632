package dev.countergate.testing.approval;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.change.View;
import dev.countergate.policy.token.AllowedSigners;
import dev.countergate.policy.token.ApprovalToken;
import dev.countergate.policy.token.ApprovalToken.Verdict;
import dev.countergate.policy.token.Challenge;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.Statement;
import dev.countergate.policy.token.UtcTime;
import dev.countergate.policy.token.Widening;
import dev.countergate.policy.token.WideningCommand;
import dev.countergate.policy.token.WideningToken;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.daemon.Daemon;
import dev.countergate.server.daemon.DaemonSettings;
import dev.countergate.server.daemon.OperatorListener.Operation;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import dev.countergate.testing.process.EchoService;
import dev.countergate.testing.process.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A real {@code operator.sock} before proposals that move as a test says. It believes real signatures alone, and lies in
 * whatever answer a test has it lie in.
 */
public final class FakeDaemon implements AutoCloseable {
    private final StateDirectory state;
    private final Daemon daemon;
    private final Thread thread;
    private final Map<String, Consumer<ObjectNode>> lies = new ConcurrentHashMap<>();
    private final List<ObjectNode> asked = new CopyOnWriteArrayList<>();
    private final Map<String, Entry> entries = new HashMap<>();
    private final FakeLog log = new FakeLog();
    private final List<String> signers = new ArrayList<>();
    private final Map<String, Statement> issued = new HashMap<>();
    private final Map<String, Widening> widenings = new HashMap<>();
    private int challenges;

    /** A proposal and where it goes after an approval: a state, or a state and why. */
    private static final class Entry {
        private final SampleCore core;
        private final Deque<String> path = new ArrayDeque<>();
        private String state = "PENDING";
        private String outcome = "";
        private int version = 1;

        private Entry(SampleCore core) {
            this.core = core;
        }
    }

    /** Starts one in {@code path}. */
    public FakeDaemon(Path path, Map<String, String> environment)
            throws IOException, InterruptedException {
        state = StateDirectory.at(path, environment);
        state.create();
        DaemonSettings settings =
                new DaemonSettings(
                        "1-test",
                        path.resolve("tools.yaml"),
                        state,
                        null,
                        null,
                        false,
                        Duration.ofMinutes(30),
                        Duration.ofSeconds(1),
                        8);
        daemon =
                new Daemon(
                        settings,
                        new EchoService(List.of(), Map.of()),
                        InstantSource.system(),
                        System::nanoTime);
        thread =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        daemon.run(operations(), environment);
                                    } catch (IOException failed) {
                                        throw new AssertionError(failed);
                                    } catch (InterruptedException ended) {
                                        Thread.currentThread().interrupt();
                                    }
                                });
        log.write("started");
        Workplace.await("the sockets", () -> Files.exists(state.agentSocket()));
    }

    /** Where it is. */
    public StateDirectory state() {
        return state;
    }

    /** Its log. */
    public FakeLog log() {
        return log;
    }

    /** Every request so far for {@code operation}. */
    public List<ObjectNode> asked(String operation) {
        return asked.stream()
                .filter(each -> each.path("op").asString("").equals(operation))
                .toList();
    }

    /** Adds a proposal, which once approved goes through these states. */
    public synchronized void propose(SampleCore core, String... path) {
        Entry entry = new Entry(core);
        entry.path.addAll(List.of(path));
        entries.put(core.id().value(), entry);
        log.write("proposed");
    }

    /** Has the answers to {@code operation} changed before they are sent. */
    public void lie(String operation, Consumer<ObjectNode> change) {
        lies.put(operation, change);
    }

    /** Enrols a key, {@code publicKey} a line of a {@code .pub} file. */
    public synchronized void enrol(String person, String publicKey) {
        signers.add(person + " " + publicKey.strip());
    }

    /** The state of a proposal. */
    public synchronized String stateOf(SampleCore core) {
        return entry(core.id().value()).state;
    }

    private Map<String, Operation> operations() {
        Map<String, Operation> operations = new HashMap<>();
        put(operations, "pending", this::pending);
        put(operations, "coded", this::coded);
        put(operations, "show", this::show);
        put(operations, "statement", this::statement);
        put(operations, "submit", this::submit);
        put(operations, "proposal", this::proposal);
        put(operations, "examine", (request, answer) -> answer.putArray("obstacles"));
        put(operations, "done", this::done);
        put(operations, "cancel", this::cancel);
        put(operations, "approvers", this::approvers);
        put(operations, "frozen", (request, answer) -> answer.putArray("frozen"));
        put(operations, "freeze", this::freeze);
        put(operations, "reload_show", (request, answer) -> answer.put("held", false));
        put(operations, "widening", this::widening);
        put(operations, "widen", this::widen);
        put(operations, "audit_read", this::auditRead);
        return operations;
    }

    /** What an operation does here. */
    private interface Answering {
        void answer(ObjectNode request, ObjectNode answer) throws RefusedException;
    }

    private void put(Map<String, Operation> operations, String name, Answering answering) {
        operations.put(
                name,
                (request, user, answer) -> {
                    asked.add((ObjectNode) request);
                    synchronized (this) {
                        answering.answer((ObjectNode) request, answer);
                    }
                    lies.getOrDefault(name, unchanged -> {}).accept(answer);
                });
    }

    private Entry entry(String id) {
        Entry entry = entries.get(id);
        if (entry == null) {
            throw new AssertionError("no proposal " + id);
        }
        return entry;
    }

    private Entry entry(JsonNode request) throws RefusedException {
        Entry entry = entries.get(request.path("proposal").asString(""));
        if (entry == null) {
            throw new RefusedException("NOT_FOUND", "no such proposal");
        }
        return entry;
    }

    private void pending(ObjectNode request, ObjectNode answer) {
        for (Entry each : entries.values()) {
            if (each.state.equals("PENDING") || each.state.equals("OUTCOME_UNKNOWN")) {
                answer.withArray("/proposals").add(summary(each));
            }
        }
        answer.withArray("/proposals");
    }

    private void coded(ObjectNode request, ObjectNode answer) {
        for (Entry each : entries.values()) {
            if (each.core.digest().code().equals(request.path("code").asString(""))) {
                answer.withArray("/proposals").add(summary(each));
            }
        }
        answer.withArray("/proposals");
    }

    private static ObjectNode summary(Entry entry) {
        SampleCore core = entry.core;
        ObjectNode summary = JsonNodeFactory.instance.objectNode();
        summary.put("proposal", core.id().value());
        summary.put("code", core.digest().code());
        summary.put("state", entry.state);
        summary.put("tool", "restart_service");
        summary.put("requester", "unix:ana-agent");
        summary.put("risk", core.risk().name().toLowerCase(Locale.ROOT));
        summary.put("environment", core.environment());
        summary.put("targets", core.targets());
        summary.put("summary", "SendCommand systemctl restart checkout");
        summary.put("created_at", "2026-11-21T07:00:00.000Z");
        summary.put("expires_at", "2026-11-21T08:00:00.000Z");
        summary.putObject("approvals")
                .put("needed", 1)
                .put("given", entry.state.equals("PENDING") ? 0 : 1);
        return summary;
    }

    private static ObjectNode status(Entry entry) {
        ObjectNode status = summary(entry);
        status.put("version", entry.version);
        status.put("why", entry.version == 1 ? "" : "because of step " + entry.version);
        if (!entry.outcome.isEmpty()) {
            status.put("outcome", entry.outcome);
        }
        if (entry.state.endsWith("VERIFIED")) {
            status.putObject("verification").put("state", entry.state).put("why", "it was read");
        }
        status.put("cancellable", entry.state.equals("SENDING"));
        status.put("final", !entry.state.equals("PENDING") && entry.path.isEmpty());
        return status;
    }

    private void show(ObjectNode request, ObjectNode answer) throws RefusedException {
        Entry entry = entry(request);
        String core = entry.core.text();
        answer.put("core", core);
        answer.put("view", view(core).text());
        answer.put("digest", entry.core.digest().hex());
        answer.set("status", status(entry));
        answer.putObject("as").put("aws", "aws ssm send-command --document-name X");
    }

    private static View view(String core) {
        return switch (View.of(core.getBytes(UTF_8))) {
            case Checked.Valid<View>(View view) -> view;
            case Checked.Invalid<View>(var faults) -> throw new AssertionError(faults);
        };
    }

    private void statement(ObjectNode request, ObjectNode answer) throws RefusedException {
        Entry entry = entry(request);
        String approver = request.path("approver").asString("");
        Statement statement =
                new Statement(
                        request.path("decision").asString("").equals("reject")
                                ? Statement.Decision.REJECT
                                : Statement.Decision.APPROVE,
                        SampleCore.SERVER,
                        entry.core.id(),
                        entry.core.digest(),
                        view(entry.core.text()).digest(),
                        new Person(approver),
                        key(approver, request),
                        challenge(),
                        now(),
                        now().plusSeconds(request.path("valid_seconds").asLong(300)));
        issued.put(entry.core.id().value(), statement);
        answer.put("statement", new String(statement.bytes(), UTF_8));
        answer.put("view", statement.view().hex());
        answer.put("expires_at", UtcTime.text(statement.expires()));
    }

    private String key(String approver, JsonNode request) throws RefusedException {
        return allowed().signers().stream()
                .filter(each -> each.person().name().equals(approver))
                .map(each -> each.key().fingerprint())
                .filter(each -> each.equals(request.path("key").asString(each)))
                .findFirst()
                .orElseThrow(
                        () -> new RefusedException("KEY_NOT_ENROLLED", "no key of " + approver));
    }

    private Challenge challenge() {
        challenges++;
        return Challenge.of(Digest.of(new byte[] {(byte) challenges}).bytes());
    }

    private static Instant now() {
        return Instant.ofEpochMilli(System.currentTimeMillis());
    }

    private void submit(ObjectNode request, ObjectNode answer) throws RefusedException {
        Entry entry = entry(request);
        Statement given = issued.get(entry.core.id().value());
        if (given == null) {
            throw new RefusedException("NOT_ISSUED", "no statement was given out");
        }
        ApprovalToken token =
                new ApprovalToken(
                        request.path("statement").asString("").getBytes(UTF_8),
                        request.path("signature").asString(""));
        Verdict verdict =
                token.verify(
                        new ApprovalToken.Expected(
                                SampleCore.SERVER,
                                entry.core.id(),
                                entry.core.digest(),
                                view(entry.core.text()).digest(),
                                given,
                                false),
                        allowed(),
                        now().plusMillis(1));
        if (verdict instanceof Verdict.Refused(var reason, String problem)) {
            throw new RefusedException(reason.name(), problem);
        }
        entry.state = given.decision() == Statement.Decision.REJECT ? "REJECTED" : "APPROVED";
        if (given.decision() == Statement.Decision.REJECT) {
            entry.path.clear();
        }
        entry.version++;
        log.write(entry.state);
        answer.set("status", status(entry));
    }

    /** Each look finds the proposal one state further. */
    private void proposal(ObjectNode request, ObjectNode answer) throws RefusedException {
        Entry entry = entry(request);
        if (!entry.state.equals("PENDING") && !entry.path.isEmpty()) {
            entry.state = entry.path.removeFirst();
            if (entry.state.endsWith("APPLIED")) {
                entry.outcome = entry.state;
            }
            entry.version++;
            log.write(entry.state);
        }
        answer.set("status", status(entry));
    }

    private void done(ObjectNode request, ObjectNode answer) throws RefusedException {
        Entry entry = entry(request);
        if (!entry.state.equals("PENDING")) {
            throw new RefusedException("WRONG_STATE", "it is " + entry.state);
        }
        entry.state = "DONE_BY_HAND";
        entry.path.clear();
        entry.version++;
        answer.set("status", status(entry));
    }

    private void cancel(ObjectNode request, ObjectNode answer) throws RefusedException {
        Entry entry = entry(request);
        boolean asks = entry.state.equals("SENDING");
        answer.put("asked", asks).put("text", asks ? "CancelCommand was taken" : "nothing runs");
    }

    private void freeze(ObjectNode request, ObjectNode answer) {
        answer.put("text", "frozen: " + request.path("reason").asString(""));
        answer.putArray("asked");
    }

    private void approvers(ObjectNode request, ObjectNode answer) {
        answer.putArray("approvers");
        allowed()
                .signers()
                .forEach(
                        each ->
                                answer.withArray("/approvers")
                                        .addObject()
                                        .put("person", each.person().name())
                                        .put("fingerprint", each.key().fingerprint())
                                        .put("kind", each.key().kind().word()));
    }

    private AllowedSigners allowed() {
        return switch (AllowedSigners.parse(String.join("\n", signers), ZoneOffset.UTC)) {
            case Checked.Valid<AllowedSigners>(AllowedSigners allowed) -> allowed;
            case Checked.Invalid<AllowedSigners>(var faults) -> throw new AssertionError(faults);
        };
    }

    private static WideningCommand command(JsonNode request) throws RefusedException {
        return switch (WideningCommand.read(
                request.path("command").asString(""), request.path("arguments"))) {
            case Checked.Valid<WideningCommand>(WideningCommand command) -> command;
            case Checked.Invalid<WideningCommand>(var faults) ->
                    throw new RefusedException("INVALID_REQUEST", faults.getFirst().text());
        };
    }

    private void widening(ObjectNode request, ObjectNode answer) throws RefusedException {
        Widening widening =
                new Widening(
                        command(request),
                        SampleCore.SERVER,
                        new Person(request.path("approver").asString("")),
                        request.path("key").asString(""),
                        challenge(),
                        now(),
                        now().plusSeconds(300));
        String text = new String(widening.bytes(), UTF_8);
        widenings.put(text, widening);
        answer.put("statement", text);
        answer.put("text", "the daemon's words about " + widening.command().word());
        answer.put("expires_at", UtcTime.text(widening.expires()));
    }

    private void widen(ObjectNode request, ObjectNode answer) throws RefusedException {
        WideningCommand command = command(request);
        if (!signers.isEmpty()) {
            requireSigned(command, request);
        }
        if (command instanceof WideningCommand.ApproverAdd(Person name, var key)) {
            enrol(name.name(), key.line());
        }
        answer.put("text", "did " + command.word());
    }

    private void requireSigned(WideningCommand command, ObjectNode request)
            throws RefusedException {
        String statement = request.path("statement").asString("");
        @Nullable Widening given = widenings.get(statement);
        if (given == null || !given.command().equals(command)) {
            throw new RefusedException("UNSIGNED", "a key is enrolled: this needs a signature");
        }
        var refused =
                new WideningToken(statement.getBytes(UTF_8), request.path("signature").asString(""))
                        .verify(SampleCore.SERVER, given, allowed(), now().plusMillis(1));
        if (refused.isPresent()) {
            throw new RefusedException("BAD_SIGNATURE", refused.get().toString());
        }
    }

    private void auditRead(ObjectNode request, ObjectNode answer) {
        long from = request.path("from").asLong();
        List<String> lines = log.read(from, request.path("limit").asInt(1));
        lines.forEach(answer.putArray("lines")::add);
        answer.put("next", from + lines.size());
    }

    @Override
    public void close() {
        daemon.end(Daemon.End.STOPPED);
        try {
            thread.join();
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }
}
