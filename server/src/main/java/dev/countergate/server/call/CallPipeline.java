package dev.countergate.server.call;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.call.TraceContext;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Powers;
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
import dev.countergate.server.audit.Leaf;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.proposal.Answer;
import dev.countergate.server.proposal.ProposalStatus;
import dev.countergate.server.proposal.Proposals;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The path of a call: find, bind, render, decide, record, act or propose, shape. Each step takes the former's value; none
 * goes back. Thread safe; a call runs on the thread that makes it.
 */
public final class CallPipeline implements ToolService, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CallPipeline.class);

    /** How much of a call's arguments the log holds, in characters. */
    private static final int ARGUMENTS_MAX = 1_000;

    private final CurrentCatalogue current;
    private final ResultPages pages;
    private final Proposals proposals;
    private final ProposalTools proposalTools;
    private final Store store;
    private final CallLimits callLimits;
    private final NotifyLimits notifyLimits;
    private final InstantSource clock;
    private final LongSupplier ticker;
    private final List<DecisionFollower> followers = new CopyOnWriteArrayList<>();

    /**
     * @param current what is served
     * @param pages where cut answers are kept
     * @param proposals where writes go
     * @param store what is decided is recorded in
     * @param clock tells rules the time; the store's, which never goes back
     * @param ticker nanoseconds that never go back, for deadlines and limits
     */
    public CallPipeline(
            CurrentCatalogue current,
            ResultPages pages,
            Proposals proposals,
            Store store,
            InstantSource clock,
            LongSupplier ticker) {
        this.current = current;
        this.pages = pages;
        this.proposals = proposals;
        this.proposalTools = new ProposalTools(proposals, this::isThere, ticker);
        this.store = store;
        this.callLimits = new CallLimits(store, clock);
        this.notifyLimits = new NotifyLimits(ticker);
        this.clock = clock;
        this.ticker = ticker;
    }

    /** Tells {@code follower} of each decision from now on. */
    public void follow(DecisionFollower follower) {
        followers.add(follower);
    }

    /** No tool of a catalogue asks its client for anything. */
    @Override
    public Set<String> needs(ToolName tool) {
        return Set.of();
    }

    @Override
    public AutoCloseable onListChanged(Runnable listener) {
        return current.onChanged(listener);
    }

    @Override
    public Listing list(Caller caller) {
        Serving serving = current.now();
        return serving.listing()
                .of(caller, serving.catalogue().principals().powers(caller.principal()));
    }

    @Override
    public Optional<ToolResult> call(ToolCall call, Progress progress) throws InterruptedException {
        return answer(call, progress).map(result -> withNews(call, result));
    }

    private Optional<ToolResult> answer(ToolCall call, Progress progress)
            throws InterruptedException {
        if (call.tool().equals(ResultPages.TOOL)) {
            return Optional.of(pages.answer(call.principal(), call.arguments()));
        }
        if (ProposalTools.has(call.tool())) {
            return ProposalTools.leaves(call.caller().narrowing(), call.tool())
                    ? Optional.of(followed(call, progress))
                    : Optional.empty();
        }
        try (Serving serving = current.lease()) {
            Powers powers = serving.catalogue().principals().powers(call.principal());
            Optional<Tool> tool =
                    serving.catalogue()
                            .find(call.tool())
                            .filter(found -> powers.include(found, call.caller().narrowing()));
            if (tool.isEmpty()) {
                return Optional.empty();
            }
            Optional<ToolResult> refusal = limited(call, powers);
            return refusal.isPresent()
                    ? refusal
                    : Optional.of(call(serving, tool.get(), call, progress));
        }
    }

    /** Whether there is such a tool for the caller; one that is kept from it is to it as if there were none. */
    private boolean isThere(Caller caller, ToolName name) {
        Catalogue catalogue = current.now().catalogue();
        Powers powers = catalogue.principals().powers(caller.principal());
        return catalogue
                .find(name)
                .filter(tool -> powers.include(tool, caller.narrowing()))
                .isPresent();
    }

    private Optional<ToolResult> limited(ToolCall call, Powers powers) {
        try {
            Optional<CallLimits.Reached> reached =
                    callLimits.take(call.principal(), powers.limits());
            if (reached.isEmpty()) {
                return Optional.empty();
            }
            record(call, "refused", "RATE_LIMITED", null);
            return Optional.of(
                    Refusals.tooManyCalls(call.principal(), reached.get(), clock.instant()));
        } catch (StoreException unreadable) {
            return Optional.of(unrecorded(call, unreadable));
        }
    }

    private ToolResult followed(ToolCall call, Progress progress) throws InterruptedException {
        try {
            return proposalTools.answer(call, progress);
        } catch (StoreException failed) {
            return unrecorded(call, failed);
        }
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
            case Checked.Valid<Bound>(Bound(Arguments arguments, Request request)) ->
                    tool.effect() == Effect.WRITE
                            ? proposed(serving, tool, call, arguments, request)
                            : decided(serving, tool, call, arguments, request, progress);
        };
    }

    private ToolResult proposed(
            Serving serving, Tool tool, ToolCall call, Arguments arguments, Request request)
            throws InterruptedException {
        try {
            return switch (proposals.propose(
                    serving, tool, call, arguments, request, Binding.reason(call.arguments()))) {
                case Answer.Proposed(ProposalStatus status, boolean isNew) ->
                        ProposalAnswers.ofCall(status, isNew);
                case Answer.Refused refused -> {
                    record(call, "refused", refused.code(), refused.rule());
                    yield Refusals.refused(refused);
                }
                case Answer.Faulty(List<Fault> faults) -> Refusals.invalid(faults);
                case Answer.Failed(Reply.Failure failure) -> shaped(serving, tool, call, failure);
            };
        } catch (StoreException failed) {
            return unrecorded(call, failed);
        }
    }

    private ToolResult decided(
            Serving serving,
            Tool tool,
            ToolCall call,
            Arguments arguments,
            Request request,
            Progress progress)
            throws InterruptedException {
        Decision decision;
        try {
            decision = decision(serving, tool, call, arguments, request);
        } catch (StoreException failed) {
            return unrecorded(call, failed);
        }
        Decision made = decision;
        followers.forEach(follower -> follower.decided(made));
        return switch (decision) {
            case Decision.Forbid forbid -> {
                record(call, "refused", forbid.code().name(), forbid.rule());
                yield Refusals.refused(Answer.Refused.of(forbid));
            }
            case Decision.Approve approve -> {
                record(call, "refused", "NEEDS_PERSON", approve.rule());
                yield Refusals.notProposable(approve);
            }
            case Decision.Permit permit -> act(serving, tool, call, permit, request, progress);
        };
    }

    /** Decides; where the tool has limits, the call counts from here on, in the store. */
    private Decision decision(
            Serving serving, Tool tool, ToolCall call, Arguments arguments, Request request)
            throws StoreException {
        if (tool.guard().limits().isEmpty()) {
            return serving.rules()
                    .decide(
                            situation(
                                    serving,
                                    tool,
                                    call,
                                    arguments,
                                    request,
                                    Usage.unused(tool, arguments),
                                    clock.instant()));
        }
        return store.write(
                in -> {
                    Instant now = in.clock(clock.instant());
                    Map<Usage.Key, Integer> attempts = new HashMap<>();
                    for (Usage.Key key : Usage.keys(tool, arguments)) {
                        attempts.put(key, in.attempts(key.name(), now.minus(key.limit().per())));
                    }
                    Decision decision =
                            serving.rules()
                                    .decide(
                                            situation(
                                                    serving,
                                                    tool,
                                                    call,
                                                    arguments,
                                                    request,
                                                    Usage.of(attempts),
                                                    now));
                    if (decision instanceof Decision.Permit) {
                        for (Usage.Key key : attempts.keySet()) {
                            in.attempt(key.name(), now, call.id());
                        }
                    }
                    return decision;
                });
    }

    private Situation situation(
            Serving serving,
            Tool tool,
            ToolCall call,
            Arguments arguments,
            Request request,
            Usage usage,
            Instant now) {
        String environment = serving.catalogue().environment(tool, arguments);
        return new Situation(
                tool,
                arguments,
                Facts.of(request),
                call.principal(),
                serving.catalogue().person(call.principal()).orElse(null),
                environment,
                now,
                usage,
                null);
    }

    private ToolResult act(
            Serving serving,
            Tool tool,
            ToolCall call,
            Decision.Permit permit,
            Request request,
            Progress progress)
            throws InterruptedException {
        CallContext context =
                new CallContext(
                        call.id(),
                        Deadline.in(Deadlines.of(request, tool, serving.catalogue()), ticker),
                        progress,
                        call.trace());
        return switch (tool.effect()) {
            case READ -> {
                record(call, "read", "", permit.rule());
                yield shaped(serving, tool, call, serving.backends().fetch(request, context));
            }
            case NOTIFY -> notified(serving, tool, call, request, context);
            // INVARIANT: a write goes through its proposal, and nothing that is forbidden is
            // permitted.
            case WRITE, FORBIDDEN -> throw new IllegalStateException("not to be sent from here");
        };
    }

    private ToolResult notified(
            Serving serving, Tool tool, ToolCall call, Request request, CallContext context)
            throws InterruptedException {
        if (tool.guard().limits().isEmpty() && !notifyLimits.take(tool.name())) {
            record(call, "refused", "RATE_LIMITED", null);
            return Refusals.tooOften(NotifyLimits.DEFAULT);
        }
        try {
            store.write(in -> in.append(leaf(call, "notify", "", null)));
        } catch (StoreException failed) {
            return unrecorded(call, failed);
        }
        return shaped(serving, tool, call, serving.backends().send(request, context));
    }

    private ToolResult shaped(Serving serving, Tool tool, ToolCall call, Reply reply) {
        if (reply instanceof Reply.Failure failure) {
            said(call).addKeyValue("code", failure.code()).log("failed");
            record(call, "failed", failure.code().name(), null);
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

    /** What the session's own proposals came to since it was told, and whether what is read is being recorded. */
    private ToolResult withNews(ToolCall call, ToolResult result) {
        List<String> news = proposals.news(call.session().id());
        Optional<String> trouble = store.trouble();
        if (news.isEmpty() && trouble.isEmpty()) {
            return result;
        }
        List<String> texts = new ArrayList<>(result.texts());
        texts.addAll(news);
        if (trouble.isPresent()) {
            texts.add(
                    "warning: this server's log cannot be written, so this call is not recorded and"
                            + " nothing can be changed; tell your user: `countergate doctor` says what"
                            + " to mend");
        }
        return new ToolResult(texts, result.structured(), result.error());
    }

    private static ToolResult unrecorded(ToolCall call, StoreException failed) {
        said(call).setCause(failed).log("not recorded");
        return Refusals.unrecorded(failed.mayHaveHappened());
    }

    /** A leaf that may come a little late: what it tells of changes nothing. */
    private void record(ToolCall call, String kind, String code, @Nullable String rule) {
        store.later(leaf(call, kind, code, rule));
        if (kind.equals("refused")) {
            said(call).addKeyValue("rule", rule == null ? "none" : rule).log("refused");
        }
    }

    private Leaf leaf(ToolCall call, String kind, String code, @Nullable String rule) {
        Map<String, String> members = new HashMap<>();
        members.put("call", call.id());
        members.put("tool", call.tool().value());
        members.put("principal", call.principal().value());
        members.put("client", call.session().clientName());
        if (kind.equals("read") || kind.equals("notify") || kind.equals("refused")) {
            members.put("arguments", bounded(call.arguments().toString()));
        }
        if (!code.isEmpty()) {
            members.put("code", code);
        }
        if (rule != null) {
            members.put("rule", rule);
        }
        return new Leaf(kind, clock.instant(), members);
    }

    private static String bounded(String text) {
        if (text.length() <= ARGUMENTS_MAX) {
            return text;
        }
        int end =
                Character.isHighSurrogate(text.charAt(ARGUMENTS_MAX - 1))
                        ? ARGUMENTS_MAX - 1
                        : ARGUMENTS_MAX;
        return text.substring(0, end) + " (cut)";
    }

    private static LoggingEventBuilder said(ToolCall call) {
        LoggingEventBuilder line =
                LOG.atInfo()
                        .addKeyValue("call", call.id())
                        .addKeyValue("tool", call.tool())
                        .addKeyValue("principal", call.principal());
        TraceContext trace = call.trace();
        return trace == null ? line : line.addKeyValue("trace", trace.traceId());
    }

    /** Keeps what it has counted; to be called while the store is open. */
    @Override
    public void close() {
        callLimits.close();
    }

    private record Bound(Arguments arguments, Request request) {}
}
