package dev.countergate.server.config;

import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Action;
import dev.countergate.policy.catalogue.CompositeAction;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.catalogue.ResultBudget;
import dev.countergate.policy.catalogue.SsmAction;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Position;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Shape;
import dev.countergate.server.yaml.Text;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads one tool, its guard aside. */
final class ToolReader {
    private static final List<String> ACTIONS =
            List.of("url", "requests", "prometheus", "loki", "alertmanager", "ssm");
    private static final Set<String> OF_URL =
            Set.of(
                    "backend",
                    "method",
                    "headers",
                    "auth",
                    "body",
                    "idempotency_header",
                    "response",
                    "timeout",
                    "retry");

    private final Report report;
    private final HttpReader http;
    private final PrometheusReader prometheus;
    private final LokiReader loki;
    private final AlertmanagerReader alertmanager;
    private final SsmReader ssm;
    private final EffectReader effects;

    ToolReader(Interpolation interpolation, UrlReader urls, Backends backends, Report report) {
        this.report = report;
        this.http = new HttpReader(interpolation, urls, backends, report);
        this.prometheus = new PrometheusReader(backends, report);
        this.loki = new LokiReader(backends, report);
        this.alertmanager = new AlertmanagerReader(backends, report);
        this.ssm = new SsmReader(backends, report);
        this.effects = new EffectReader(report);
    }

    /** The tool; empty when it could not be read, which is then reported. */
    Optional<Tool> read(Block block) {
        Text name = block.text("name");
        Parameters parameters =
                new ParametersReader(report).read(block.blocks("params", ToolKeys.PARAM));
        int faultsBefore = report.faultCount();
        return action(block, parameters)
                .map(
                        action -> {
                            Effect effect = effects.read(block, action);
                            if (report.faultCount() == faultsBefore) {
                                // A template that could not be read uses nothing, which is not the
                                // parameter's fault.
                                checkUse(block, parameters, action);
                            }
                            checkRun(block, action, effect);
                            return new Tool(
                                    new ToolName(name == null ? "_" : name.value()),
                                    ParametersReader.description(block),
                                    parameters,
                                    effect,
                                    action,
                                    Guard.NONE,
                                    budget(block, action));
                        });
    }

    private Optional<Action> action(Block block, Parameters parameters) {
        Optional<String> verb = new Queries(report).verb(block, ACTIONS);
        verb.filter(given -> !given.equals("url"))
                .ifPresent(
                        given ->
                                OF_URL.stream()
                                        .filter(block::has)
                                        .forEach(
                                                key ->
                                                        report.fault(
                                                                block.keyAt(key),
                                                                block.path(key),
                                                                "does not go with `" + given + "`",
                                                                given.equals("requests")
                                                                        ? "give it in each of the `requests`"
                                                                        : "it belongs to `url`")));
        Templates templates = new Templates(parameters, report);
        return verb.flatMap(
                given ->
                        switch (given) {
                            case "url" -> http.read(block, parameters).map(Action.class::cast);
                            case "requests" -> http.readComposite(block).map(Action.class::cast);
                            case "prometheus" ->
                                    typed(block, given, ActionKeys.PROMETHEUS)
                                            .flatMap(inner -> prometheus.read(inner, templates));
                            case "loki" ->
                                    typed(block, given, ActionKeys.LOKI)
                                            .flatMap(inner -> loki.read(inner, templates));
                            case "alertmanager" ->
                                    typed(block, given, ActionKeys.ALERTMANAGER)
                                            .flatMap(inner -> alertmanager.read(inner, templates));
                            case "ssm" ->
                                    typed(block, given, ActionKeys.SSM)
                                            .flatMap(inner -> ssm.read(inner, templates));
                            default -> throw new IllegalStateException("not an action: " + given);
                        });
    }

    private static Optional<Block> typed(Block block, String key, Shape.Block shape) {
        return Optional.ofNullable(block.block(key, shape));
    }

    /** A parameter that goes nowhere promises an agent something that does not happen. */
    private void checkUse(Block block, Parameters parameters, Action action) {
        Set<String> used =
                switch (action) {
                    case HttpAction request when request.body() != null -> {
                        Set<String> inUrlAndBody = new HashSet<>(request.url().parameters());
                        inUrlAndBody.addAll(request.body().parameters());
                        yield inUrlAndBody;
                    }
                    default -> action.parameters();
                };
        for (Block param : block.blocks("params", ToolKeys.PARAM)) {
            String name = param.string("name", "");
            if (parameters.find(name).isEmpty() || used.contains(name)) {
                continue;
            }
            Position at = param.at();
            if (action instanceof CompositeAction) {
                report.warn(
                        at,
                        param.path(),
                        "none of the requests declares it, so it is sent nowhere",
                        "declare it in a request's `params`, or remove it");
            } else {
                report.fault(
                        at,
                        param.path(),
                        "no placeholder uses it",
                        "write {" + name + "} where its value goes, or remove it");
            }
        }
    }

    private void checkRun(Block block, Action action, Effect effect) {
        SsmAction.Run run =
                switch (action) {
                    case SsmAction.Commands commands -> commands.run();
                    case SsmAction.Document document -> document.run();
                    default -> null;
                };
        Block inner = block.block("ssm", ActionKeys.SSM);
        if (run == null || inner == null || effect != Effect.WRITE) {
            return;
        }
        for (String key : List.of("max_concurrency", "max_errors")) {
            if (!inner.has(key) && !report.hasFault(inner.path(key))) {
                report.fault(
                        inner.at(),
                        inner.path(key),
                        "is missing, and a command that changes something says how far it may go",
                        key.equals("max_errors")
                                ? "give `max_errors: 0`"
                                : "give `max_concurrency: 1`");
            }
        }
        if ("0".equals(run.concurrencyMax())) {
            report.fault(
                    inner.keyAt("max_concurrency"),
                    inner.path("max_concurrency"),
                    "must be at least 1",
                    "");
        }
    }

    private static ResultBudget budget(Block block, Action action) {
        ResultBudget otherwise =
                action instanceof HttpAction || action instanceof CompositeAction
                        ? ResultBudget.URL_TOOL
                        : ResultBudget.DEFAULT;
        return new ResultBudget(
                block.whole("max_bytes").orElse(otherwise.bytesMax()),
                block.whole("max_rows").orElse(otherwise.rowsMax()),
                block.whole("max_series").orElse(otherwise.seriesMax()));
    }
}
