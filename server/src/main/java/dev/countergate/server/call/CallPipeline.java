package dev.countergate.server.call;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Guard.Limit;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.request.Renderer;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.result.Shaper.Shaped;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.policy.rule.Decision;
import dev.countergate.policy.rule.Facts;
import dev.countergate.policy.rule.Situation;
import dev.countergate.policy.rule.Usage;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.backend.Deadline;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The path of a call: find, bind, render, decide, act, shape. Each step takes the former's value; none goes back.
 * Thread safe; a call runs on the thread that makes it.
 */
public final class CallPipeline implements ToolService {
    private static final Logger LOG = LoggerFactory.getLogger(CallPipeline.class);

    private final AtomicReference<Serving> current;
    private final ResultPages pages;
    private final NotifyLimits notifyLimits;
    private final Clock clock;
    private final LongSupplier ticker;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /**
     * @param first what is served until {@link #replace}
     * @param pages where cut answers are kept
     * @param clock tells rules the time
     * @param ticker nanoseconds that never go back, for deadlines and limits
     */
    public CallPipeline(Serving first, ResultPages pages, Clock clock, LongSupplier ticker) {
        this.current = new AtomicReference<>(first);
        this.pages = pages;
        this.notifyLimits = new NotifyLimits(ticker);
        this.clock = clock;
        this.ticker = ticker;
    }

    /** Serves {@code next} from now on; {@code letGo} runs once no call uses what was served before. */
    public void replace(Serving next, Runnable letGo) {
        current.getAndSet(next).retire(letGo);
        listeners.forEach(Runnable::run);
    }

    @Override
    public AutoCloseable onListChanged(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public Listing list(PrincipalId principal) {
        return current.get().listing().listing();
    }

    @Override
    public Optional<ToolResult> call(ToolCall call, Progress progress) throws InterruptedException {
        if (call.tool().equals(ResultPages.TOOL)) {
            return Optional.of(pages.answer(call.principal(), call.arguments()));
        }
        Serving serving = entered();
        try {
            Optional<Tool> tool = serving.catalogue().find(call.tool());
            return tool.isEmpty()
                    ? Optional.empty()
                    : Optional.of(call(serving, tool.get(), call, progress));
        } finally {
            serving.leave();
        }
    }

    private Serving entered() {
        Serving serving = current.get();
        while (!serving.enter()) {
            serving = current.get();
        }
        return serving;
    }

    private ToolResult call(Serving serving, Tool tool, ToolCall call, Progress progress)
            throws InterruptedException {
        Checked<Bound> bound =
                Binding.bind(tool, call.arguments())
                        .then(
                                arguments ->
                                        Renderer.render(
                                                        tool,
                                                        arguments,
                                                        serving.catalogue()::backend)
                                                .then(
                                                        request ->
                                                                Checked.valid(
                                                                        new Bound(
                                                                                arguments,
                                                                                request))));
        return switch (bound) {
            case Checked.Invalid<Bound>(List<Fault> faults) -> Refusals.invalid(faults);
            case Checked.Valid<Bound>(Bound(Arguments arguments, Request request)) -> {
                Decision decision =
                        serving.rules().decide(situation(serving, tool, call, arguments, request));
                yield switch (decision) {
                    case Decision.Forbid forbid ->
                            refused(call, decision, Refusals.forbidden(forbid));
                    case Decision.Approve approve ->
                            refused(call, decision, Refusals.approvalRequired(approve.rule()));
                    case Decision.Permit permit -> act(serving, tool, call, request, progress);
                };
            }
        };
    }

    private Situation situation(
            Serving serving, Tool tool, ToolCall call, Arguments arguments, Request request) {
        return new Situation(
                tool,
                arguments,
                Facts.of(request),
                call.principal(),
                serving.catalogue().person(call.principal()).orElse(null),
                serving.catalogue().environment(tool, arguments),
                clock.instant(),
                Usage.unused(tool, arguments),
                null);
    }

    private ToolResult act(
            Serving serving, Tool tool, ToolCall call, Request request, Progress progress)
            throws InterruptedException {
        CallContext context =
                new CallContext(
                        call.id(),
                        Deadline.in(Deadlines.of(request, tool, serving.catalogue()), ticker),
                        progress);
        return switch (tool.effect()) {
            case READ -> shaped(serving, tool, call, serving.backends().fetch(request, context));
            case NOTIFY -> {
                Optional<Limit> passed = notifyLimits.take(tool);
                if (passed.isPresent()) {
                    Limit limit = passed.get();
                    yield Refusals.tooOften(limit.calls(), limit.per().toSeconds() + " s");
                }
                said(call).log("notified");
                yield shaped(serving, tool, call, serving.backends().send(request, context));
            }
            // INVARIANT: nothing is ever sent for a write here, whatever permits it.
            case WRITE, FORBIDDEN -> Refusals.approvalRequired(null);
        };
    }

    private ToolResult shaped(Serving serving, Tool tool, ToolCall call, Reply reply) {
        if (reply instanceof Reply.Failure failure) {
            said(call).addKeyValue("code", failure.code()).log("failed");
        }
        String source =
                tool.action().backends().stream()
                        .map(BackendName::value)
                        .sorted()
                        .collect(Collectors.joining(", "));
        String[] handle = new String[1];
        Shaped shaped =
                serving.shaper()
                        .shape(reply, source, tool.budget(), () -> handle[0] = pages.newHandle());
        if (handle[0] != null) {
            pages.keep(handle[0], call.principal(), shaped.whole());
        }
        return shaped.result();
    }

    private static ToolResult refused(ToolCall call, Decision decision, ToolResult refusal) {
        String rule = decision.rule();
        said(call).addKeyValue("rule", rule == null ? "none" : rule).log("refused");
        return refusal;
    }

    private static LoggingEventBuilder said(ToolCall call) {
        return LOG.atInfo()
                .addKeyValue("call", call.id())
                .addKeyValue("tool", call.tool())
                .addKeyValue("principal", call.principal());
    }

    private record Bound(Arguments arguments, Request request) {}
}
