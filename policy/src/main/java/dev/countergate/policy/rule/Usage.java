package dev.countergate.policy.rule;

import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Guard.Limit;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.PrometheusDuration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * How often a tool was attempted, as far as its limits ask. Who decides counts the attempts of every key of {@link #keys};
 * a limit whose attempts were not counted forbids.
 *
 * @param attempts for each key, those made within its limit's time, the one being decided not among them
 */
public record Usage(Map<Key, Integer> attempts) {
    public Usage {
        attempts = Map.copyOf(attempts);
    }

    /** What was counted. */
    public static Usage of(Map<Key, Integer> attempts) {
        return new Usage(attempts);
    }

    /** What holds where nothing was attempted yet. */
    public static Usage unused(Tool tool, Arguments arguments) {
        return of(keys(tool, arguments).stream().collect(Collectors.toMap(key -> key, key -> 0)));
    }

    /** What has to be counted before a call of {@code tool} is decided: a key for each of its limits. */
    public static List<Key> keys(Tool tool, Arguments arguments) {
        return tool.guard().limits().stream()
                .map(limit -> new Key(tool.name(), limit, values(limit, arguments)))
                .distinct()
                .toList();
    }

    /** The limits of the call that one attempt more would pass, or that were not counted. */
    List<Passed> passed(Tool tool, Arguments arguments) {
        return keys(tool, arguments).stream()
                .filter(key -> attempts.getOrDefault(key, Integer.MAX_VALUE) >= key.limit().calls())
                .map(key -> new Passed(key.limit(), counted(key)))
                .toList();
    }

    private OptionalInt counted(Key key) {
        Integer made = attempts.get(key);
        return made == null ? OptionalInt.empty() : OptionalInt.of(made);
    }

    private static SortedMap<String, String> values(Limit limit, Arguments arguments) {
        SortedMap<String, String> values = new TreeMap<>();
        limit.by()
                .forEach(
                        name ->
                                values.put(
                                        name,
                                        arguments.value(name).map(Usage::text).orElse("null")));
        return values;
    }

    /** A value's text, the same for {@code 5} and {@code 5.0}: another spelling is not another count. */
    private static String text(JsonNode value) {
        return value.isNumber()
                ? value.decimalValue().stripTrailingZeros().toString()
                : value.toString();
    }

    /**
     * What the attempts of one limit are counted under.
     *
     * @param tool whose attempts count
     * @param limit that asks
     * @param by the JSON text of each value that is counted apart, by the name of its parameter
     */
    public record Key(ToolName tool, Limit limit, Map<String, String> by) {
        public Key {
            by = Collections.unmodifiableSortedMap(new TreeMap<>(by));
        }

        /**
         * The name to store attempts under: of the tool and the values, not of the limit's numbers, so that changing
         * those does not forget what was made.
         */
        public String name() {
            return tool + by.toString();
        }
    }

    /**
     * A limit that is reached.
     *
     * @param limit which one
     * @param attempts made within its time, or empty when they were not counted
     */
    record Passed(Limit limit, OptionalInt attempts) {
        /** Such as {@code at its limit of 3 calls per 1h for the same `service`: 3 made}. */
        String text() {
            String same =
                    limit.by().isEmpty()
                            ? ""
                            : limit.by().stream()
                                    .map(name -> "`" + name + "`")
                                    .collect(Collectors.joining(" and ", " for the same ", ""));
            return "at its limit of "
                    + limit.calls()
                    + (limit.calls() == 1 ? " call per " : " calls per ")
                    + PrometheusDuration.text(limit.per())
                    + same
                    + (attempts.isPresent()
                            ? ": " + attempts.getAsInt() + " made"
                            : ": its attempts could not be counted");
        }
    }
}
