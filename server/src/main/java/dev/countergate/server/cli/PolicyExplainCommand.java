package dev.countergate.server.cli;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.NearestWord;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Guard.Limit;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.PrometheusDuration;
import dev.countergate.policy.parameter.TimeText;
import dev.countergate.policy.rule.Explanation;
import dev.countergate.policy.rule.Situation;
import dev.countergate.relay.ExitCode;
import dev.countergate.server.CatalogueReport;
import dev.countergate.server.Wiring;
import dev.countergate.server.decisions.Question;
import dev.countergate.server.decisions.Trial;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "explain",
        description = {
            "Says how a call would be decided, and why.",
            "Each rule, the limits, what withholds a permit.",
            "Decides with the catalogue alone: no daemon, no backend and no store is asked."
        },
        footer = {
            "",
            "What only a backend or the store knows is given: the instances a call's targets"
                    + " resolve",
            "to, the attempts made so far, a freeze. Exit code 1 when the arguments do not fit the"
                    + " tool.",
            "With --json: {tool, effect, mode, environment, principal, person, at, arguments,"
                    + " request,",
            "rules, default, limits, withheld, decision}.",
            "",
            "  $ countergate policy explain restart_service service=checkout environment=prod \\",
            "      --as unix:ana --target i-0a1b2c3d"
        })
