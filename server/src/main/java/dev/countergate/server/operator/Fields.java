package dev.countergate.server.operator;

import dev.countergate.policy.call.Fault;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The members of a request, and refusals of it. */
final class Fields {
    private Fields() {}

    /** The text {@code name}; empty when there is none. */
    static String text(JsonNode request, String name) {
        return request.path(name).isString() ? request.path(name).stringValue() : "";
    }

    /** A text that has to be there and pass {@code valid}. */
    static <T> T required(
            JsonNode request, String name, Predicate<String> valid, Function<String, T> make)
            throws RefusedException {
        String text = text(request, name);
        if (!valid.test(text)) {
            throw invalid("`" + name + "` is missing or not what stands there");
        }
        return make.apply(text);
    }

    /** The same of one that may be absent. */
    static <T> Optional<T> optional(
            JsonNode request, String name, Predicate<String> valid, Function<String, T> make)
            throws RefusedException {
        return request.has(name)
                ? Optional.of(required(request, name, valid, make))
                : Optional.empty();
    }

    static RefusedException invalid(String message) {
        return new RefusedException("INVALID_REQUEST", message);
    }

    static RefusedException refused(String code, List<Fault> faults) {
        return new RefusedException(
                code, faults.stream().map(Fault::text).collect(Collectors.joining("; ")));
    }

    /** What nobody can record does not happen. */
    static RefusedException unrecorded(StoreException failed) {
        return new RefusedException(
                "LOG_UNWRITABLE", "the log cannot be written: " + failed.getMessage());
    }
}
