package dev.countergate.policy.call;

import java.util.List;
import java.util.function.Function;

/**
 * What a check made of its input: a value to be trusted from here on, or every fault found.
 *
 * @param <T> the type that stands for "checked"
 */
public sealed interface Checked<T> {
    /**
     * The input was good.
     *
     * @param value what it became
     */
    record Valid<T>(T value) implements Checked<T> {}

    /**
     * The input was not good.
     *
     * @param faults all that is wrong with it, at least one, in the order found
     */
    record Invalid<T>(List<Fault> faults) implements Checked<T> {
        public Invalid {
            faults = List.copyOf(faults);
            if (faults.isEmpty()) {
                throw new IllegalArgumentException("invalid without a fault");
            }
        }
    }

    static <T> Checked<T> valid(T value) {
        return new Valid<>(value);
    }

    static <T> Checked<T> invalid(Fault fault) {
        return new Invalid<>(List.of(fault));
    }

    static <T> Checked<T> invalid(List<Fault> faults) {
        return new Invalid<>(faults);
    }

    /** The next check, made only where this one found nothing. */
    default <U> Checked<U> then(Function<? super T, ? extends Checked<U>> next) {
        return switch (this) {
            case Valid<T>(T value) -> next.apply(value);
            case Invalid<T>(List<Fault> faults) -> new Invalid<>(faults);
        };
    }

    /** The faults found; empty for a valid value. */
    default List<Fault> faultsFound() {
        return switch (this) {
            case Valid<T> valid -> List.of();
            case Invalid<T>(List<Fault> faults) -> faults;
        };
    }
}
