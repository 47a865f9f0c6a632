package dev.countergate.server.config;

import dev.countergate.policy.secret.SecretText;
import dev.countergate.policy.secret.SecretText.Piece;
import dev.countergate.server.yaml.Text;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What texts came to once values were put in: what may be seen as it is, a secret by its name. Two texts that came to the
 * same mean the same, however they were written. For one load; not thread safe.
 */
final class Meanings {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Follows the place of a URL's text in {@link #shown()}, for what follows the origin. */
    private static final String REST = " rest";

    private final Map<String, String> fixed;
    private final Map<Text, ObjectNode> byText = new HashMap<>();

    /**
     * @param fixed what {@link #shown()} gave for an earlier load of the same files
     */
    Meanings(Map<String, String> fixed) {
        this.fixed = fixed;
    }

    /** What shows of {@code text} whatever the values are now; empty where they decide. */
    Optional<String> fixed(Text text) {
        return Optional.ofNullable(fixed.get(place(text)));
    }

    /** The URL that {@code text} is whatever the values are now; empty where they decide, or where part of it is secret. */
    Optional<String> fixedUrl(Text text) {
        String rest = fixed.get(place(text) + REST);
        return rest == null ? Optional.empty() : fixed(text).map(origin -> origin + rest);
    }

    /** The value or the origin of every text, by its place, and what follows the origin where nothing of the URL is secret. */
    Map<String, String> shown() {
        Map<String, String> shown = new HashMap<>();
        byText.forEach(
                (text, noted) -> {
                    JsonNode value = noted.has("origin") ? noted.get("origin") : noted.get("value");
                    if (value != null && text.value().contains("${")) {
                        shown.put(place(text), value.stringValue());
                        rest(noted).ifPresent(rest -> shown.put(place(text) + REST, rest));
                    }
                });
        return shown;
    }

    private static Optional<String> rest(ObjectNode noted) {
        if (!noted.has("origin") || noted.has("user")) {
            return Optional.empty();
        }
        StringBuilder rest = new StringBuilder();
        for (JsonNode part : noted.path("parts")) {
            if (!part.isString()) {
                return Optional.empty();
            }
            rest.append(part.stringValue());
        }
        return Optional.of(rest.toString());
    }

    private static String place(Text text) {
        return text.at() + " " + text.path();
    }

    /** What {@code text} came to; empty when no values were to be put into it. */
    Optional<JsonNode> of(Text text) {
        return Optional.ofNullable(byText.get(text));
    }

    /** Notes that {@code text} came to {@code value}, which anybody may see. */
    void value(Text text, String value) {
        noted(text).put("value", value);
    }

    /** Notes what {@code text} came to, in parts some of which are secret. */
    void parts(Text text, String member, List<Piece> pieces) {
        noted(text).set(member, json(pieces));
    }

    /** Notes that {@code text} came to a URL. */
    void url(Text text, URI origin, List<Piece> userInfo, SecretText rest) {
        ObjectNode noted = noted(text);
        noted.remove("value"); // which may hold a password
        noted.put("origin", origin.toString());
        if (!userInfo.isEmpty()) {
            noted.set("user", json(userInfo));
        }
        noted.set("parts", json(rest.pieces()));
    }

    /** Notes that a value of {@code text} is what {@code file} holds; the text may name it from where it stands. */
    void file(Text text, Path file) {
        noted(text).withArray("files").add(file.toAbsolutePath().normalize().toString());
    }

    private ObjectNode noted(Text text) {
        return byText.computeIfAbsent(text, each -> NODES.objectNode());
    }

    private static ArrayNode json(List<Piece> pieces) {
        ArrayNode parts = NODES.arrayNode();
        StringBuilder plain = new StringBuilder();
        for (Piece piece : pieces) {
            switch (piece) {
                case Piece.Plain(String text) -> plain.append(text);
                case Piece.Hidden hidden -> {
                    addPlain(parts, plain);
                    parts.addObject().put("secret", hidden.secret().name());
                }
            }
        }
        addPlain(parts, plain);
        return parts;
    }

    private static void addPlain(ArrayNode parts, StringBuilder plain) {
        if (!plain.isEmpty()) {
            parts.add(plain.toString());
            plain.setLength(0);
        }
    }
}
