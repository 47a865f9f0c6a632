package dev.countergate.server.config;

import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.PrometheusAction;
import dev.countergate.policy.template.Language;
import dev.countergate.policy.template.Template;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code prometheus} actions. */
final class PrometheusReader {
    private static final List<String> VERBS =
            List.of(
                    "instant",
                    "range",
                    "series",
                    "labels",
                    "label_values",
                    "metadata",
                    "targets",
                    "rules",
                    "alerts");

    private final Backends backends;
    private final Report report;
    private final Queries queries;

    PrometheusReader(Backends backends, Report report) {
        this.backends = backends;
        this.report = report;
        this.queries = new Queries(report);
    }

    Optional<PrometheusAction> read(Block block, Templates templates) {
        return queries.verb(block, VERBS)
                .map(verb -> read(verb, block, templates, backends.of(block, "prometheus")));
    }

    private PrometheusAction read(
            String verb, Block block, Templates templates, BackendName backend) {
        return switch (verb) {
            case "instant" -> {
                queries.only(block, verb, Set.of("time"));
                yield new PrometheusAction.Instant(
                        backend,
                        query(block, verb, templates),
                        templates.parse(Language.TIME, block, "time"));
            }
            case "range" -> {
                queries.only(block, verb, Queries.windowAnd("step"));
                yield new PrometheusAction.Range(
                        backend,
                        query(block, verb, templates),
                        queries.window(block, templates),
                        templates.parse(Language.DURATION, block, "step"));
            }
            case "series" -> {
                queries.only(block, verb, Queries.windowAnd("match"));
                List<Template> match = new ArrayList<>();
                if (!Queries.isTrue(block.value(verb))) {
                    match.addAll(templates.parseAll(Language.PROMQL, block.texts(verb)));
                }
                match.addAll(match(block, templates));
                if (match.isEmpty()) {
                    report.fault(
                            block.keyAt(verb),
                            block.path(verb),
                            "names no selector",
                            "give one, such as '{job=\"api\"}'");
                }
                yield new PrometheusAction.Series(backend, match, queries.window(block, templates));
            }
            case "labels" -> {
                queries.only(block, verb, Queries.windowAnd("match"));
                yield new PrometheusAction.Labels(
                        backend, match(block, templates), queries.window(block, templates));
            }
            case "label_values" -> {
                queries.only(block, verb, Queries.windowAnd("match"));
                yield new PrometheusAction.LabelValues(
                        backend,
                        templates.required(Language.LABEL_NAME, block, verb),
                        match(block, templates),
                        queries.window(block, templates));
            }
            case "metadata" -> {
                queries.only(block, verb, Set.of());
                yield new PrometheusAction.Metadata(
                        backend, unlessTrue(Language.METRIC_NAME, block, verb, templates));
            }
            case "targets" -> {
                queries.only(block, verb, Set.of());
                yield new PrometheusAction.Targets(
                        backend, word(block, verb, templates, Set.of("active", "dropped", "any")));
            }
            case "rules" -> {
                queries.only(block, verb, Set.of());
                yield new PrometheusAction.Rules(
                        backend, word(block, verb, templates, Set.of("alert", "record")));
            }
            case "alerts" -> {
                queries.only(block, verb, Set.of());
                yield new PrometheusAction.Alerts(backend);
            }
            default -> throw new IllegalStateException("not a verb: " + verb);
        };
    }

    private static Template query(Block block, String verb, Templates templates) {
        return templates.required(Language.PROMQL, block, verb);
    }

    private static List<Template> match(Block block, Templates templates) {
        return templates.parseAll(Language.PROMQL, block.texts("match"));
    }

    private static @Nullable Template unlessTrue(
            Language language, Block block, String key, Templates templates) {
        return Queries.isTrue(block.value(key)) ? null : templates.parse(language, block, key);
    }

    private @Nullable Template word(
            Block block, String key, Templates templates, Set<String> words) {
        Text text = block.text(key);
        if (text != null
                && !Queries.isTrue(block.value(key))
                && text.value().indexOf('{') < 0
                && !words.contains(text.value())) {
            report.fault(
                    text.at(),
                    text.path(),
                    "must be one of `"
                            + String.join("`, `", words.stream().sorted().toList())
                            + "`, a placeholder or `true`, and is `"
                            + text.value()
                            + "`",
                    "");
        }
        return unlessTrue(Language.TEXT, block, key, templates);
    }
}
