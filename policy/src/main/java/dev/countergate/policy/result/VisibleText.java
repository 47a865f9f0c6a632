package dev.countergate.policy.result;

import dev.countergate.policy.secret.Redactor;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes foreign text fit to be shown: secrets out, characters that a terminal or a reader would not show as they are
 * written as their code points, over-long texts clipped.
 */
public final class VisibleText {
    private static final HexFormat HEX = HexFormat.of();

    private final Redactor redactor;
    private final int lengthMax;

    /**
     * @param lengthMax characters of one text, beyond which it is clipped
     */
    VisibleText(Redactor redactor, int lengthMax) {
        this.redactor = redactor;
        this.lengthMax = lengthMax;
    }

    /** {@code text} without secrets, every hidden character visible, at most the longest length and a mark. */
    String of(String text) {
        return clip(visible(redactor.redact(text)));
    }

    /** {@code node} with every text in it, member names included, made visible, and no secret among its numbers. */
    JsonNode of(JsonNode node) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (node.isString()) {
            return nodes.stringNode(of(node.stringValue()));
        }
        if (node.isObject()) {
            ObjectNode copy = nodes.objectNode();
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                copy.set(of(member.getKey()), of(member.getValue()));
            }
            return copy;
        }
        if (node.isArray()) {
            ArrayNode copy = nodes.arrayNode();
            for (Iterator<JsonNode> items = node.iterator(); items.hasNext(); ) {
                copy.add(of(items.next()));
            }
            return copy;
        }
        JsonNode clean = redactor.redact(node);
        return clean.isString() ? nodes.stringNode(clip(clean.stringValue())) : node;
    }

    /** {@code text} with control, bidirectional, zero-width and unpaired surrogate characters as {@code \}{@code u001b}. */
    public static String visible(String text) {
        int hidden = firstHidden(text);
        if (hidden < 0) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length() + 16).append(text, 0, hidden);
        for (int i = hidden; i < text.length(); ) {
            int point = text.codePointAt(i);
            if (!isHidden(point)) {
                shown.appendCodePoint(point);
            } else if (point <= 0xFFFF) {
                shown.append("\\u").append(HEX.toHexDigits((char) point));
            } else {
                shown.append("\\U").append(HEX.toHexDigits(point));
            }
            i += Character.charCount(point);
        }
        return shown.toString();
    }

    /** The same on one line: line breaks and tabs are written out too. */
    public static String line(String text) {
        return visible(text).replace("\n", "\\u000a").replace("\t", "\\u0009");
    }

    private static int firstHidden(String text) {
        for (int i = 0; i < text.length(); ) {
            char c = text.charAt(i);
            if (c >= ' ' && c <= '~') {
                i++;
            } else {
                int point = text.codePointAt(i);
                if (isHidden(point)) {
                    return i;
                }
                i += Character.charCount(point);
            }
        }
        return -1;
    }

    private static boolean isHidden(int point) {
        if (point == '\n' || point == '\t') {
            return false;
        }
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            default -> isIgnorable(point);
        };
    }

    // What shows nothing although its category is another: the rest of Unicode 17's
    // Default_Ignorable_Code_Point, variation selectors and fillers among them.
    private static boolean isIgnorable(int point) {
        return (point >= 0xFE00 && point <= 0xFE0F)
                || (point >= 0xE0000 && point <= 0xE0FFF)
                || (point >= 0x180B && point <= 0x180F)
                || (point >= 0xFFF0 && point <= 0xFFF8)
                || switch (point) {
                    case 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0 -> true;
                    default -> false;
                };
    }

    private String clip(String text) {
        if (text.length() <= lengthMax) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(lengthMax - 1)) ? lengthMax - 1 : lengthMax;
        return text.substring(0, end) + "... [" + (text.length() - end) + " more characters]";
    }
}
