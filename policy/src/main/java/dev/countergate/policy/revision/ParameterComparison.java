package dev.countergate.policy.revision;

import dev.countergate.policy.parameter.Format;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.parameter.PrometheusDuration;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Compares the parameters of one tool before and after. */
final class ParameterComparison {
    private ParameterComparison() {}

    /** What a change of parameters does where it can be told, and {@code otherwise} where it cannot. */
    static Judgement judge(Parameters before, Parameters after, Judgement otherwise) {
        List<Parameter> one = before.list();
        List<Parameter> other = after.list();
        if (one.size() != other.size()) {
            return otherwise;
        }
        Judgement judgement = Judgement.NEUTRAL;
        for (int i = 0; i < one.size(); i++) {
            Parameter was = one.get(i);
            Parameter is = other.get(i);
            // All but the texts and the bounds must be as they were, whatever there is to a
            // parameter.
            if (!is.equals(with(was, is.description(), is.allowed(), is.minimum(), is.maximum()))) {
                return otherwise;
            }
            Judgement bounds =
                    allowed(was.allowed(), is.allowed())
                            .and(bound(was, was.maximum(), is.maximum(), 1))
                            .and(bound(was, was.minimum(), is.minimum(), -1));
            if (bounds == Judgement.LOOSENS) {
                return otherwise;
            }
            judgement = judgement.and(bounds);
        }
        return judgement;
    }

    private static Parameter with(
            Parameter parameter,
            String description,
            List<JsonNode> allowed,
            @Nullable String minimum,
            @Nullable String maximum) {
        return new Parameter(
                parameter.name(),
                description,
                parameter.type(),
                allowed,
                parameter.required(),
                parameter.defaultValue(),
                parameter.pattern(),
                parameter.format(),
                minimum,
                maximum,
                parameter.within());
    }

    /** Fewer of the same values; a first list of them may change how a value is written into a command. */
    private static Judgement allowed(List<JsonNode> before, List<JsonNode> after) {
        if (before.equals(after)) {
            return Judgement.NEUTRAL;
        }
        return !after.isEmpty() && before.containsAll(after)
                ? Judgement.TIGHTENS
                : Judgement.LOOSENS;
    }

    /**
     * Compares a bound.
     *
     * @param side 1 where less is stricter, -1 where more is
     */
    private static Judgement bound(
            Parameter parameter, @Nullable String before, @Nullable String after, int side) {
        if (before == null || after == null) {
            return before == null && after == null
                    ? Judgement.NEUTRAL
                    : before == null ? Judgement.TIGHTENS : Judgement.LOOSENS;
        }
        Optional<Integer> order =
                parameter.format() == Format.DURATION
                        ? PrometheusDuration.parse(before)
                                .flatMap(
                                        was ->
                                                PrometheusDuration.parse(after)
                                                        .map(is -> is.compareTo(was)))
                        : Optional.of(new BigDecimal(after).compareTo(new BigDecimal(before)));
        return order.map(is -> Judgement.ofLess(0, is * side)).orElse(Judgement.LOOSENS);
    }
}
