package dev.countergate.policy.template;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.JsonText;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.secret.SecretText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The query of a URL: as written, or once a parameter is set, as {@code URLSearchParams} writes it anew. */
final class UrlQuery {
    private final boolean isPresent;
    private final List<UrlPart> asWritten;
    private final List<Pair> pairs;

    /** One name and value, a missing value being an empty one. */
    private record Pair(List<UrlPart> name, List<UrlPart> value) {}

    private UrlQuery(boolean isPresent, List<UrlPart> asWritten, List<Pair> pairs) {
        this.isPresent = isPresent;
        this.asWritten = asWritten;
        this.pairs = pairs;
    }

    /** The query {@code text}, its question mark included; empty for none. */
    static UrlQuery of(UrlText text, List<Fault> faults) {
        UrlText query = text.slice(Math.min(1, text.length()), text.length());
        List<Pair> pairs = new ArrayList<>();
        for (UrlText pair : query.split("&")) {
            if (pair.length() > 0) {
                int equals = pair.find(0, "=");
                int valueStart = Math.min(equals + 1, pair.length());
                pairs.add(
                        new Pair(
                                pair.slice(0, equals).parts(),
                                pair.slice(valueStart, pair.length()).parts()));
            }
        }
        query.parts().forEach(part -> UrlPath.checkSpread(part, faults));
        return new UrlQuery(text.length() > 0, query.parts(), pairs);
    }

    String shape() {
        return UrlTemplate.shape(asWritten);
    }

    /** Those of the query as written, and {@code appended} by name, each after {@code path}. */
    List<UrlPlace> places(String path, List<Parameter> appended) {
        List<UrlPlace> places = new ArrayList<>();
        for (Pair pair : pairs) {
            String where = path + UrlTemplate.shape(pair.name());
            places.addAll(UrlTemplate.places(where, pair.name()));
            places.addAll(UrlTemplate.places(where + "=", pair.value()));
        }
        for (Parameter parameter : appended) {
            String where = path + UrlEncoding.path(parameter.name()) + "=";
            places.add(new UrlPlace(where, parameter, true));
        }
        return places;
    }

    void write(UrlWriter url, Map<String, JsonNode> set, Filling filling) {
        if (set.isEmpty()) {
            url.add(isPresent ? "?" : "");
            for (UrlPart part : asWritten) {
                switch (part) {
                    case UrlPart.Fixed(String text, @Nullable Secret secret) ->
                            url.add(UrlEncoding.query(text), secret);
                    case UrlPart.Value(Parameter parameter, boolean spread) -> {
                        String value = UrlTemplate.text(parameter, filling);
                        url.add(
                                spread
                                        ? UrlPath.encode(parameter, true, value, filling)
                                                .replace("'", "%27")
                                        : UrlEncoding.queryComponent(value));
                    }
                }
            }
        } else {
            writeAnew(url, set, filling);
        }
    }

    private void writeAnew(UrlWriter url, Map<String, JsonNode> set, Filling filling) {
        Map<String, JsonNode> left = new LinkedHashMap<>(set);
        String before = "?";
        for (Pair pair : pairs) {
            SecretText name = formText(pair.name(), filling);
            String decoded = UrlEncoding.decodeForm(name.reveal());
            if (!set.containsKey(decoded)) {
                url.add(before).add(name).add("=").add(formText(pair.value(), filling));
                before = "&";
            } else if (left.containsKey(decoded)) {
                url.add(before).add(name).add("=").add(form(left.remove(decoded)));
                before = "&";
            }
        }
        for (Map.Entry<String, JsonNode> entry : left.entrySet()) {
            url.add(before + UrlEncoding.form(entry.getKey()) + "=" + form(entry.getValue()));
            before = "&";
        }
    }

    private static String form(@Nullable JsonNode value) {
        return UrlEncoding.form(value == null ? "null" : JsonText.plain(value));
    }

    private static SecretText formText(List<UrlPart> parts, Filling filling) {
        UrlWriter text = new UrlWriter();
        for (UrlPart part : parts) {
            switch (part) {
                case UrlPart.Fixed(String fixed, @Nullable Secret secret) ->
                        text.add(UrlEncoding.form(UrlEncoding.decodeForm(fixed)), secret);
                case UrlPart.Value(Parameter parameter, boolean spread) -> {
                    String value = UrlTemplate.text(parameter, filling);
                    if (spread) {
                        UrlPath.encode(parameter, true, value, filling);
                    }
                    text.add(UrlEncoding.form(value));
                }
            }
        }
        return text.text();
    }
}
