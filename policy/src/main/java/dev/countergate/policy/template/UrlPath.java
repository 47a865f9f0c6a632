package dev.countergate.policy.template;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.JsonText;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.secret.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The segments of a URL's path. Their number is fixed, save for what {@code {+x}} stands for. */
final class UrlPath {
    /** What a URL parser takes for {@code .} or {@code ..} (WHATWG URL, "double-dot URL path segment"). */
    private static final Pattern DOTS = Pattern.compile("(?:\\.|%(?:25)*2[eE]){1,2}");

    private final List<List<UrlPart>> segments;

    private UrlPath(List<List<UrlPart>> segments) {
        this.segments = segments;
    }

    /** The segments of {@code text}, which begins with a slash or is empty; its own dot segments are followed. */
    static UrlPath of(UrlText text, List<Fault> faults) {
        List<List<UrlPart>> segments = new ArrayList<>();
        List<UrlText> slices =
                text.length() == 0 ? List.of(text) : text.slice(1, text.length()).split("/\\");
        for (int i = 0; i < slices.size(); i++) {
            List<UrlPart> parts = slices.get(i).parts();
            String letters = slices.get(i).letters();
            boolean isDots =
                    slices.get(i).parameters().isEmpty() && DOTS.matcher(letters).matches();
            if (!isDots) {
                segments.add(parts);
                continue;
            }
            if (UrlEncoding.decode(letters).equals("..") && !segments.isEmpty()) {
                segments.removeLast();
            }
            if (i == slices.size() - 1) {
                segments.add(List.of());
            }
        }
        segments.forEach(segment -> segment.forEach(part -> checkSpread(part, faults)));
        return new UrlPath(segments);
    }

    /** A spread placeholder may never be left without a value, and its default must be safe itself. */
    static void checkSpread(UrlPart part, List<Fault> faults) {
        if (part instanceof UrlPart.Value(Parameter parameter, boolean spread) && spread) {
            Placing.requireAlwaysThere(parameter, faults);
            JsonNode standIn = parameter.defaultValue();
            String problem = standIn == null ? null : spreadProblem(JsonText.plain(standIn));
            if (problem != null) {
                faults.add(
                        new Fault(
                                parameter.name(),
                                "has a default that " + problem,
                                "mend the default"));
            }
        }
    }

    String shape() {
        StringBuilder shape = new StringBuilder();
        segments.forEach(segment -> shape.append('/').append(UrlTemplate.shape(segment)));
        return shape.toString();
    }

    List<UrlPlace> places() {
        List<UrlPlace> places = new ArrayList<>();
        StringBuilder where = new StringBuilder();
        for (List<UrlPart> segment : segments) {
            where.append('/').append(UrlTemplate.shape(segment));
            places.addAll(UrlTemplate.places(where.toString(), segment));
        }
        return places;
    }

    void write(UrlWriter url, Filling filling) {
        for (List<UrlPart> segment : segments) {
            url.add("/");
            StringBuilder whole = new StringBuilder();
            Parameter last = null;
            for (UrlPart part : segment) {
                switch (part) {
                    case UrlPart.Fixed(String text, @Nullable Secret secret) -> {
                        String encoded = UrlEncoding.path(text);
                        whole.append(encoded);
                        url.add(encoded, secret);
                    }
                    case UrlPart.Value(Parameter parameter, boolean spread) -> {
                        String encoded =
                                encode(
                                        parameter,
                                        spread,
                                        UrlTemplate.text(parameter, filling),
                                        filling);
                        whole.append(encoded);
                        url.add(encoded);
                        last = parameter;
                    }
                }
            }
            // INVARIANT: no value makes a segment that a URL parser, here or behind a proxy, takes
            // for a step.
            if (last != null && DOTS.matcher(whole).matches()) {
                filling.refuse(last, "makes a `.` or `..` segment", "give a name");
            }
        }
    }

    /** One value as its position takes it. */
    static String encode(Parameter parameter, boolean spread, String value, Filling filling) {
        if (!spread) {
            return UrlEncoding.component(value);
        }
        String problem = spreadProblem(value);
        if (problem != null) {
            return filling.refuse(parameter, problem, "give segments with a name each");
        }
        List<String> encoded = new ArrayList<>();
        for (String segment : value.split("/", -1)) {
            encoded.add(UrlEncoding.component(segment));
        }
        return String.join("/", encoded);
    }

    private static @Nullable String spreadProblem(String value) {
        for (String segment : value.split("/", -1)) {
            if (segment.isEmpty()) {
                return "has an empty segment";
            }
            if (DOTS.matcher(segment).matches()) {
                return "has a `.` or `..` segment";
            }
        }
        return null;
    }
}
