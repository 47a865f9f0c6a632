package dev.countergate.policy.secret;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes known secrets, and their usual encodings, out of foreign text: a backend may echo the header it was sent. What
 * is left of a secret where a text was cut goes too.
 *
 * <p>A secret shorter than {@link #LENGTH_MIN} characters is left alone: replacing {@code on} or {@code 1} everywhere
 * would destroy the text without hiding anything. Immutable.
 */
public final class Redactor {
    /** The shortest secret that is looked for, in characters. */
    public static final int LENGTH_MIN = 4;

    private final Beginnings beginnings;

    private Redactor(List<Needle> needles) {
        this.beginnings = new Beginnings(needles);
    }

    /** A redactor of these secrets. */
    public static Redactor of(Collection<Secret> secrets) {
        Map<String, Needle> needles = new LinkedHashMap<>();
        for (Secret secret : secrets) {
            if (secret.value().length() >= LENGTH_MIN) {
                for (String encoding : encodings(secret.value())) {
                    needles.putIfAbsent(
                            encoding, new Needle(needles.size(), encoding, secret.shown()));
                }
            }
        }
        return new Redactor(List.copyOf(needles.values()));
    }

    /** {@code text} with {@code [secret NAME]} wherever a secret stood. */
    public String redact(String text) {
        if (beginnings.isNone()) {
            return text;
        }
        StringBuilder clean = null;
        int kept = 0;
        for (int at = 0; at < text.length(); ) {
            Match match = at(text, at);
            if (match == null) {
                at++;
                continue;
            }
            clean = clean == null ? new StringBuilder(text.length() + 16) : clean;
            clean.append(text, kept, at).append(match.needle().shown());
            at = match.end();
            kept = at;
        }
        return clean == null ? text : clean.append(text, kept, text.length()).toString();
    }

    /** The same for every text of a tree, names of members included; a number that holds a secret becomes a text. */
    public JsonNode redact(JsonNode node) {
        if (node.isString()) {
            return JsonNodeFactory.instance.stringNode(redact(node.stringValue()));
        }
        if (node.isArray()) {
            ArrayNode items = JsonNodeFactory.instance.arrayNode();
            node.forEach(item -> items.add(redact(item)));
            return items;
        }
        if (node.isObject()) {
            ObjectNode members = JsonNodeFactory.instance.objectNode();
            node.properties()
                    .forEach(
                            member ->
                                    members.set(
                                            redact(member.getKey()), redact(member.getValue())));
            return members;
        }
        String text = node.toString();
        String clean = redact(text);
        return clean.equals(text) ? node : JsonNodeFactory.instance.stringNode(clean);
    }

    /** The longest needle at {@code at}, of several the first; null for none. */
    private @Nullable Match at(String text, int at) {
        return beginnings.mayBeginWith(text.charAt(at))
                ? longer(
                        beginnings.escaped(text, at),
                        text,
                        at,
                        longer(beginnings.plain(text, at), text, at, null))
                : null;
    }

    private static @Nullable Match longer(
            List<Needle> needles, String text, int at, @Nullable Match found) {
        Match longest = found;
        for (Needle needle : needles) {
            int end = needle.end(text, at);
            if (end > at
                    && (longest == null
                            || end > longest.end()
                            || (end == longest.end()
                                    && needle.order() < longest.needle().order()))) {
                longest = new Match(needle, end);
            }
        }
        return longest;
    }

    private static List<String> encodings(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        String base64 = Base64.getEncoder().encodeToString(bytes);
        String base64Url = Base64.getUrlEncoder().encodeToString(bytes);
        return List.of(
                value,
                base64,
                base64.replace("=", ""),
                base64Url,
                base64Url.replace("=", ""),
                HexFormat.of().formatHex(bytes),
                HexFormat.of().withUpperCase().formatHex(bytes));
    }

    private record Match(Needle needle, int end) {}
}
