package dev.countergate.policy.token;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** Reads an object's members: these and no others, spelt so, of their type. Keeps every fault it meets. */
final class MemberReader {
    private final JsonNode object;
    private final List<Fault> faults = new ArrayList<>();

    /** A reader of {@code object}, whose members are {@code names} and no others. */
    MemberReader(JsonNode object, Set<String> names) {
        this.object = object;
        if (!object.isObject()) {
            faults.add(new Fault("", "not an object"));
        }
        for (String name : new TreeSet<>(object.propertyNames())) {
            if (!names.contains(name)) {
                faults.add(new Fault(name, "not a member of this"));
            }
        }
    }

    /** What is wrong, in the order found. */
    List<Fault> faults() {
        return faults;
    }

    /** What {@code make} makes of the members, once they have no fault. */
    <T> Checked<T> whole(Supplier<? extends T> make) {
        return faults.isEmpty() ? Checked.valid(make.get()) : Checked.invalid(faults);
    }

    /** The value another check made of the member {@code name}, its faults kept as that member's. */
    <T> Optional<T> take(String name, Checked<T> checked) {
        checked.faultsFound()
                .forEach(each -> faults.add(new Fault(name, each.problem(), each.remedy())));
        return checked instanceof Checked.Valid<T>(T value) ? Optional.of(value) : Optional.empty();
    }

    /** Demands {@code version} to be the one there is. */
    void version() {
        JsonNode version = object.get("version");
        if (version == null
                || !version.isIntegralNumber()
                || version.longValue() != SignedText.VERSION) {
            faults.add(new Fault("version", "not " + SignedText.VERSION));
        }
    }

    /** The member {@code name}, any value. */
    Optional<JsonNode> value(String name) {
        JsonNode value = object.get(name);
        if (value == null) {
            faults.add(new Fault(name, "missing"));
        }
        return Optional.ofNullable(value);
    }

    /** The text of the member {@code name} as {@code read} takes it. */
    <T> Optional<T> member(String name, Function<String, Optional<T>> read) {
        return value(name).flatMap(value -> read(name, value, read));
    }

    /** The same of a member that may be absent. */
    <T> Optional<T> optional(String name, Function<String, Optional<T>> read) {
        return object.has(name) ? member(name, read) : Optional.empty();
    }

    /** The member {@code name}, which is true or false. */
    Optional<Boolean> truth(String name) {
        return value(name)
                .flatMap(
                        value -> {
                            if (value.isBoolean()) {
                                return Optional.of(value.booleanValue());
                            }
                            faults.add(new Fault(name, "neither true nor false"));
                            return Optional.empty();
                        });
    }

    private <T> Optional<T> read(String name, JsonNode value, Function<String, Optional<T>> read) {
        Optional<T> found = value.isString() ? read.apply(value.stringValue()) : Optional.empty();
        if (found.isEmpty()) {
            faults.add(new Fault(name, "not what stands there"));
        }
        return found;
    }

    /** Takes what is {@code valid}. */
    static <T> Function<String, Optional<T>> ifValid(
            Predicate<String> valid, Function<String, T> make) {
        return text -> valid.test(text) ? Optional.of(make.apply(text)) : Optional.empty();
    }
}
