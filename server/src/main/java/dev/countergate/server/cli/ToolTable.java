package dev.countergate.server.cli;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.PrometheusDuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The tools of a catalogue with what they do and what holds for them, in the order of the file. */
final class ToolTable {
    private ToolTable() {}

    static void print(Catalogue catalogue, Console console) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("TOOL", "EFFECT", "GUARD"));
        for (Tool tool : catalogue.tools()) {
            rows.add(List.of(tool.name().value(), tool.effect().word(), guard(tool)));
        }
        console.table(rows);
    }

    static ArrayNode json(Catalogue catalogue) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (Tool tool : catalogue.tools()) {
            all.addObject()
                    .put("name", tool.name().value())
                    .put("effect", tool.effect().word())
                    .put("guard", guard(tool))
                    .put("description", tool.description());
        }
        return all;
    }

    /** What stands between a call and its effect, in a few words; a dash where the catalogue says nothing. */
    private static String guard(Tool tool) {
        Guard guard = tool.guard();
        if (guard.equals(Guard.NONE)) {
            return "-";
        }
        List<String> words = new ArrayList<>();
        words.add(guard.risk().name().toLowerCase(Locale.ROOT) + " risk");
        for (Guard.Limit limit : guard.limits()) {
            words.add(
                    String.format(
                            Locale.ROOT,
                            "%d per %s",
                            limit.calls(),
                            PrometheusDuration.text(limit.per())));
        }
        if (guard.targetsMax() != null) {
            words.add("at most " + guard.targetsMax() + " targets");
        }
        if (!guard.require().isEmpty()) {
            int count = guard.require().size();
            words.add(count == 1 ? "1 precondition" : count + " preconditions");
        }
        if (guard.verify() != null) {
            words.add("verified by " + guard.verify().read().tool());
        }
        if (guard.approvals().count() > 1) {
            words.add(guard.approvals().count() + " approvals");
        }
        return String.join(", ", words);
    }
}
