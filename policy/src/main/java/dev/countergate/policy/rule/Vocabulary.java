package dev.countergate.policy.rule;

import dev.countergate.policy.catalogue.Tool;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The names a catalogue declares, so that a rule that names another is a fault and every declared one has a value in
 * every situation.
 *
 * @param parameters of all tools
 * @param labels of all guards
 */
public record Vocabulary(Set<String> parameters, Set<String> labels) {
    static final List<String> TOOL = List.of("name", "effect", "risk", "reversible", "labels");
    static final List<String> REQUEST =
            List.of("kind", "method", "host", "path", "document", "targets");
    static final List<String> PRINCIPAL = List.of("id", "person");

    public Vocabulary {
        parameters = Set.copyOf(parameters);
        labels = Set.copyOf(labels);
    }

    /** The names {@code tools} declare. */
    public static Vocabulary of(Collection<Tool> tools) {
        Set<String> parameters = new TreeSet<>();
        Set<String> labels = new TreeSet<>();
        for (Tool tool : tools) {
            parameters.addAll(tool.parameters().names());
            labels.addAll(tool.guard().labels().keySet());
        }
        return new Vocabulary(parameters, labels);
    }

    /** The names that may follow {@code path}, or null where any may. */
    @Nullable Collection<String> after(String path) {
        return switch (path) {
            case "tool" -> TOOL;
            case "tool.labels" -> labels;
            case "args" -> parameters;
            case "request" -> REQUEST;
            case "principal" -> PRINCIPAL;
            default -> null;
        };
    }
}
