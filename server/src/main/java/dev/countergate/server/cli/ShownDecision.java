package dev.countergate.server.cli;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.rule.Decision;
import dev.countergate.server.decisions.Trial;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A decision in words and as JSON. */
final class ShownDecision {
    private ShownDecision() {}

    /** In a few words, such as {@code approve 2 by wide: too many at once}. */
    static String words(Checked<Trial.Answer> decided) {
        return switch (decided) {
            case Checked.Invalid<Trial.Answer>(List<Fault> faults) ->
                    "invalid: " + String.join("; ", faults.stream().map(Fault::text).toList());
            case Checked.Valid<Trial.Answer>(Trial.Answer answer) ->
                    words(answer.explanation().decision());
        };
    }

    static String words(Decision decision) {
        return switch (decision) {
            case Decision.Permit permit -> "permit" + by(permit);
            case Decision.Approve approve ->
                    "approve " + approve.approvals() + by(approve) + because(approve.reason());
            case Decision.Forbid forbid ->
                    "forbid " + forbid.code() + by(forbid) + because(forbid.reason());
        };
    }

    private static String by(Decision decision) {
        return decision.rule() == null ? " by no rule" : " by " + decision.rule();
    }

    private static String because(String reason) {
        return reason.isEmpty() ? "" : ": " + reason;
    }

    static ObjectNode json(Checked<Trial.Answer> decided) {
        return switch (decided) {
            case Checked.Invalid<Trial.Answer>(List<Fault> faults) -> {
                ObjectNode json = JsonNodeFactory.instance.objectNode();
                json.put("decision", "invalid");
                ArrayNode all = json.putArray("faults");
                faults.forEach(fault -> all.add(fault.text()));
                yield json;
            }
            case Checked.Valid<Trial.Answer>(Trial.Answer answer) ->
                    json(answer.explanation().decision());
        };
    }

    static ObjectNode json(Decision decision) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        switch (decision) {
            case Decision.Permit permit -> json.put("decision", "permit");
            case Decision.Approve approve ->
                    json.put("decision", "approve")
                            .put("approvals", approve.approvals())
                            .put("reason", approve.reason());
            case Decision.Forbid forbid ->
                    json.put("decision", "forbid")
                            .put("code", forbid.code().name())
                            .put("reason", forbid.reason());
        }
        return json.put("rule", decision.rule());
    }
}
