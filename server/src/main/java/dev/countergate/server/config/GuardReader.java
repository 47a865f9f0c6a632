package dev.countergate.server.config;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.NearestWord;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.Guard.Approvals;
import dev.countergate.policy.catalogue.Guard.Limit;
import dev.countergate.policy.catalogue.Guard.Read;
import dev.countergate.policy.catalogue.Guard.Requirement;
import dev.countergate.policy.catalogue.Guard.Risk;
import dev.countergate.policy.catalogue.Guard.Undo;
import dev.countergate.policy.catalogue.Guard.Verification;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.rule.Expectation;
import dev.countergate.policy.template.Language;
import dev.countergate.policy.template.Template;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Shape;
import dev.countergate.server.yaml.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the guard of one tool, all tools being known. */
final class GuardReader {
    private static final Duration EVERY = Duration.ofSeconds(15);
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_-]*)}");

    private final Map<String, Tool> tools;
    private final Set<String> names;
    private final BiFunction<String, Function<String, @Nullable String>, Duration> queryRange;
    private final Report report;

    /**
     * A reader.
     *
     * @param tools those that could be read, by name
     * @param names of all tools, faulty ones included
     * @param queryRange how far back the query of a tool looks, given what its parameters are known to be
     */
    GuardReader(
            Map<String, Tool> tools,
            Set<String> names,
            BiFunction<String, Function<String, @Nullable String>, Duration> queryRange,
            Report report) {
        this.tools = tools;
        this.names = names;
        this.queryRange = queryRange;
        this.report = report;
    }

    Guard read(Block block, Tool tool) {
        Templates templates = new Templates(tool.parameters(), report);
        if (tool.effect() == Effect.READ) {
            refuseForRead(block);
        }
        Block targets = block.block("targets", GuardKeys.TARGETS);
        Map<String, String> labels = new LinkedHashMap<>();
        block.textMembers("labels").forEach((name, value) -> labels.put(name, value.value()));
        Text loss = block.text("accepts_loss");
        return new Guard(
                Risk.valueOf(block.string("risk", "moderate").toUpperCase(Locale.ROOT)),
                templates.parse(Language.TEXT, block, "environment"),
                block.flag("reversible").orElse(null),
                loss == null ? null : loss.value(),
                labels,
                limits(block, tool.parameters()),
                targets == null || targets.whole("max").isEmpty()
                        ? null
                        : targets.whole("max").getAsInt(),
                requirements(block, templates),
                verification(block, templates),
                undo(block, tool.parameters()),
                approvals(block),
                Durations.of(block.text("after_failure"), Guard.NONE.afterFailure()),
                block.has("settle") ? Durations.of(block.text("settle"), Duration.ZERO) : null);
    }

    /** What only a proposal has would promise a read more than it does. */
    private void refuseForRead(Block block) {
        for (String key :
                List.of(
                        "require",
                        "verify",
                        "undo",
                        "approvals",
                        "reversible",
                        "accepts_loss",
                        "settle",
                        "after_failure")) {
            if (block.has(key)) {
                report.warn(
                        block.keyAt(key),
                        block.path(key),
                        "has no effect on a tool that only reads",
                        "remove it");
            }
        }
    }

    private List<Limit> limits(Block block, Parameters declared) {
        List<Limit> limits = new ArrayList<>();
        for (Block limit : block.blocks("limits", GuardKeys.LIMIT)) {
            List<Text> by = limit.texts("by");
            for (Text name : by) {
                declared.find(name.value())
                        .ifPresentOrElse(
                                parameter -> checkSingle(parameter, name),
                                () ->
                                        report.fault(
                                                name.at(),
                                                name.path(),
                                                "the tool has no parameter `" + name.value() + "`",
                                                NearestWord.remedy(
                                                        name.value(), declared.names())));
            }
            Duration per = Durations.of(limit.text("per"), Duration.ofHours(1));
            if (limit.has("calls") && !isPositive(per, limit, "per")) {
                continue;
            }
            limits.add(
                    new Limit(
                            limit.whole("calls").orElse(1),
                            per,
                            by.stream().map(Text::value).toList(),
                            limit.string("over", "approve").equals("forbid")));
        }
        return limits;
    }

    /** Whoever adds an item to an array, or turns two round, would begin a new count. */
    private void checkSingle(Parameter parameter, Text name) {
        switch (parameter.type()) {
            case STRING, INTEGER, NUMBER, BOOLEAN -> {}
            case ARRAY, OBJECT ->
                    report.fault(
                            name.at(),
                            name.path(),
                            "`" + name.value() + "` holds more than one value",
                            "count by a parameter that holds one, or by none");
        }
    }

    private List<Requirement> requirements(Block block, Templates templates) {
        List<Requirement> requirements = new ArrayList<>();
        for (Block require : block.blocks("require", GuardKeys.REQUIRE)) {
            Optional<Read> read = read(require, templates, GuardKeys.REQUIRE);
            String expect = expectation(require);
            read.ifPresent(
                    found ->
                            requirements.add(
                                    new Requirement(found, expect, require.string("reason", ""))));
        }
        return requirements;
    }

    private @Nullable Verification verification(Block block, Templates templates) {
        Block verify = block.block("verify", GuardKeys.VERIFY);
        if (verify == null) {
            return null;
        }
        Optional<Read> read = read(verify, templates, GuardKeys.VERIFY);
        String expect = expectation(verify);
        Duration within = Durations.of(verify.text("within"), Duration.ofDays(1));
        Duration every = Durations.of(verify.text("every"), EVERY);
        if (isPositive(every, verify, "every")
                && verify.has("within")
                && every.multipliedBy(2).compareTo(within) > 0) {
            report.fault(
                    verify.keyAt("within"),
                    verify.path("within"),
                    "the window is too short for two reads, one every " + Durations.shown(every),
                    "widen it, or shorten `every`");
        }
        read.ifPresent(found -> checkWindow(verify, found, within));
        return read.map(found -> new Verification(found, expect, within, every)).orElse(null);
    }

    /** Until a query's range has passed, what it shows is still partly from before the change. */
    private void checkWindow(Block verify, Read read, Duration within) {
        Duration range =
                queryRange.apply(read.tool().value(), name -> argument(verify, read, name));
        if (within.compareTo(range.multipliedBy(2)) < 0) {
            report.fault(
                    verify.keyAt("within"),
                    verify.path("within"),
                    "the window is shorter than twice the "
                            + Durations.shown(range)
                            + " that `"
                            + read.tool()
                            + "` looks back",
                    "give at least " + Durations.shown(range.multipliedBy(2)));
        }
    }

    /** What a parameter of the read will be: what the guard gives, where it is written out, else its default. */
    private @Nullable String argument(Block verify, Read read, String name) {
        Text given = verify.textMembers("args").get(name);
        Tool tool = tools.get(read.tool().value());
        if (given != null || tool == null) {
            return given == null ? null : given.value();
        }
        return tool.parameters()
                .find(name)
                .map(Parameter::defaultValue)
                .map(value -> value.isString() ? value.stringValue() : value.toString())
                .orElse(null);
    }

    private Optional<Read> read(Block block, Templates templates, Shape.Block shape) {
        Text name = block.text("tool");
        if (name == null || !exists(name)) {
            return Optional.empty();
        }
        Map<String, Template> arguments =
                new LinkedHashMap<>(templates.parseAll(Language.TEXT, block.textMembers("args")));
        Tool tool = tools.get(name.value());
        if (tool == null) {
            return Optional.empty(); // its own faults are reported
        }
        if (tool.effect() != Effect.READ) {
            report.fault(
                    name.at(),
                    name.path(),
                    "`"
                            + name.value()
                            + "` is a "
                            + tool.effect().word()
                            + " tool, and "
                            + shape.name()
                            + " needs one that reads",
                    "name a read tool");
        }
        checkArguments(block, tool);
        return Optional.of(new Read(tool.name(), arguments));
    }

    private void checkArguments(Block block, Tool tool) {
        Map<String, Text> given = block.textMembers("args");
        given.forEach(
                (name, value) -> {
                    if (tool.parameters().find(name).isEmpty()) {
                        report.fault(
                                value.at(),
                                value.path(),
                                "`" + tool.name() + "` has no parameter `" + name + "`",
                                NearestWord.remedy(name, tool.parameters().names()));
                    }
                });
        for (Parameter parameter : tool.parameters().list()) {
            if (parameter.required() && !given.containsKey(parameter.name())) {
                report.fault(
                        block.has("args") ? block.keyAt("args") : block.at(),
                        block.path("args"),
                        "`" + tool.name() + "` requires the parameter `" + parameter.name() + "`",
                        "give it");
            }
        }
    }

    private boolean exists(Text name) {
        if (names.contains(name.value())) {
            return true;
        }
        report.fault(
                name.at(),
                name.path(),
                "there is no tool `" + name.value() + "`",
                NearestWord.remedy(name.value(), names));
        return false;
    }

    private String expectation(Block block) {
        Text text = block.text("expect");
        if (text == null) {
            return "";
        }
        Matcher placeholder = PLACEHOLDER.matcher(text.value());
        if (placeholder.find()) {
            report.fault(
                    text.at(),
                    text.path(),
                    "`"
                            + placeholder.group()
                            + "` stands for nothing here: an expectation sees `result` and `value` alone",
                    "give it to the read by `args`, so that the read tells of just what is expected");
        }
        switch (Expectation.compile("expect", text.value())) {
            case Checked.Valid<Expectation> valid -> {}
            case Checked.Invalid<Expectation>(List<Fault> faults) ->
                    faults.forEach(
                            fault ->
                                    report.fault(
                                            text.at(),
                                            text.path(),
                                            fault.problem(),
                                            fault.remedy()));
        }
        return text.value();
    }

    private @Nullable Undo undo(Block block, Parameters declared) {
        Block undo = block.block("undo", GuardKeys.UNDO);
        Text name = undo == null ? null : undo.text("tool");
        if (undo == null || name == null || !exists(name)) {
            return null;
        }
        Map<String, String> arguments = new LinkedHashMap<>();
        undo.textMembers("args")
                .forEach(
                        (key, value) -> {
                            arguments.put(key, value.value());
                            Matcher placeholders = PLACEHOLDER.matcher(value.value());
                            while (placeholders.find()) {
                                if (declared.find(placeholders.group(1)).isEmpty()) {
                                    report.fault(
                                            value.at(),
                                            value.path(),
                                            "the tool has no parameter `"
                                                    + placeholders.group(1)
                                                    + "`",
                                            "use one of its parameters, or {result.x} for a member"
                                                    + " of its result");
                                }
                            }
                        });
        Tool tool = tools.get(name.value());
        if (tool == null) {
            return null;
        }
        if (tool.effect() != Effect.WRITE) {
            report.fault(
                    name.at(),
                    name.path(),
                    "`"
                            + name.value()
                            + "` is a "
                            + tool.effect().word()
                            + " tool, and undo needs one that writes",
                    "name a write tool");
        }
        checkArguments(undo, tool);
        return new Undo(tool.name(), arguments);
    }

    private Approvals approvals(Block block) {
        Block approvals = block.block("approvals", GuardKeys.APPROVALS);
        if (approvals == null) {
            return Approvals.DEFAULT;
        }
        Duration expires = Durations.of(approvals.text("expires"), Approvals.DEFAULT.expires());
        boolean positive = isPositive(expires, approvals, "expires");
        return new Approvals(
                approvals.whole("count").orElse(Approvals.DEFAULT.count()),
                positive ? expires : Approvals.DEFAULT.expires(),
                approvals.flag("other_person").orElse(Approvals.DEFAULT.otherPerson()),
                approvals.flag("verification").orElse(Approvals.DEFAULT.verifiesPerson()));
    }

    private boolean isPositive(Duration duration, Block block, String key) {
        if (duration.isZero()) {
            report.fault(block.keyAt(key), block.path(key), "must be longer than zero", "");
        }
        return !duration.isZero();
    }
}
