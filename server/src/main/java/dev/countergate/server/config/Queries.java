package dev.countergate.server.config;

import dev.countergate.policy.catalogue.Window;
import dev.countergate.policy.template.Language;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.YamlValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the typed readers share: which of several verbs is meant, which keys go with it, and windows of time. */
final class Queries {
    private final Report report;

    Queries(Report report) {
        this.report = report;
    }

    /** The one verb of {@code verbs} that is given; empty when there is none or several, which is then reported. */
    Optional<String> verb(Block block, List<String> verbs) {
        List<String> given =
                block.mapping().entries().keySet().stream().filter(verbs::contains).toList();
        if (given.size() == 1) {
            return Optional.of(given.getFirst());
        }
        if (given.isEmpty() && verbs.stream().anyMatch(verb -> report.hasFault(block.path(verb)))) {
            return Optional.empty(); // it is given, and wrong
        }
        if (given.isEmpty()) {
            report.fault(
                    block.at(),
                    block.path(),
                    "says nothing to do",
                    "give one of `" + String.join("`, `", verbs) + "`");
        } else {
            report.fault(
                    block.keyAt(given.get(1)),
                    block.path(given.get(1)),
                    "`" + given.getFirst() + "` is given as well",
                    "keep one: a tool does one thing");
        }
        return Optional.empty();
    }

    /** Reports the keys that are given besides the verb and what goes with it. */
    void only(Block block, String verb, Set<String> allowed) {
        for (String key : block.shape().keys().keySet()) {
            if (block.has(key)
                    && !key.equals(verb)
                    && !key.equals("backend")
                    && !allowed.contains(key)) {
                report.fault(
                        block.keyAt(key),
                        block.path(key),
                        "does not go with `" + verb + "`",
                        allowed.isEmpty()
                                ? "remove it"
                                : "remove it, or use one of `"
                                        + String.join("`, `", allowed.stream().sorted().toList())
                                        + "`");
            }
        }
    }

    /** The window that {@code since}, {@code start} and {@code end} give. */
    Window window(Block block, Templates templates) {
        if (block.has("since") && block.has("start")) {
            report.fault(
                    block.keyAt("since"),
                    block.path("since"),
                    "`start` is given as well",
                    "keep one of the two");
        }
        if (!block.has("since") && !block.has("start") && !block.has("end")) {
            return Window.OPEN;
        }
        return new Window(
                templates.parse(Language.DURATION, block, "since"),
                block.has("since") ? null : templates.parse(Language.TIME, block, "start"),
                templates.parse(Language.TIME, block, "end"));
    }

    /** Whether the value under {@code key} is plain {@code true} rather than a text. */
    static boolean isTrue(@Nullable YamlValue value) {
        return value instanceof YamlValue.Scalar scalar && scalar.json().isBoolean();
    }

    /** The keys common to queries over a window, and more. */
    static Set<String> windowAnd(String... more) {
        List<String> keys = new ArrayList<>(List.of("since", "start", "end"));
        keys.addAll(List.of(more));
        return Set.copyOf(keys);
    }
}
