package dev.countergate.server.operator;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.token.AllowedSigners;
import dev.countergate.policy.token.AllowedSigners.Signer;
import dev.countergate.policy.token.UtcTime;
import dev.countergate.server.authority.Approvers;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Whose keys approve. */
final class ApproverOperations {
    private final Approvers approvers;

    ApproverOperations(Approvers approvers) {
        this.approvers = approvers;
    }

    /** {@code approvers}: the enrolled keys. */
    void list(JsonNode request, String user, ObjectNode answer) throws RefusedException {
        AllowedSigners signers = read();
        ArrayNode all = answer.putArray("approvers");
        for (Signer each : signers.signers()) {
            ObjectNode entry = all.addObject();
            entry.put("person", each.person().name());
            entry.put("fingerprint", each.key().fingerprint());
            entry.put("kind", each.key().kind().word());
            if (each.validAfter() != null) {
                entry.put("valid_after", UtcTime.text(each.validAfter()));
            }
            if (each.validBefore() != null) {
                entry.put("valid_before", UtcTime.text(each.validBefore()));
            }
        }
        answer.put("changed_by_others", approvers.isChangedByOthers());
    }

    /** The keys, or a refusal that says where the file is wrong. */
    AllowedSigners read() throws RefusedException {
        return switch (approvers.read()) {
            case Checked.Valid<AllowedSigners>(AllowedSigners signers) -> signers;
            case Checked.Invalid<AllowedSigners>(List<Fault> faults) ->
                    throw Fields.refused("APPROVERS_UNREADABLE", faults);
        };
    }

    /** Adds what {@code status} says of them. */
    void describe(ObjectNode status) {
        ObjectNode described = status.putObject("approvers");
        switch (approvers.read()) {
            case Checked.Valid<AllowedSigners>(AllowedSigners signers) -> {
                described.put("keys", signers.signers().size());
                described.put(
                        "persons",
                        signers.signers().stream().map(Signer::person).distinct().count());
            }
            case Checked.Invalid<AllowedSigners>(List<Fault> faults) -> {
                ArrayNode told = described.putArray("faults");
                faults.forEach(fault -> told.add(fault.text()));
            }
        }
        described.put("changed_by_others", approvers.isChangedByOthers());
    }
}