final class PolicyExplainCommand implements Callable<Integer> {
    private final Console console;
    private final Clock clock;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "TOOL", description = "its name")
    private String tool = "";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "NAME=VALUE",
            description = "its arguments, as `call` takes them")
    private List<String> arguments = List.of();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "the catalogue ($$COUNTERGATE_CONFIG, else ./tools.yaml, else"
                            + " ~/.config/countergate/tools.yaml)")
    private @Nullable Path config;

    @Option(names = "--lenient", description = "unknown keys and unset variables are warnings")
    private boolean lenient;

    @Option(
            names = "--as",
            paramLabel = "PRINCIPAL",
            description = "who calls: unix:NAME or token:NAME (unix: and this user)")
    private @Nullable String principal;

    @Option(names = "--at", paramLabel = "TIME", description = "such as 2026-01-02T03:04:05Z (now)")
    private @Nullable String at;

    @Option(
            names = "--target",
            paramLabel = "INSTANCE",
            description = "an instance its targets resolve to; repeatable")
    private List<String> targets = List.of();

    @Option(
            names = "--attempts",
            paramLabel = "N",
            description = "made so far, within each of its limits (0)")
    private int attempts;

    @Option(
            names = "--frozen",
            paramLabel = "REASON",
            description = "as if changes were frozen there")
    private @Nullable String frozen;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    PolicyExplainCommand(Console console, Clock clock) {
        this.console = console;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        CatalogueReport report =
                Wiring.check(Place.choose(config, console), lenient, console.environment());
        Catalogue catalogue = report.loaded();
        if (catalogue == null) {
            report.faults().forEach(console.err()::println);
            return ExitCode.INVALID_CONFIGURATION;
        }
        Tool found =
                catalogue.tools().stream()
                        .filter(each -> each.name().value().equals(tool))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        wrong(
                                                "the catalogue has no tool `"
                                                        + tool
                                                        + "`: `countergate check` lists them"
                                                        + NearestWord.question(
                                                                tool, names(catalogue))));
        return switch (new Trial(catalogue).ask(question(found, catalogue))) {
            case Checked.Invalid<Trial.Answer>(List<Fault> faults) -> {
                faults.forEach(fault -> console.fail(fault.text()));
                yield ExitCode.FAILED;
            }
            case Checked.Valid<Trial.Answer>(Trial.Answer answer) -> {
                if (json) {
                    console.print(json(answer));
                } else {
                    print(answer);
                }
                yield ExitCode.DONE;
            }
        };
    }

    private static List<String> names(Catalogue catalogue) {
        return catalogue.tools().stream().map(each -> each.name().value()).toList();
    }

    private Question question(Tool found, Catalogue catalogue) {
        for (String each : arguments) {
            if (each.indexOf('=') < 1) {
                throw wrong("`" + each + "` is not of the form NAME=VALUE");
            }
        }
        String named = principal == null ? "unix:" + System.getProperty("user.name") : principal;
        if (!named.startsWith("unix:") && !named.startsWith("token:")) {
            throw wrong("`" + named + "` is no principal: write unix:NAME or token:NAME");
        }
        if (attempts < 0) {
            throw wrong("`--attempts` counts from 0");
        }
        PrincipalId caller = new PrincipalId(named);
        return new Question(
                found,
                TypedArguments.of(found.parameters().inputSchema(), arguments),
                caller,
                catalogue.person(caller).orElse(null),
                time(),
                null,
                frozen,
                Collections.nCopies(found.guard().limits().size(), attempts),
                targets.isEmpty() ? null : targets);
    }

    private Instant time() {
        return at == null
                ? clock.instant().truncatedTo(ChronoUnit.MILLIS)
                : TimeText.parse(at)
                        .orElseThrow(
                                () ->
                                        wrong(
                                                "`"
                                                        + at
                                                        + "` is not a time: write it as in"
                                                        + " 2026-01-02T03:04:05Z"));
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private void print(Trial.Answer answer) {
        Situation situation = answer.situation();
        Explanation why = answer.explanation();
        List<List<String>> facts = new ArrayList<>();
        facts.add(List.of("call", situation.tool().name().value() + " " + arguments(situation)));
        facts.add(List.of("effect", situation.tool().effect().word()));
        facts.add(List.of("mode", word(answer.mode())));
        facts.add(List.of("environment", orUnknown(situation.environment())));
        facts.add(List.of("principal", situation.principal().value()));
        facts.add(List.of("person", orUnknown(situation.person())));
        facts.add(List.of("at", situation.now().toString()));
        facts.add(
                List.of(
                        "targets",
                        situation.facts().targets().isEmpty()
                                ? "none known"
                                : String.join(", ", situation.facts().targets())));
        console.list(facts);
        if (!why.findings().isEmpty()) {
            List<List<String>> rules = new ArrayList<>();
            rules.add(List.of("RULE", "THEN", "MATCHES"));
            for (Explanation.Finding finding : why.findings()) {
                rules.add(List.of(finding.rule(), word(finding.then()), word(finding.match())));
            }
            console.print("");
            console.table(rules);
        }
        console.print("");
        console.print("where no rule matches: " + otherwise(situation.tool()));
        for (Limit limit : situation.tool().guard().limits()) {
            console.print("limit: " + words(limit) + ", " + attempts + " made");
        }
        why.withheld().forEach(line -> console.print("no permit spares a person: " + line));
        console.print("decision: " + ShownDecision.words(why.decision()));
    }

    private static String words(Limit limit) {
        return limit.calls()
                + " per "
                + PrometheusDuration.text(limit.per())
                + (limit.by().isEmpty() ? "" : " by " + String.join(", ", limit.by()))
                + (limit.forbids() ? ", forbids" : ", needs a person");
    }

    private static String otherwise(Tool tool) {
        int approvals = tool.guard().approvals().count();
        return switch (tool.effect()) {
            case READ, NOTIFY -> "permit";
            case WRITE -> "approve " + approvals;
            case FORBIDDEN -> "forbid";
        };
    }

    private static ObjectNode json(Trial.Answer answer) {
        Situation situation = answer.situation();
        Explanation why = answer.explanation();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("tool", situation.tool().name().value());
        json.put("effect", situation.tool().effect().word());
        json.put("mode", word(answer.mode()));
        json.put("environment", situation.environment());
        json.put("principal", situation.principal().value());
        json.put("person", situation.person());
        json.put("at", situation.now().toString());
        json.set("arguments", arguments(situation));
        ObjectNode request = json.putObject("request");
        request.put("kind", situation.facts().kind());
        request.put("method", situation.facts().method());
        request.put("host", situation.facts().host());
        request.put("path", situation.facts().path());
        request.put("document", situation.facts().document());
        ArrayNode targets = request.putArray("targets");
        situation.facts().targets().forEach(targets::add);
        ArrayNode rules = json.putArray("rules");
        for (Explanation.Finding finding : why.findings()) {
            rules.addObject()
                    .put("id", finding.rule())
                    .put("then", word(finding.then()))
                    .put("matches", word(finding.match()));
        }
        json.put("default", otherwise(situation.tool()));
        ArrayNode limits = json.putArray("limits");
        why.limits().forEach(limits::add);
        ArrayNode withheld = json.putArray("withheld");
        why.withheld().forEach(withheld::add);
        json.set("decision", ShownDecision.json(why.decision()));
        return json;
    }

    private static ObjectNode arguments(Situation situation) {
        ObjectNode given = JsonNodeFactory.instance.objectNode();
        situation.arguments().asMap().forEach(given::set);
        return given;
    }

    private static String word(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    private static String orUnknown(@Nullable String text) {
        return text == null || text.isEmpty() ? "not known" : text;
    }
}
