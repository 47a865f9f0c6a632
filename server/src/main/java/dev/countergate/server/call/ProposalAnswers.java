package dev.countergate.server.call;

import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.policy.token.UtcTime;
import dev.countergate.server.proposal.ProposalStatus;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Proposals in words and members for an agent (DESIGN section 12): no state but VERIFIED reads like success. */
final class ProposalAnswers {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ProposalAnswers() {}

    /** The answer of a call that would change something. */
    static ToolResult ofCall(ProposalStatus status, boolean isNew) {
        ObjectNode json = NODES.objectNode();
        boolean needsPerson = status.needed() > 0;
        json.put("status", needsPerson ? "approval_required" : "permitted");
        json.put("proposal", status.id().value());
        json.put("code", status.code());
        json.put("expires_at", UtcTime.text(status.expires()));
        json.put("summary", status.summary());
        json.put("next", next(status));
        String what =
                (needsPerson
                                ? "APPROVAL_REQUIRED: nothing was sent. Proposal `"
                                : "PERMITTED by a rule of the operator's, and being carried out."
                                        + " Proposal `")
                        + status.id()
                        + "`, code "
                        + status.code()
                        + ": "
                        + status.summary()
                        + (isNew ? "" : " (the same call had made it before)");
        return new ToolResult(List.of(what, next(status)), json, null);
    }

    /** How a proposal stands. */
    static ToolResult ofStatus(ProposalStatus status) {
        return new ToolResult(List.of(sentence(status), next(status)), statusMembers(status), null);
    }

    static ToolResult ofList(List<ProposalStatus> statuses) {
        ObjectNode json = NODES.objectNode();
        ArrayNode proposals = json.putArray("proposals");
        StringBuilder text = new StringBuilder();
        for (ProposalStatus status : statuses) {
            ObjectNode entry = statusMembers(status);
            entry.put("summary", status.summary());
            proposals.add(entry);
            text.append(sentence(status)).append('\n');
        }
        return new ToolResult(
                List.of(text.isEmpty() ? "you made no proposals" : text.toString().stripTrailing()),
                json,
                null);
    }

    private static ObjectNode statusMembers(ProposalStatus status) {
        ObjectNode json = NODES.objectNode();
        json.put("proposal", status.id().value());
        json.put("state", status.state().name());
        json.put("code", status.code());
        json.put("expires_at", UtcTime.text(status.expires()));
        json.putObject("approvals").put("needed", status.needed()).put("given", status.given());
        if (!status.why().isEmpty()) {
            json.put("why", status.why());
        }
        status.tellOutcome(json);
        json.put("next", next(status));
        return json;
    }

    private static String sentence(ProposalStatus status) {
        String why = status.why().isEmpty() ? "" : " (" + status.why() + ")";
        return "proposal `"
                + status.id()
                + "`, code "
                + status.code()
                + ", "
                + status.summary()
                + ": "
                + status.state()
                + ": "
                + meaning(status)
                + why;
    }

    private static String meaning(ProposalStatus status) {
        boolean isPart = status.outcome() == Outcome.PARTLY_APPLIED;
        return switch (status.state()) {
            case PENDING ->
                    "nothing was sent; it waits for "
                            + (status.needed() - status.given())
                            + (status.needed() - status.given() == 1 ? " person" : " persons");
            case APPROVED -> "approved, nothing was sent yet";
            case CLAIMED -> "about to be sent, nothing was sent yet";
            case SENDING -> "being sent; its outcome is not known yet";
            case APPLIED -> "the backend took it; NOT verified: whether it worked is not known yet";
            case PARTLY_APPLIED ->
                    "only PARTLY applied: some targets took it or may have acted; NOT verified";
            case FAILED -> "it failed and had no effect";
            case OUTCOME_UNKNOWN ->
                    "it may have taken effect or not: nobody knows; it is never sent again";
            case VERIFIED ->
                    isPart
                            ? "only PARTLY applied, and yet the effect that was expected was seen"
                            : "the server itself looked and saw the effect";
            case NOT_VERIFIED ->
                    (isPart ? "only PARTLY applied, and " : "applied, and ")
                            + "the effect was looked for and NOT seen: this is no success";
            case UNVERIFIED ->
                    (isPart ? "only PARTLY applied, and " : "applied, but ")
                            + "NOT verified: whether it worked is not known";
            case FOUND_APPLIED ->
                    "after an unknown outcome it was found applied at the backend; whether it"
                            + " worked is another question";
            case FOUND_NOT_APPLIED ->
                    "after an unknown outcome it was found NOT applied at the backend";
            case RESOLVED_BY_HUMAN -> "a person settled what its outcome was";
            case REJECTED -> "a person said no; nothing was sent";
            case EXPIRED -> "its time was over; nothing was sent";
            case WITHDRAWN -> "you took it back; nothing was sent";
            case SUPERSEDED -> "the tool has changed since; nothing was sent";
            case BLOCKED -> "something stood in the way; nothing was sent";
            case DONE_BY_HAND -> "a person did it themselves; nothing was sent by this server";
        };
    }

