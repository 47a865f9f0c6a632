package dev.countergate.server.decisions;

import dev.countergate.policy.call.NearestWord;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Policy.Mode;
import dev.countergate.policy.catalogue.Policy.RuleText;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.TimeText;
import dev.countergate.policy.rule.Decision.Code;
import dev.countergate.server.decisions.Expected.ByRule;
import dev.countergate.server.decisions.Expected.Outcome;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.ShapeCheck;
import dev.countergate.server.yaml.Text;
import dev.countergate.server.yaml.YamlLimits;
import dev.countergate.server.yaml.YamlParser;
import dev.countergate.server.yaml.YamlValue;
import dev.countergate.server.yaml.YamlValue.Mapping;
import dev.countergate.server.yaml.YamlValue.Sequence;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A file of cases, its form checked; {@link #cases} holds it against a catalogue. */
public final class CaseFile {
    private static final PrincipalId SOMEBODY = PrincipalId.unix("somebody");
    private static final Instant A_MONDAY = Instant.parse("2000-01-03T12:00:00Z");

    private final Block root;

    private CaseFile(Block root) {
        this.root = root;
    }

    /** The file whose text is {@code text}; empty when it is not one, as {@code report} then says. */
    public static Optional<CaseFile> parse(String file, String text, Report report) {
        Optional<YamlValue> document =
                new YamlParser(YamlLimits.DEFAULT)
                        .parse(file, text, report)
                        .flatMap(
                                value ->
                                        new ShapeCheck(report, false)
                                                .check(value, CaseKeys.FILE, ""));
        return document.filter(value -> !report.hasFaults())
                .map(value -> new CaseFile(new Block((Mapping) value, CaseKeys.FILE, "")));
    }

    /** The catalogue it names, relative to the file; empty when it names none. */
    public Optional<String> catalogue() {
        return Optional.ofNullable(root.text("catalogue")).map(Text::value);
    }

    /** Its cases; what the catalogue knows nothing of is a fault. */
    public List<DecisionCase> cases(Catalogue catalogue, Report report) {
        List<DecisionCase> cases = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Block each : root.blocks("cases", CaseKeys.CASE)) {
            Text name = required(each, "name");
            if (!names.add(name.value())) {
                report.fault(
                        name.at(),
                        name.path(),
                        "there is a case of this name already",
                        "give each a name of its own");
            }
            question(each, catalogue, report)
                    .ifPresent(
                            question ->
                                    cases.add(
                                            new DecisionCase(
                                                    name.value(),
                                                    each.at().line(),
                                                    question,
                                                    expected(each, catalogue, report))));
        }
        return cases;
    }

    private static Optional<Question> question(Block block, Catalogue catalogue, Report report) {
        Text call = required(block, "call");
        Optional<Tool> tool =
                ToolName.isValid(call.value())
                        ? catalogue.find(new ToolName(call.value()))
                        : Optional.empty();
        if (tool.isEmpty()) {
            List<String> names =
                    catalogue.tools().stream().map(each -> each.name().value()).toList();
            report.fault(
                    call.at(),
                    call.path(),
                    "the catalogue has no tool `" + call.value() + "`",
                    NearestWord.remedy(call.value(), names));
            return Optional.empty();
        }
        Text as = block.text("as");
        PrincipalId principal = as == null ? SOMEBODY : new PrincipalId(as.value());
        Text mode = block.text("mode");
        Text frozen = block.text("frozen");
        JsonNode arguments = block.json("args").orElseGet(JsonNodeFactory.instance::objectNode);
        return Optional.of(
                new Question(
                        tool.get(),
                        arguments,
                        principal,
                        person(block, principal, catalogue),
                        time(block, report),
                        mode == null ? null : Mode.valueOf(mode.value().toUpperCase(Locale.ROOT)),
                        frozen == null ? null : frozen.value(),
                        attempts(block, tool.get(), report),
                        block.has("targets")
                                ? block.texts("targets").stream().map(Text::value).toList()
                                : null));
    }

    private static @Nullable String person(
            Block block, PrincipalId principal, Catalogue catalogue) {
        if (!block.has("person")) {
            return catalogue.person(principal).orElse(null);
        }
        return textOrNull(block, "person");
    }

    /** The text under {@code key}, or null where it says that there is none. */
    private static @Nullable String textOrNull(Block block, String key) {
        String text = block.string(key, "");
        return text.isEmpty() ? null : text;
    }

    private static Instant time(Block block, Report report) {
        Text at = block.text("at");
        if (at == null) {
            return A_MONDAY;
        }
        return TimeText.parse(at.value())
                .orElseGet(
                        () -> {
                            report.fault(
                                    at.at(),
                                    at.path(),
                                    "`" + at.value() + "` is not a time",
                                    "write it as in 2026-01-02T03:04:05Z");
                            return A_MONDAY;
                        });
    }

    private static List<Integer> attempts(Block block, Tool tool, Report report) {
        int limits = tool.guard().limits().size();
        if (!block.has("attempts")) {
            return List.of();
        }
        if (block.whole("attempts").isPresent()) {
            return Collections.nCopies(limits, block.whole("attempts").getAsInt());
        }
        List<Integer> attempts = new ArrayList<>();
        if (block.value("attempts") instanceof Sequence list) {
            list.items().forEach(item -> attempts.add(item.json().intValue()));
        }
        if (attempts.size() > limits) {
            report.fault(
                    block.keyAt("attempts"),
                    block.path("attempts"),
                    "the tool has " + limits + (limits == 1 ? " limit" : " limits"),
                    "give at most one number for each");
        }
        return attempts;
    }

    private static Expected expected(Block block, Catalogue catalogue, Report report) {
        Outcome outcome =
                Outcome.valueOf(required(block, "expect").value().toUpperCase(Locale.ROOT));
        onlyWith(outcome == Outcome.APPROVE, "approvals", "approve", block, report);
        onlyWith(outcome == Outcome.FORBID, "code", "forbid", block, report);
        Text code = block.text("code");
        return new Expected(
                outcome,
                block.whole("approvals").isPresent() ? block.whole("approvals").getAsInt() : null,
                block.has("rule") ? rule(block, catalogue, report) : null,
                code == null ? null : Code.valueOf(code.value()));
    }

    private static ByRule rule(Block block, Catalogue catalogue, Report report) {
        String id = textOrNull(block, "rule");
        List<String> ids = catalogue.policy().rules().stream().map(RuleText::id).toList();
        if (id != null && !ids.contains(id)) {
            report.fault(
                    block.keyAt("rule"),
                    block.path("rule"),
                    "the catalogue has no rule `" + id + "`",
                    NearestWord.remedy(id, ids));
        }
        return new ByRule(id);
    }

    private static void onlyWith(
            boolean fits, String key, String outcome, Block block, Report report) {
        if (!fits && block.has(key)) {
            report.fault(
                    block.keyAt(key),
                    block.path(key),
                    "goes with `expect: " + outcome + "` only",
                    "remove it");
        }
    }

    private static Text required(Block block, String key) {
        Text text = block.text(key);
        if (text == null) {
            throw new IllegalStateException("the shape requires `" + key + "`");
        }
        return text;
    }
}
