package dev.countergate.server.config;

import dev.countergate.policy.catalogue.AlertmanagerAction;
import dev.countergate.policy.catalogue.AlertmanagerAction.Filter;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.template.Language;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Report;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads {@code alertmanager} actions. */
final class AlertmanagerReader {
    private static final List<String> VERBS =
            List.of("alerts", "groups", "silences", "status", "silence", "expire");

    private final Backends backends;
    private final Queries queries;

    AlertmanagerReader(Backends backends, Report report) {
        this.backends = backends;
        this.queries = new Queries(report);
    }

    Optional<AlertmanagerAction> read(Block block, Templates templates) {
        return queries.verb(block, VERBS)
                .flatMap(
                        verb -> {
                            queries.only(block, verb, Set.of());
                            return read(verb, block, templates, backends.of(block, "alertmanager"));
                        });
    }

    private static Optional<AlertmanagerAction> read(
            String verb, Block block, Templates templates, BackendName backend) {
        return switch (verb) {
            case "alerts" ->
                    Optional.of(
                            new AlertmanagerAction.Alerts(backend, filter(block, verb, templates)));
            case "groups" ->
                    Optional.of(
                            new AlertmanagerAction.Groups(backend, filter(block, verb, templates)));
            case "silences" -> {
                Block inner = block.block(verb, ActionKeys.SILENCES);
                yield Optional.of(
                        new AlertmanagerAction.Silences(
                                backend,
                                inner == null
                                        ? List.of()
                                        : templates.matchers(inner.texts("matchers"))));
            }
            case "status" -> Optional.of(new AlertmanagerAction.Status(backend));
            case "silence" -> {
                Block inner = block.block(verb, ActionKeys.SILENCE);
                yield inner == null || !inner.has("duration") || !inner.has("comment")
                        ? Optional.empty() // reported as missing
                        : Optional.of(
                                new AlertmanagerAction.Silence(
                                        backend,
                                        templates.matchers(inner.texts("matchers")),
                                        templates.required(Language.DURATION, inner, "duration"),
                                        templates.required(Language.TEXT, inner, "comment")));
            }
            case "expire" ->
                    Optional.of(
                            new AlertmanagerAction.Expire(
                                    backend, templates.required(Language.TEXT, block, verb)));
            default -> throw new IllegalStateException("not a verb: " + verb);
        };
    }

    private static Filter filter(Block block, String verb, Templates templates) {
        Block inner = block.block(verb, ActionKeys.FILTER);
        return inner == null
                ? Filter.ALL
                : new Filter(
                        templates.matchers(inner.texts("matchers")),
                        templates.parse(Language.TEXT, inner, "receiver"),
                        inner.flag("active").orElse(true),
                        inner.flag("silenced").orElse(true),
                        inner.flag("inhibited").orElse(true));
    }
}
