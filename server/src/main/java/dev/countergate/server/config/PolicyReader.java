package dev.countergate.server.config;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.NearestWord;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Policy;
import dev.countergate.policy.catalogue.Policy.Breaker;
import dev.countergate.policy.catalogue.Policy.Mode;
import dev.countergate.policy.catalogue.Policy.Notification;
import dev.countergate.policy.catalogue.Policy.RuleText;
import dev.countergate.policy.catalogue.Policy.Then;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.rule.Reach;
import dev.countergate.policy.rule.Rules;
import dev.countergate.policy.rule.Vocabulary;
import dev.countergate.server.config.UrlReader.Url;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Position;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads {@code policy} and compiles its rules, all tools being known. */
final class PolicyReader {
    private static final Pattern TOOL_NAME =
            Pattern.compile("\\btool\\.name\\s*[!=]=\\s*(?:\"([^\"]*)\"|'([^']*)')");

    private final UrlReader urls;
    private final Report report;

    PolicyReader(UrlReader urls, Report report) {
        this.urls = urls;
        this.report = report;
    }

    /**
     * The policy.
     *
     * @param tools those that could be read, for the names that rules may use
     * @param names of all tools, faulty ones included
     */
    Policy read(Block block, Collection<Tool> tools, Set<String> names) {
        Block breaker = block.block("breaker", CatalogueKeys.BREAKER);
        Text separation = block.text("separation");
        Map<String, Block> rules = new LinkedHashMap<>();
        for (Block rule : block.blocks("rules", CatalogueKeys.RULE)) {
            Text id = rule.text("id");
            if (id != null && rules.putIfAbsent(id.value(), rule) != null) {
                report.fault(
                        id.at(),
                        id.path(),
                        "there is a rule `" + id.value() + "` already",
                        "give each an id of its own");
            }
        }
        Policy policy =
                new Policy(
                        Mode.valueOf(block.string("mode", "propose").toUpperCase(Locale.ROOT)),
                        separation == null ? null : separation.value(),
                        block.whole("max_open_proposals").orElse(Policy.DEFAULT.openProposalsMax()),
                        breaker == null ? Policy.DEFAULT.breaker() : breaker(breaker),
                        notifications(block),
                        rules.values().stream().flatMap(rule -> rule(rule).stream()).toList());
        checkRules(policy, rules, tools, names);
        return policy;
    }

    private Breaker breaker(Block block) {
        Duration within = Durations.of(block.text("within"), Policy.DEFAULT.breaker().within());
        if (within.isZero()) {
            report.fault(
                    block.keyAt("within"), block.path("within"), "must be longer than zero", "");
        }
        return new Breaker(
                block.whole("failures").orElse(Policy.DEFAULT.breaker().failures()), within);
    }

    private List<Notification> notifications(Block block) {
        List<Notification> notifications = new ArrayList<>();
        for (Block notify : block.blocks("notify", CatalogueKeys.NOTIFY)) {
            Text url = notify.text("url");
            Optional<Url> read = url == null ? Optional.empty() : urls.read(url);
            if (url != null && read.isPresent() && read.get().authorization() != null) {
                report.fault(
                        url.at(),
                        url.path(),
                        "a user name is not sent with a notification",
                        "put a token into the path or query, from ${NAME}");
            }
            read.ifPresent(
                    found ->
                            notifications.add(
                                    new Notification(
                                            notify.texts("on").stream()
                                                    .map(Text::value)
                                                    .distinct()
                                                    .toList(),
                                            found.whole())));
        }
        return notifications;
    }

    private Optional<RuleText> rule(Block block) {
        Text id = block.text("id");
        Text then = block.text("then");
        Text when = block.text("when");
        if (id == null || then == null || when == null) {
            return Optional.empty(); // reported as missing
        }
        Then outcome = Then.valueOf(then.value().toUpperCase(Locale.ROOT));
        if (outcome != Then.APPROVE && block.has("approvals")) {
            report.fault(
                    block.keyAt("approvals"),
                    block.path("approvals"),
                    "goes with `then: approve` only",
                    "remove it");
        }
        return Optional.of(
                new RuleText(
                        id.value(),
                        outcome,
                        block.whole("approvals").orElse(1),
                        when.value(),
                        block.string("reason", ""),
                        when.at().file(),
                        when.at().line(),
                        when.at().column()));
    }

