package dev.countergate.server.config;

import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.LokiAction;
import dev.countergate.policy.template.Language;
import dev.countergate.policy.template.Template;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Report;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads {@code loki} actions. */
final class LokiReader {
    private static final List<String> VERBS =
            List.of("query", "labels", "label_values", "series", "stats");

    private final Backends backends;
    private final Queries queries;

    LokiReader(Backends backends, Report report) {
        this.backends = backends;
        this.queries = new Queries(report);
    }

    Optional<LokiAction> read(Block block, Templates templates) {
        return queries.verb(block, VERBS)
                .map(verb -> read(verb, block, templates, backends.of(block, "loki")));
    }

    private LokiAction read(String verb, Block block, Templates templates, BackendName backend) {
        return switch (verb) {
            case "query" -> query(block, templates, backend);
            case "labels" -> {
                queries.only(block, verb, Queries.windowAnd());
                yield new LokiAction.Labels(backend, queries.window(block, templates));
            }
            case "label_values" -> {
                queries.only(block, verb, Queries.windowAnd("selector"));
                yield new LokiAction.LabelValues(
                        backend,
                        templates.required(Language.LABEL_NAME, block, verb),
                        templates.parse(Language.LOGQL, block, "selector"),
                        queries.window(block, templates));
            }
            case "series" -> {
                queries.only(block, verb, Queries.windowAnd());
                List<Template> match = templates.parseAll(Language.LOGQL, block.texts(verb));
                yield new LokiAction.Series(backend, match, queries.window(block, templates));
            }
            case "stats" -> {
                queries.only(block, verb, Queries.windowAnd());
                yield new LokiAction.Stats(
                        backend,
                        templates.required(Language.LOGQL, block, verb),
                        queries.window(block, templates));
            }
            default -> throw new IllegalStateException("not a verb: " + verb);
        };
    }

    private LokiAction query(Block block, Templates templates, BackendName backend) {
        Template query = templates.required(Language.LOGQL, block, "query");
        if (block.flag("instant").orElse(false)) {
            queries.only(block, "query", Set.of("instant", "time"));
            return new LokiAction.Instant(
                    backend, query, templates.parse(Language.TIME, block, "time"));
        }
        queries.only(block, "query", Queries.windowAnd("instant", "limit", "step", "direction"));
        return new LokiAction.Range(
                backend,
                query,
                queries.window(block, templates),
                templates.parse(Language.INTEGER, block, "limit"),
                templates.parse(Language.DURATION, block, "step"),
                block.string("direction", "backward").equals("forward"));
    }
}
