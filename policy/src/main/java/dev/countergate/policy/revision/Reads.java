package dev.countergate.policy.revision;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.catalogue.Policy;
import dev.countergate.policy.catalogue.Principals.Principal;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.rule.Reach;
import dev.countergate.policy.rule.RuleSight;
import dev.countergate.policy.rule.Rules;
import dev.countergate.policy.rule.Vocabulary;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * What agents may read already under a catalogue: at which origins, with which credentials, which parts of the URLs there
 * they choose, and where reading is restricted. A new read that stays within gives them nothing they could not have had, but
 * for fixed URLs, of which only the words tell what they do.
 */
final class Reads {
    private final Catalogue catalogue;
    private final Set<ToolName> spokenOf = new HashSet<>();
    private final Set<String> origins = new HashSet<>();
    private final Set<String> restricted = new TreeSet<>();
    private final Set<Carried> carried = new HashSet<>();
    private final Openings openings = new Openings();

    /** Something sent to an origin beside the caller's arguments. */
    private record Carried(String origin, String what) {}

    Reads(Catalogue catalogue, List<RuleSight> rules) {
        this.catalogue = catalogue;
        addSpokenOf(rules);
        catalogue
                .entries()
                .backends()
                .keySet()
                .forEach(name -> origins.add(origin(catalogue, name)));
        for (Tool tool : catalogue.tools()) {
            Set<String> reached = origins(catalogue, tool);
            if (tool.effect() == Effect.READ) {
                origins.addAll(reached);
                for (HttpAction action : HttpAction.of(tool.action())) {
                    openings.add(origin(catalogue, action.backend()), action);
                }
                if (reached.size() == 1) {
                    // Of several origins it is not told here which one gets what.
                    String origin = reached.iterator().next();
                    carriedBy(catalogue, tool)
                            .forEach(what -> carried.add(new Carried(origin, what)));
                }
            }
            if (isRestricted(tool)) {
                restricted.addAll(reached);
            }
        }
        addKeptFromSome();
    }

    /** Where a principal has not all the tools, a read is held back from it unless it has every tool there. */
    private void addKeptFromSome() {
        for (Principal principal : catalogue.principals().all()) {
            Set<String> open = new HashSet<>();
            Set<String> kept = new HashSet<>();
            for (Tool tool : catalogue.tools()) {
                (principal.powers().include(tool.name()) ? open : kept)
                        .addAll(origins(catalogue, tool));
            }
            if (principal.powers().tools() != null) {
                restricted.addAll(kept);
                origins.stream().filter(origin -> !open.contains(origin)).forEach(restricted::add);
            }
        }
    }

    /** The origins agents read at, or might with a tool of a declared backend. */
    Set<String> origins() {
        return origins;
    }

    /**
     * The origins where some read is held back: forbidden, counted as a change, limited, spoken of by a rule, or not among
     * some principal's tools.
     */
    Set<String> restricted() {
        return restricted;
    }

    /** Every tool some call of which a rule may forbid or put before a person, be it by failing. */
    private void addSpokenOf(List<RuleSight> sights) {
        if (!(Rules.compile(catalogue.policy(), Vocabulary.of(catalogue.tools()))
                instanceof Checked.Valid<Rules>(Rules rules))) {
            throw new IllegalStateException("the loader has compiled these rules already");
        }
        List<Reach> reaches = rules.reach(catalogue.tools());
        for (int i = 0; i < reaches.size(); i++) {
            Reach reach = reaches.get(i);
            reach.faulty().forEach(tool -> spokenOf.add(tool.name()));
            if (reach.rule().then() != Policy.Then.PERMIT || !sights.get(i).cannotFail()) {
                reach.tools().forEach(tool -> spokenOf.add(tool.name()));
            }
        }
    }

    private boolean isRestricted(Tool tool) {
        boolean isRead = tool.effect() == Effect.READ;
        return (onlyReads(tool) && !isRead)
                || (isRead && (!tool.guard().limits().isEmpty() || spokenOf.contains(tool.name())));
    }

    /** Whether {@code tool} of {@code next} only reads, where and as agents read already, and nothing holds reads back there. */
    boolean allow(Catalogue next, Tool tool) {
        Set<String> reached = origins(next, tool);
        return tool.effect() == Effect.READ
                && onlyReads(tool)
                && tool.action().backends().stream().allMatch(name -> isSame(next, name))
                && origins.containsAll(reached)
                && reached.stream().noneMatch(restricted::contains)
                && HttpAction.of(tool.action()).stream()
                        .allMatch(action -> openings.cover(origin(next, action.backend()), action))
                && carriedBy(next, tool).stream()
                        .allMatch(
                                what ->
                                        reached.stream()
                                                .allMatch(
                                                        origin ->
                                                                carried.contains(
                                                                        new Carried(
                                                                                origin, what))));
    }

    /** Whether a backend is as it was; one that is declared nowhere is its origin. */
    private boolean isSame(Catalogue next, BackendName name) {
        JsonNode before = catalogue.entries().backends().get(name);
        JsonNode after = next.entries().backends().get(name);
        return before == null ? after == null : before.equals(after);
    }

    static Set<String> origins(Catalogue catalogue, Tool tool) {
        return tool.action().backends().stream()
                .map(name -> origin(catalogue, name))
                .collect(Collectors.toSet());
    }

    private static String origin(Catalogue catalogue, BackendName name) {
        return switch (catalogue.backend(name)) {
            case Backend.Http http -> http.origin().toString();
            case Backend.Ssm ssm ->
                    String.join(
                            " ",
                            "ssm",
                            ssm.region(),
                            String.valueOf(ssm.endpoint()),
                            String.valueOf(ssm.profile()),
                            String.valueOf(ssm.roleArn()));
        };
    }

    /** Every header, credential and secret of a tool's own, by what the files say of it. */
    private static Set<String> carriedBy(Catalogue catalogue, Tool tool) {
        Set<String> found = new TreeSet<>();
        JsonNode entry = catalogue.entries().tools().get(tool.name());
        if (entry != null && !HttpAction.of(tool.action()).isEmpty()) {
            collect(entry, found);
        }
        return found;
    }

    private static void collect(JsonNode value, Set<String> found) {
        for (String key : List.of("auth", "user", "files", "secret")) {
            if (value.has(key)) {
                found.add(key + " " + value.path(key));
            }
        }
        value.path("headers")
                .properties()
                .forEach(
                        header -> found.add("header " + header.getKey() + " " + header.getValue()));
        value.forEach(part -> collect(part, found));
    }

    /** Whether nothing a tool sends changes anything, as far as it shows and whatever its author declares. */
    private static boolean onlyReads(Tool tool) {
        return Effect.of(tool.action()) == Effect.READ
                && HttpAction.of(tool.action()).stream().noneMatch(HttpAction::namesAChange);
    }
}
