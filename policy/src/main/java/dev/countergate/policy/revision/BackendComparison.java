package dev.countergate.policy.revision;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Catalogue;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Compares the declared backends of two catalogues. */
final class BackendComparison {
    private final Catalogue accepted;
    private final Catalogue next;
    private final Differences differences;

    BackendComparison(Catalogue accepted, Catalogue next, Differences differences) {
        this.accepted = accepted;
        this.next = next;
        this.differences = differences;
    }

    void compare() {
        Map<BackendName, JsonNode> before = accepted.entries().backends();
        Map<BackendName, JsonNode> after = next.entries().backends();
        Set<BackendName> names = new LinkedHashSet<>(before.keySet());
        names.addAll(after.keySet());
        for (BackendName name : names) {
            String path = "backends." + name;
            JsonNode one = before.get(name);
            JsonNode other = after.get(name);
            if (one == null || other == null) {
                differences.tell(
                        one == null ? Judgement.LOOSENS : Judgement.TIGHTENS, path, one, other);
            } else {
                for (String key : Differences.keys(one, other)) {
                    differences.tell(
                            judge(key, accepted.backend(name), next.backend(name)),
                            path + "." + key,
                            one.get(key),
                            other.get(key));
                }
            }
        }
    }

    private static Judgement judge(String key, Backend before, Backend after) {
        if (before.equals(after)) {
            return Judgement.NEUTRAL; // a default written out, or left out
        }
        return switch (key) {
            case "limits" ->
                    Judgement.ofLess(
                                    before.limits().concurrencyMax(),
                                    after.limits().concurrencyMax())
                            .and(
                                    Judgement.ofLess(
                                            before.limits().responseBytesMax(),
                                            after.limits().responseBytesMax()));
            default -> Judgement.LOOSENS;
        };
    }
}
