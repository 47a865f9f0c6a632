package dev.countergate.server.cli;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.rule.Reach;
import dev.countergate.policy.rule.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The rules of a catalogue with the tools whose calls each can match, in the order of the file. */
final class RuleTable {
    private RuleTable() {}

    static void print(Catalogue catalogue, Console console) {
        List<Reach> all = reach(catalogue);
        if (all.isEmpty()) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("RULE", "THEN", "CAN MATCH"));
        for (Reach reach : all) {
            List<String> names = names(reach);
            rows.add(
                    List.of(
                            reach.rule().id(),
                            then(reach),
                            names.isEmpty() ? "-" : String.join(", ", names)));
        }
        console.print("");
        console.table(rows);
    }

    static ArrayNode json(Catalogue catalogue) {
        ArrayNode rules = JsonNodeFactory.instance.arrayNode();
        for (Reach reach : reach(catalogue)) {
            ObjectNode rule = rules.addObject();
            rule.put("id", reach.rule().id());
            rule.put("then", then(reach));
            ArrayNode tools = rule.putArray("tools");
            names(reach).forEach(tools::add);
        }
        return rules;
    }

    private static List<Reach> reach(Catalogue catalogue) {
        return Rules.of(catalogue).reach(catalogue.tools());
    }

    private static String then(Reach reach) {
        return reach.rule().then().name().toLowerCase(Locale.ROOT);
    }

    /** A tool of which the rule cannot be evaluated is one it forbids. */
    private static List<String> names(Reach reach) {
        List<Tool> tools = new ArrayList<>(reach.tools());
        tools.addAll(reach.faulty());
        return tools.stream().map(tool -> tool.name().value()).toList();
    }
}
