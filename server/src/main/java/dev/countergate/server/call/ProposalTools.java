package dev.countergate.server.call;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Narrowing;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.ParameterType;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.proposal.ProposalStatus;
import dev.countergate.server.proposal.Proposals;
import dev.countergate.server.proposal.RefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The built-in tools an agent follows its proposals with. None of them decides anything. Thread safe. */
final class ProposalTools {
    private static final ToolName STATUS = new ToolName("proposal_status");
    private static final ToolName LIST = new ToolName("proposal_list");
    private static final ToolName WITHDRAW = new ToolName("proposal_withdraw");
    private static final String ID = "proposal";
    private static final String WAIT = "wait_seconds";

    private static final Parameters BY_ID = Parameters.of(List.of(id()));
    private static final Parameters STATUS_PARAMETERS =
            Parameters.of(
                    List.of(
                            id(),
                            new Parameter(
                                    WAIT,
                                    "how long to wait for a change, in seconds, at most "
                                            + Proposals.WAIT_MAX.toSeconds(),
                                    ParameterType.INTEGER,
                                    List.of(),
                                    false,
                                    null,
                                    null,
                                    null,
                                    "0",
                                    Long.toString(Proposals.WAIT_MAX.toSeconds()),
                                    List.of())));
    private static final Parameters NONE = Parameters.of(List.of());

    /** How often a waiting call says that it waits. */
    private static final Duration PROGRESS = Duration.ofSeconds(5);

    private final Proposals proposals;
    private final BiPredicate<Caller, ToolName> isThere;
    private final LongSupplier ticker;

    /**
     * @param isThere whether there is such a tool for a caller
     * @param ticker nanoseconds, for how long a call waits
     */
    ProposalTools(Proposals proposals, BiPredicate<Caller, ToolName> isThere, LongSupplier ticker) {
        this.proposals = proposals;
        this.isThere = isThere;
        this.ticker = ticker;
    }

    /** Whether {@code narrowing} leaves one of these: taking a proposal back is no reading. */
    static boolean leaves(Narrowing narrowing, ToolName tool) {
        return !narrowing.readsOnly() || !tool.equals(WITHDRAW);
    }

    /** Those that {@code narrowing} leaves. */
    static List<ToolService.Description> descriptions(Narrowing narrowing) {
        return descriptions().stream()
                .filter(each -> leaves(narrowing, new ToolName(each.name())))
                .toList();
    }

    private static List<ToolService.Description> descriptions() {
        return List.of(
                new ToolService.Description(
                        STATUS.value(),
                        "How a change you proposed stands, by the name the proposing call gave."
                                + " Only VERIFIED means that the effect was seen.",
                        STATUS_PARAMETERS.inputSchema(),
                        ProposalAnswers.statusSchema(),
                        hints(true)),
                new ToolService.Description(
                        LIST.value(),
                        "The changes you proposed, newest first.",
                        NONE.inputSchema(),
                        ProposalAnswers.listSchema(),
                        hints(true)),
                new ToolService.Description(
                        WITHDRAW.value(),
                        "Takes back a change you proposed, as long as it has not begun.",
                        BY_ID.inputSchema(),
                        ProposalAnswers.statusSchema(),
                        hints(false)));
    }

    private static JsonNode hints(boolean reads) {
        ObjectNode hints = JsonNodeFactory.instance.objectNode();
        hints.put("readOnlyHint", reads);
        hints.put("destructiveHint", false);
        hints.put("idempotentHint", true);
        hints.put("openWorldHint", false);
        return hints;
    }

    /** Whether a call is one of these. */
    static boolean has(ToolName tool) {
        return tool.equals(STATUS) || tool.equals(LIST) || tool.equals(WITHDRAW);
    }

    ToolResult answer(ToolCall call, Progress progress)
            throws StoreException, InterruptedException {
        Parameters parameters =
                call.tool().equals(STATUS)
                        ? STATUS_PARAMETERS
                        : call.tool().equals(LIST) ? NONE : BY_ID;
        return switch (parameters.bind(call.arguments())) {
            case Checked.Invalid<Arguments>(List<Fault> faults) -> Refusals.invalid(faults);
            case Checked.Valid<Arguments>(Arguments bound) -> {
                if (call.tool().equals(LIST)) {
                    yield ProposalAnswers.ofList(
                            proposals.list(call.principal()).stream()
                                    .map(status -> shown(call, status))
                                    .toList());
                }
                String name = bound.value(ID).orElseThrow().stringValue();
                if (!ProposalId.isValid(name)) {
                    yield unknown();
                }
                ProposalId id = new ProposalId(name);
                yield call.tool().equals(STATUS)
                        ? status(call, id, waiting(bound), progress)
                        : withdraw(call, id);
            }
        };
    }

    private static Duration waiting(Arguments bound) {
        return Duration.ofSeconds(
                bound.value(WAIT).filter(JsonNode::isNumber).map(JsonNode::asLong).orElse(0L));
    }

    private ToolResult status(ToolCall call, ProposalId id, Duration wait, Progress progress)
            throws StoreException, InterruptedException {
        Optional<ProposalStatus> first = proposals.status(call.principal(), id);
        if (first.isEmpty()) {
            return unknown();
        }
        ProposalStatus status = first.get();
        Deadline end = Deadline.in(wait, ticker);
        Deadline due = end.atMost(PROGRESS);
        // It also wakes for each read of a verification, which the agent does not want to know of.
        while (!end.isOver() && !status.isSettled() && isAsBefore(first.get(), status)) {
            status = proposals.await(status, due.left());
            if (due.isOver()) {
                due = end.atMost(PROGRESS);
                progress.report(
                        (double) wait.minus(end.left()).toSeconds(),
                        (double) wait.toSeconds(),
                        "proposal `" + id + "` is " + status.state());
            }
        }
        proposals.tell(call.session().id(), status);
        return ProposalAnswers.ofStatus(shown(call, status));
    }

    /** Without the name of a tool that is kept from the caller. */
    private ProposalStatus shown(ToolCall call, ProposalStatus status) {
        ProposalStatus.Undo undo = status.undo();
        return undo == null || isThere.test(call.caller(), undo.tool())
                ? status
                : status.withoutUndo();
    }

    /** Whether nothing has changed that the agent would want to know at once. */
    private static boolean isAsBefore(ProposalStatus first, ProposalStatus now) {
        return first.state() == now.state() && first.given() == now.given();
    }

    private ToolResult withdraw(ToolCall call, ProposalId id) throws StoreException {
        try {
            return proposals
                    .withdraw(call.principal(), call.session().id(), id)
                    .map(status -> ProposalAnswers.ofStatus(shown(call, status)))
                    .orElseGet(ProposalTools::unknown);
        } catch (RefusedException refused) {
            return Refusals.notAllowed(
                    refused.code(), refused.message(), "ask `proposal_status` how it stands");
        }
    }

    /** The same for one that is another's: a name is no right. */
    private static ToolResult unknown() {
        return Refusals.notFound(
                "you made no proposal of this name", "`proposal_list` names those you made");
    }

    private static Parameter id() {
        return new Parameter(
                ID,
                "its name, as the proposing call gave it",
                ParameterType.STRING,
                List.of(),
                true,
                null,
                null,
                null,
                null,
                null,
                List.of());
    }
}
