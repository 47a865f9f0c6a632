package dev.countergate.server.approver;

import dev.countergate.policy.change.ProposalState;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How a proposal stands, in words nobody can take for a success that it is not.
 */
public final class OutcomeText {
    private OutcomeText() {}

    /**
     * One line about {@code status}, without the reasons, which are not ours.
     *
     * @param status as a daemon gives it
     */
    public static String of(JsonNode status) {
        String state = status.path("state").asString("");
        ProposalState known = known(status);
        if (known == null) {
            return "in a state this program does not know; take it for neither done nor failed";
        }
        return state
                + ": "
                + switch (known) {
                    case PENDING ->
                            String.format(
                                    Locale.ROOT,
                                    "waits for a person; %d of %d approvals given",
                                    status.path("approvals").path("given").asInt(0),
                                    status.path("approvals").path("needed").asInt(0));
                    case APPROVED -> "every approval is given; nothing is sent yet";
                    case CLAIMED -> "about to be sent";
                    case SENDING -> "being sent";
                    case APPLIED -> "the backend took it; NOT verified yet";
                    case PARTLY_APPLIED -> "only SOME targets took it; NOT verified yet";
                    case FAILED -> "it had NO effect";
                    case OUTCOME_UNKNOWN ->
                            "it MAY OR MAY NOT have happened, and is never sent again; look at the"
                                    + " target, then `countergate resolve`";
                    case VERIFIED ->
                            isPartly(status)
                                    ? "the effect was seen, although only SOME targets took it"
                                    : "it was sent and the effect was seen";
                    case NOT_VERIFIED ->
                            "it was sent, and the effect was looked for and NOT seen: do not take"
                                    + " it for done";
                    case UNVERIFIED ->
                            "it was sent; NOBODY KNOWS whether it worked: look for yourself";
                    case FOUND_APPLIED ->
                            "the backend has it; whether it worked was NOT verified: look for"
                                    + " yourself";
                    case FOUND_NOT_APPLIED -> "the backend does NOT have it: it had no effect";
                    case RESOLVED_BY_HUMAN -> "a person settled what the machine could not tell";
                    case REJECTED -> "a person said no; nothing was sent";
                    case EXPIRED -> "its time was over; nothing was sent";
                    case WITHDRAWN -> "its requester took it back; nothing was sent";
                    case SUPERSEDED -> "its tool has changed since; nothing was sent";
                    case BLOCKED -> "it was stopped before sending; nothing was sent";
                    case DONE_BY_HAND -> "a person did it themselves; nothing was sent from here";
                };
    }

    /** Whether the whole effect was seen to come about: the one end that is a success. */
    public static boolean isSuccess(JsonNode status) {
        return known(status) == ProposalState.VERIFIED && !isPartly(status);
    }

    /** Whether all of it was taken and no look at its effect was declared: what its approver was shown beforehand. */
    public static boolean isAllThatWasToSee(JsonNode status) {
        return known(status) == ProposalState.UNVERIFIED
                && !isPartly(status)
                && status.path("verification").path("why").asString("").equals("none declared");
    }

    /** Whether it ended before anything was sent. */
    public static boolean isStopped(JsonNode status) {
        return switch (known(status)) {
            case REJECTED, EXPIRED, WITHDRAWN, SUPERSEDED, BLOCKED -> true;
            case null, default -> false;
        };
    }

    private static boolean isPartly(JsonNode status) {
        return !status.path("outcome").asString("").equals("APPLIED");
    }

    private static @Nullable ProposalState known(JsonNode status) {
        String state = status.path("state").asString("");
        for (ProposalState each : ProposalState.values()) {
            if (each.name().equals(state)) {
                return each;
            }
        }
        return null;
    }
}
