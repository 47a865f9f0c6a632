package dev.countergate.policy.revision;

import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.parameter.Format;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.ParameterType;
import dev.countergate.policy.template.UrlPlace;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The places in the URLs of reads that agents fill as they like. Which URLs are fetched there no catalogue tells: {@code
 * /jobs/{x}} is {@code /jobs/restart} too.
 */
final class Openings {
    private static final Set<Format> NEVER_WORDS =
            Set.of(Format.DURATION, Format.TIME, Format.CIDR);

    private final List<Opening> openings = new ArrayList<>();

    private record Opening(String origin, String where, Parameter parameter) {}

    /** Adds what {@code action} leaves open at {@code origin}. */
    void add(String origin, HttpAction action) {
        action.places()
                .forEach(
                        place ->
                                openings.add(
                                        new Opening(origin, place.where(), place.parameter())));
    }

    /** Whether {@code action} leaves nothing open at {@code origin} that is not open here. */
    boolean cover(String origin, HttpAction action) {
        return action.places().stream().allMatch(place -> isClosed(place) || has(origin, place));
    }

    /** Whether the catalogue shows all that may be put there, or that it is no word. */
    private static boolean isClosed(UrlPlace place) {
        Parameter parameter = place.parameter();
        if (!parameter.allowed().isEmpty()) {
            return place.whole();
        }
        return switch (parameter.type()) {
            case NUMBER, INTEGER, BOOLEAN -> true;
            case STRING -> parameter.format() != null && NEVER_WORDS.contains(parameter.format());
            case ARRAY, OBJECT -> false;
        };
    }

    private boolean has(String origin, UrlPlace place) {
        return openings.stream()
                .anyMatch(
                        opening ->
                                opening.origin().equals(origin)
                                        && opening.where().equals(place.where())
                                        && takesAll(opening.parameter(), place.parameter()));
    }

    /** Whether {@code before} took every text that {@code after} takes. */
    private static boolean takesAll(Parameter before, Parameter after) {
        boolean tookAnyText = before.type() == ParameterType.STRING && !before.isConstrained();
        return tookAnyText || taken(before).equals(taken(after));
    }

    /** The parameter without what says nothing about its values. */
    private static Parameter taken(Parameter parameter) {
        return new Parameter(
                "",
                "",
                parameter.type(),
                parameter.allowed(),
                false,
                null,
                parameter.pattern(),
                parameter.format(),
                parameter.minimum(),
                parameter.maximum(),
                parameter.within());
    }
}