    /** What the agent should do. */
    private static String next(ProposalStatus status) {
        return switch (status.state()) {
            case PENDING ->
                    "tell your user that a person has to approve this with `countergate approve "
                            + status.id()
                            + "` (code "
                            + status.code()
                            + ", until "
                            + UtcTime.text(status.expires())
                            + "), then stop; ask `proposal_status` when they answer";
            case APPROVED, CLAIMED, SENDING ->
                    "ask `proposal_status` with `wait_seconds`; do not propose it again";
            case APPLIED, PARTLY_APPLIED ->
                    "do not report success; ask `proposal_status` with `wait_seconds` until it is"
                            + " verified or not";
            case VERIFIED -> "tell your user what was verified";
            case NOT_VERIFIED, UNVERIFIED ->
                    "do not report success; tell your user, and look with the read tools what"
                            + " happened";
            case FAILED, BLOCKED, SUPERSEDED ->
                    "tell your user why; look again before you propose anything";
            case OUTCOME_UNKNOWN ->
                    "do not report success or failure and do not try again, by no other way either;"
                            + " tell your user that a person has to settle it with `countergate resolve"
                            + " "
                            + status.id()
                            + "`";
            case FOUND_APPLIED, FOUND_NOT_APPLIED, RESOLVED_BY_HUMAN, DONE_BY_HAND ->
                    "tell your user, and look with the read tools how things stand";
            case REJECTED -> "do not try another way round; ask your user what they want instead";
            case EXPIRED, WITHDRAWN -> "propose it again only if your user still wants it";
        };
    }

    /** The schema of {@link #ofCall}. */
    static JsonNode callSchema() {
        ObjectNode schema = NODES.objectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        property(properties, "status", "`approval_required`, or `permitted` by a rule");
        property(properties, "proposal", "its name, for `proposal_status`");
        property(properties, "code", "what the person compares");
        property(properties, "expires_at", "until when it can be approved");
        property(properties, "summary", "what it would do");
        property(properties, "next", "what to do now");
        schema.putArray("required").add("status").add("proposal").add("code").add("next");
        return schema;
    }

    /** The schema of {@link #ofStatus}. */
    static JsonNode statusSchema() {
        ObjectNode schema = NODES.objectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        property(properties, "proposal", "its name");
        property(properties, "state", "where it stands; only VERIFIED is a success that was seen");
        property(properties, "code", "what the person compares");
        property(properties, "expires_at", "until when it can be approved");
        properties.putObject("approvals").put("type", "object");
        property(properties, "outcome", "what is known of the attempt's effect");
        property(properties, "why", "how it came to stand there");
        properties.putObject("verification").put("type", "object");
        properties.putObject("undo").put("type", "object");
        property(properties, "next", "what to do now");
        schema.putArray("required").add("proposal").add("state").add("code").add("next");
        return schema;
    }

    /** The schema of {@link #ofList}. */
    static JsonNode listSchema() {
        ObjectNode schema = NODES.objectNode().put("type", "object");
        schema.putObject("properties")
                .putObject("proposals")
                .put("type", "array")
                .putObject("items")
                .put("type", "object");
        schema.putArray("required").add("proposals");
        return schema;
    }

    private static void property(ObjectNode properties, String name, String description) {
        properties.putObject(name).put("type", "string").put("description", description);
    }
}