    private void checkRules(
            Policy policy, Map<String, Block> blocks, Collection<Tool> tools, Set<String> names) {
        // A tool that could not be read would make every name it declares look undeclared.
        boolean allRead = tools.size() == names.size();
        switch (Rules.compile(policy, Vocabulary.of(tools))) {
            case Checked.Valid<Rules>(Rules rules) -> {
                if (allRead) {
                    rules.reach(tools)
                            .forEach(
                                    reach ->
                                            checkReach(policy.mode(), reach, place(reach, blocks)));
                }
            }
            case Checked.Invalid<Rules>(List<Fault> faults) -> {
                for (Fault fault : faults) {
                    boolean followsFromOthers =
                            !allRead && fault.problem().endsWith("is declared nowhere");
                    if (!followsFromOthers) {
                        policy.rules().stream()
                                .filter(rule -> rule.id().equals(fault.subject()))
                                .forEach(
                                        rule ->
                                                report.fault(
                                                        at(rule),
                                                        path(rule),
                                                        fault.problem(),
                                                        fault.remedy()));
                    }
                }
            }
        }
        for (RuleText rule : policy.rules()) {
            checkToolNames(rule, names);
        }
    }

    /** Warns of what a rule does not do, or does more of than its author can have meant. */
    private void checkReach(Mode mode, Reach reach, Position at) {
        String path = "policy.rules." + reach.rule().id() + ".then";
        if (!reach.faulty().isEmpty()) {
            report.warn(
                    at,
                    path,
                    "it cannot be evaluated for "
                            + named(reach.faulty())
                            + ", and so forbids every call",
                    "ask first whether what it looks at is there, as in `args.x != null && ...`");
        }
        if (reach.tools().isEmpty()) {
            if (reach.faulty().isEmpty()) {
                report.warn(at, path, "it can match no call of any tool", "mend it, or remove it");
            }
            return;
        }
        if (reach.rule().then() != Then.PERMIT) {
            return;
        }
        List<Tool> writes =
                reach.tools().stream().filter(tool -> tool.effect() == Effect.WRITE).toList();
        if (writes.isEmpty()) {
            report.warn(
                    at,
                    path,
                    "it can match no write, and nothing else needs a permit",
                    "remove it");
        } else if (mode != Mode.AUTO) {
            report.warn(
                    at,
                    path,
                    "a write it matches needs a person all the same, since the mode is `"
                            + mode.name().toLowerCase(Locale.ROOT)
                            + "`",
                    "set `mode: auto` to let it take effect");
        } else {
            for (Tool tool : writes) {
                List<String> missing = Rules.missingForPermit(mode, tool.guard());
                if (!missing.isEmpty()) {
                    report.warn(
                            at,
                            path,
                            "`"
                                    + tool.name()
                                    + "` needs a person all the same: "
                                    + String.join(", ", missing),
                            "complete its guard to let it take effect");
                }
            }
        }
    }

    private static String named(List<Tool> tools) {
        return tools.stream()
                .map(tool -> "`" + tool.name() + "`")
                .collect(Collectors.joining(", "));
    }

    private static Position place(Reach reach, Map<String, Block> blocks) {
        Block block = blocks.get(reach.rule().id());
        return block == null ? at(reach.rule()) : block.keyAt("then");
    }

    private void checkToolNames(RuleText rule, Set<String> names) {
        Matcher named = TOOL_NAME.matcher(rule.when());
        while (named.find()) {
            String name = named.group(1) == null ? named.group(2) : named.group(1);
            if (!names.contains(name)) {
                report.fault(
                        at(rule),
                        path(rule),
                        "there is no tool `" + name + "`",
                        NearestWord.remedy(name, names));
            }
        }
    }

    private static Position at(RuleText rule) {
        return new Position(rule.file(), rule.line(), rule.column());
    }

    private static String path(RuleText rule) {
        return "policy.rules." + rule.id() + ".when";
    }
}
