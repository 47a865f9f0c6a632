package dev.countergate.demo.ssm;

import dev.countergate.demo.http.HttpAnswer;
import dev.countergate.demo.http.HttpCall;
import dev.countergate.demo.http.HttpListener;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A running simulator of AWS Systems Manager.
 *
 * <p>A client needs its {@link #endpoint}, a region and credentials: any, or those it was started for. Whoever it takes runs
 * commands as the user of this process, and other users reach its port too. Closing it kills what still runs. Thread safe.
 */
public final class SsmSimulator implements AutoCloseable {
    static final String CONTENT_TYPE = "application/x-amz-json-1.1";

    private static final String TARGET_PREFIX = "AmazonSSM.";

    private final SimulatorClock clock;
    private final Timeline timeline;
    private final Fleet fleet;
    private final DocumentLibrary documents;
    private final ParameterStore parameters;
    private final Commands commands;
    private final Automations automations;
    private final FaultScript faults = new FaultScript();
    private final Map<String, Function<Fields, ObjectNode>> actions;
    private final Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
    private final AdminPath admin;
    private final @Nullable String accessKeyId;
    private final HttpListener listener;

    private SsmSimulator(SimulatorClock clock, int port, @Nullable String accessKeyId) {
        this.clock = clock;
        this.accessKeyId = accessKeyId;
        timeline = new Timeline(clock);
        fleet = new Fleet(timeline);
        documents = new DocumentLibrary(timeline);
        parameters = new ParameterStore(timeline);
        commands = new Commands(timeline, fleet, documents, parameters);
        automations = new Automations(timeline, documents, commands);
        actions =
                Map.ofEntries(
                        Map.entry("SendCommand", commands::sendCommand),
                        Map.entry("GetCommandInvocation", commands::getCommandInvocation),
                        Map.entry("ListCommands", commands::listCommands),
                        Map.entry("ListCommandInvocations", commands::listCommandInvocations),
                        Map.entry("CancelCommand", commands::cancelCommand),
                        Map.entry(
                                "DescribeInstanceInformation", fleet::describeInstanceInformation),
                        Map.entry("DescribeDocument", documents::describeDocument),
                        Map.entry("GetDocument", documents::getDocument),
                        Map.entry(
                                "StartAutomationExecution", automations::startAutomationExecution),
                        Map.entry("GetAutomationExecution", automations::getAutomationExecution),
                        Map.entry("StopAutomationExecution", automations::stopAutomationExecution),
                        Map.entry("PutParameter", parameters::putParameter),
                        Map.entry("GetParameter", parameters::getParameter),
                        Map.entry("GetParameters", parameters::getParameters),
                        Map.entry("GetParametersByPath", parameters::getParametersByPath),
                        Map.entry("DescribeParameters", parameters::describeParameters));
        admin = new AdminPath(this);
        listener = new HttpListener(port, this::answer);
    }

    /**
     * Starts on a free port of 127.0.0.1 in real time, for whoever knows {@code accessKeyId} and nobody else: an id that is a
     * secret keeps the other users of this machine out. {@link AdminPath} is not there.
     */
    public static SsmSimulator startFor(String accessKeyId) {
        return new SsmSimulator(new RealTimeClock(), 0, accessKeyId);
    }

    /** Starts on a free port of 127.0.0.1 in real time. */
    public static SsmSimulator start() {
        return start(new RealTimeClock());
    }

    /** Starts on a free port of 127.0.0.1; the simulator closes the clock with itself. */
    public static SsmSimulator start(SimulatorClock clock) {
        return new SsmSimulator(clock, 0, null);
    }

    static SsmSimulator startOn(int port) {
        return new SsmSimulator(new RealTimeClock(), port, null);
    }

    /** Where it listens: {@code http://127.0.0.1:PORT}. */
    public URI endpoint() {
        return listener.uri();
    }

    public Fleet fleet() {
        return fleet;
    }

    public DocumentLibrary documents() {
        return documents;
    }

    public ParameterStore parameters() {
        return parameters;
    }

    public Commands commands() {
        return commands;
    }

    public Automations automations() {
        return automations;
    }

    public FaultScript faults() {
        return faults;
    }

    /** How many requests of an action arrived, whatever became of them: retries show here. */
    public int received(String action) {
        AtomicInteger count = received.get(action);
        return count == null ? 0 : count.get();
    }

    private HttpAnswer answer(HttpCall call) throws InterruptedException {
        if (accessKeyId == null && call.path().startsWith(AdminPath.PREFIX)) {
            return admin.answer(call);
        }
        try {
            requireSigner(call);
            String action = action(call);
            received.computeIfAbsent(action, name -> new AtomicInteger()).incrementAndGet();
            return answer(action, call.body());
        } catch (ApiException e) {
            return e.answer();
        }
    }

    private void requireSigner(HttpCall call) {
        String signed = call.header("authorization").orElse("");
        if (!signed.contains("/ssm/aws4_request")) {
            throw ApiException.of(
                    "MissingAuthenticationTokenException", "the request is not signed for ssm");
        }
        if (accessKeyId != null && !signed.contains(" Credential=" + accessKeyId + "/")) {
            throw ApiException.of(
                    "UnrecognizedClientException",
                    "The security token included in the request is invalid.");
        }
    }

    private static String action(HttpCall call) {
        return call.header("x-amz-target")
                .filter(target -> call.method().equals("POST") && target.startsWith(TARGET_PREFIX))
                .map(target -> target.substring(TARGET_PREFIX.length()))
                .orElseThrow(() -> ApiException.of("UnknownOperationException", ""));
    }

    private HttpAnswer answer(String action, String body) throws InterruptedException {
        Optional<Fault> fault = faults.take(action);
        if (fault.isEmpty()) {
            return accept(action, body);
        }
        return switch (fault.get()) {
            case Fault.Throttled() -> throw ApiException.of("ThrottlingException", "Rate exceeded");
            case Fault.BrokenBeforeAccepting() -> throw ApiException.internal();
            case Fault.BrokenAfterAccepting() -> {
                accept(action, body);
                throw ApiException.internal();
            }
            case Fault.DroppedBeforeAccepting() -> new HttpAnswer.Reset();
            case Fault.DroppedAfterAccepting() -> {
                accept(action, body);
                yield new HttpAnswer.Reset();
            }
            case Fault.ClosedAfterAccepting() -> {
                accept(action, body);
                yield new HttpAnswer.Close();
            }
            case Fault.Slow slow -> {
                HttpAnswer late = accept(action, body);
                Thread.sleep(slow.by());
                yield late;
            }
            case Fault.Refused(String type, String message) -> throw ApiException.of(type, message);
            case Fault.Garbled(int status, String contentType, String text) ->
                    new HttpAnswer.Complete(status, contentType, text);
        };
    }

    private HttpAnswer accept(String action, String body) {
        Function<Fields, ObjectNode> operation = actions.get(action);
        if (operation == null) {
            throw ApiException.of("UnknownOperationException", "`" + action + "` is not simulated");
        }
        Fields request = Fields.parse(body);
        ObjectNode done = timeline.within(() -> operation.apply(request));
        return new HttpAnswer.Complete(200, CONTENT_TYPE, done.toString());
    }

    /** The actions it answers. */
    public List<String> actions() {
        return actions.keySet().stream().sorted().toList();
    }

    @Override
    public void close() {
        listener.close();
        clock.close();
        commands.killAll();
    }
}
