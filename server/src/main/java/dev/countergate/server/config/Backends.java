package dev.countergate.server.config;

import dev.countergate.policy.call.NearestWord;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Text;
import java.net.URI;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The backends of a load, by name: those declared, and one for each origin that a {@code url} names by itself. */
final class Backends {
    private final Report report;
    private final Map<String, String> declaredTypes = new LinkedHashMap<>();
    private final Map<BackendName, Backend> byName = new LinkedHashMap<>();

    Backends(Report report) {
        this.report = report;
    }

    /** Notes a declared backend; {@code backend} is null where it could not be read. */
    void add(String name, String type, @Nullable Backend backend) {
        declaredTypes.put(name, type);
        if (backend != null) {
            byName.put(backend.name(), backend);
        }
    }

    /** All of them. */
    Collection<Backend> all() {
        return byName.values();
    }

    /** The backend for requests to {@code origin} that name no other. */
    BackendName ofOrigin(URI origin) {
        BackendName name = new BackendName(origin.toString());
        byName.computeIfAbsent(
                name,
                ignored ->
                        new Backend.Http(
                                name,
                                Backend.Api.HTTP,
                                origin,
                                SecretText.plain(""),
                                List.of(),
                                null,
                                null,
                                Backend.Limits.DEFAULT));
        return name;
    }

    /** The http backend of that name; empty when there is none, which is then reported. */
    Optional<Backend.Http> http(Text name) {
        return named(name, "http")
                .map(byName::get)
                .filter(Backend.Http.class::isInstance)
                .map(Backend.Http.class::cast);
    }

    /** The backend an action of {@code type} means; where it cannot be told, that is reported and any name stands in. */
    BackendName of(Block action, String type) {
        Text name = action.text("backend");
        if (name != null) {
            return named(name, type).orElseGet(() -> new BackendName(name.value()));
        }
        List<String> candidates = namesOf(type::equals);
        if (candidates.size() != 1) {
            String remedy =
                    candidates.isEmpty()
                            ? "declare one under `backends`"
                            : "name one of " + quoted(candidates);
            String problem =
                    candidates.isEmpty()
                            ? "there is no backend of type " + type
                            : "there are several backends of type " + type;
            report.fault(action.at(), action.path("backend"), problem, remedy);
        }
        return new BackendName(candidates.isEmpty() ? type : candidates.getFirst());
    }

    private Optional<BackendName> named(Text name, String type) {
        String found = declaredTypes.get(name.value());
        if (found == null) {
            report.fault(
                    name.at(),
                    name.path(),
                    "there is no backend `" + name.value() + "`",
                    NearestWord.remedy(name.value(), declaredTypes.keySet()));
            return Optional.empty();
        }
        if (!found.equals(type)) {
            List<String> fitting = namesOf(type::equals);
            report.fault(
                    name.at(),
                    name.path(),
                    "the backend `"
                            + name.value()
                            + "` is of type "
                            + found
                            + ", and this needs "
                            + type,
                    fitting.isEmpty()
                            ? "declare one under `backends`"
                            : "name one of " + quoted(fitting));
            return Optional.empty();
        }
        return Optional.of(new BackendName(name.value()));
    }

    private List<String> namesOf(Predicate<String> type) {
        return declaredTypes.entrySet().stream()
                .filter(entry -> type.test(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static String quoted(List<String> names) {
        return "`" + String.join("`, `", names) + "`";
    }
}
