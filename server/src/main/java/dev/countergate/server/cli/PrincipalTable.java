package dev.countergate.server.cli;

import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Powers;
import dev.countergate.policy.catalogue.Powers.CallLimit;
import dev.countergate.policy.catalogue.Principals.Principal;
import dev.countergate.policy.catalogue.Principals.Token;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.PrometheusDuration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Who a catalogue names, and what each of them may do, in the order of the file. */
final class PrincipalTable {
    private PrincipalTable() {}

    static List<List<String>> rows(Catalogue catalogue, Collection<Principal> principals) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("PRINCIPAL", "PERSON", "TOOLS", "LIMITS", "EXPIRES"));
        for (Principal principal : principals) {
            Powers powers = principal.powers();
            String person = principal.person();
            Instant expires = expires(principal);
            rows.add(
                    List.of(
                            principal.id().value(),
                            person == null ? "-" : person,
                            powers.tools() == null
                                    ? "all"
                                    : powers.tools().isEmpty()
                                            ? "none"
                                            : String.join(", ", tools(catalogue, powers)),
                            powers.limits().isEmpty()
                                    ? "-"
                                    : powers.limits().stream()
                                            .map(PrincipalTable::text)
                                            .collect(Collectors.joining(", ")),
                            expires == null ? "-" : expires.toString()));
        }
        return rows;
    }

    static ArrayNode json(Catalogue catalogue, Collection<Principal> principals) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (Principal principal : principals) {
            ObjectNode each = all.addObject();
            Powers powers = principal.powers();
            each.put("principal", principal.id().value());
            each.put("person", principal.person());
            if (powers.tools() != null) {
                tools(catalogue, powers).forEach(each.putArray("tools")::add);
            }
            ArrayNode limits = each.putArray("limits");
            powers.limits()
                    .forEach(
                            limit ->
                                    limits.addObject()
                                            .put("calls", limit.calls())
                                            .put("per_seconds", limit.per().toMillis() / 1e3));
            Instant expires = expires(principal);
            if (expires != null) {
                each.put("expires", expires.toString());
            }
        }
        return all;
    }

    private static @Nullable Instant expires(Principal principal) {
        Token token = principal.token();
        return token == null ? null : token.expires();
    }

    private static List<String> tools(Catalogue catalogue, Powers powers) {
        return catalogue.tools().stream()
                .map(Tool::name)
                .filter(powers::include)
                .map(ToolName::value)
                .toList();
    }

    private static String text(CallLimit limit) {
        return limit.calls() + " per " + PrometheusDuration.text(limit.per());
    }
}
