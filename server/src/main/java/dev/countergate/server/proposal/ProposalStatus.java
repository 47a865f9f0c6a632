package dev.countergate.server.proposal;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.change.Attempt;
import dev.countergate.policy.change.Core;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.Proposal;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.change.Verification;
import dev.countergate.policy.token.ProposalId;
import java.time.Instant;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How a proposal stands, for those who may know.
 *
 * @param id its name
 * @param code what a person compares
 * @param state where it stands
 * @param version another one after each step
 * @param tool that was called
 * @param requester who asked for it
 * @param risk in lower case
 * @param environment where it acts; empty when not known
 * @param targets how many it acts on; 0 where that is the URL alone
 * @param summary what it would do, one line
 * @param created when it was made
 * @param expires until when it can be approved
 * @param needed persons
 * @param given persons
 * @param why how it came where it stands, one line; may be empty
 * @param outcome what is known of the attempt's effect, or null before there is an outcome
 * @param verification how the look at the effect stands, or null before there is one
 * @param undo the call that takes it back, filled in, where it took effect and one is declared; else null
 * @param isCancellable whether what runs can be asked to stop
 * @param result what the backend gave, or null
 */
public record ProposalStatus(
        ProposalId id,
        String code,
        ProposalState state,
        long version,
        String tool,
        PrincipalId requester,
        String risk,
        String environment,
        int targets,
        String summary,
        Instant created,
        Instant expires,
        int needed,
        int given,
        String why,
        @Nullable Outcome outcome,
        @Nullable Verification verification,
        @Nullable Undo undo,
        boolean isCancellable,
        @Nullable JsonNode result) {
    /** A member of the result, or an argument of the call. */
    private static final Pattern TO_FILL =
            Pattern.compile("\\{(result\\.)?([A-Za-z_][A-Za-z0-9_-]*)}");

    static ProposalStatus of(Ledger.Entry entry) {
        Proposal proposal = entry.proposal();
        Attempt attempt = proposal.attempt();
        return new ProposalStatus(
                entry.id(),
                proposal.digest().code(),
                proposal.state(),
                entry.row().version(),
                entry.core().tool().value(),
                entry.core().requester(),
                entry.core().risk(),
                entry.core().environment(),
                entry.core().targets().size(),
                entry.core().summary(),
                entry.core().created(),
                entry.core().expires(),
                proposal.quorum().persons(),
                proposal.approvals().size(),
                proposal.why(),
                attempt == null ? null : attempt.outcome(),
                proposal.verification(),
                undo(entry),
                proposal.state() == ProposalState.SENDING
                        && attempt != null
                        && attempt.handle() != null,
                entry.kept().result());
    }

    /**
     * A call that takes a change back, as an agent can make it.
     *
     * @param tool to be proposed
     * @param arguments its arguments
     */
    public record Undo(ToolName tool, ObjectNode arguments) {}

    /** Writes what it came to and how it is taken back, where that is known: {@code outcome}, {@code verification}, {@code undo}. */
    public void tellOutcome(ObjectNode json) {
        if (outcome != null) {
            json.put("outcome", outcome.name());
        }
        if (verification != null) {
            json.putObject("verification")
                    .put("state", verification.result().name())
                    .put("why", verification.why());
        }
        if (undo != null) {
            json.putObject("undo")
                    .put("tool", undo.tool().value())
                    .set("arguments", undo.arguments());
        }
    }

    /** The same, and no word of how it could be undone. */
    public ProposalStatus withoutUndo() {
        return new ProposalStatus(
                id,
                code,
                state,
                version,
                tool,
                requester,
                risk,
                environment,
                targets,
                summary,
                created,
                expires,
                needed,
                given,
                why,
                outcome,
                verification,
                null,
                isCancellable,
                result);
    }

    /** Whether nothing follows any more, verification included. */
    public boolean isSettled() {
        boolean isLookedAt =
                verification != null && verification.result() == Verification.Result.OPEN;
        return state.isFinal() && !isLookedAt;
    }

    private static @Nullable Undo undo(Ledger.Entry entry) {
        boolean tookEffect =
                switch (entry.state()) {
                    case APPLIED,
                            PARTLY_APPLIED,
                            VERIFIED,
                            NOT_VERIFIED,
                            UNVERIFIED,
                            FOUND_APPLIED ->
                            true;
                    default -> false;
                };
        return tookEffect
                ? entry.core().undo().map(undo -> filled(undo, entry.kept())).orElse(null)
                : null;
    }

    /**
     * In one pass, so that nothing in a value is taken for a placeholder. What the result does not say stays a placeholder:
     * the call is then refused, and says so.
     */
    private static Undo filled(Core.Undo undo, Kept kept) {
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        undo.arguments().forEach((name, text) -> arguments.set(name, filled(text, kept)));
        return new Undo(undo.tool(), arguments);
    }

    /** A placeholder alone keeps the kind of its value; within a text it becomes text. */
    private static JsonNode filled(String text, Kept kept) {
        Matcher whole = TO_FILL.matcher(text);
        if (whole.matches()) {
            JsonNode value = value(whole, kept);
            return value == null ? JsonNodeFactory.instance.stringNode(text) : value;
        }
        return JsonNodeFactory.instance.stringNode(
                TO_FILL.matcher(text)
                        .replaceAll(
                                found -> {
                                    JsonNode value = value(found, kept);
                                    return Matcher.quoteReplacement(
                                            value == null ? found.group() : value.asString());
                                }));
    }

    private static @Nullable JsonNode value(MatchResult placeholder, Kept kept) {
        JsonNode from = placeholder.group(1) == null ? kept.arguments() : kept.result();
        JsonNode value = from == null ? null : from.get(placeholder.group(2));
        return value == null || value.isContainer() ? null : value;
    }
}
