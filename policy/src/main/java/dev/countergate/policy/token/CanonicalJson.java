package dev.countergate.policy.token;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON as one sequence of bytes (RFC 8785) in a narrow profile: one value has one form, and what could be read in two ways
 * is refused instead of mended. Numbers are whole and within 2^53-1; there is no -0, no lone surrogate, no noncharacter,
 * no name twice, no depth over {@value #DEPTH_MAX}, nothing over {@value #BYTES_MAX} bytes unless the caller says so.
 */
public final class CanonicalJson {
    /** The deepest nesting of objects and arrays. */
    public static final int DEPTH_MAX = 16;

    /** The most bytes of one text. */
    public static final int BYTES_MAX = 64 << 10;

    /** The most bytes of any text, whatever limit a caller gives. */
    public static final int LARGEST_BYTES_MAX = 256 << 10;

    private static final long WHOLE_MAX = (1L << 53) - 1;

    private static final JsonMapper STRICT =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(DEPTH_MAX)
                                                    .maxDocumentLength(LARGEST_BYTES_MAX)
                                                    .maxNumberLength(32)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
                    .build();

    private CanonicalJson() {}

    /** The bytes of {@code value}, or why it has no canonical form here. */
    public static Checked<byte[]> write(JsonNode value) {
        return write(value, BYTES_MAX);
    }

    /** The same with another limit of bytes, at most {@link #LARGEST_BYTES_MAX}. */
    public static Checked<byte[]> write(JsonNode value, int bytesMax) {
        StringBuilder text = new StringBuilder();
        List<Fault> faults = new ArrayList<>();
        write(value, text, 0, faults);
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > bytesMax) {
            faults.add(new Fault("", "larger than " + bytesMax + " bytes", "leave something out"));
        }
        return faults.isEmpty() ? Checked.valid(bytes) : Checked.invalid(faults);
    }

    /** Whether {@code number} can stand in the profile as a number: whole, and within 2^53-1. */
    public static boolean takes(JsonNode number) {
        return number.isIntegralNumber()
                && number.canConvertToLong()
                && -WHOLE_MAX <= number.longValue()
                && number.longValue() <= WHOLE_MAX;
    }

    /** The value whose canonical bytes {@code bytes} are; other bytes, even of the same value, are refused. */
    public static Checked<JsonNode> read(byte[] bytes) {
        return read(bytes, BYTES_MAX);
    }

    /** The same with another limit of bytes, at most {@link #LARGEST_BYTES_MAX}. */
    public static Checked<JsonNode> read(byte[] bytes, int bytesMax) {
        if (bytes.length > bytesMax) {
            return Checked.invalid(new Fault("", "larger than " + bytesMax + " bytes"));
        }
        JsonNode value;
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            value = STRICT.readTree(text);
        } catch (CharacterCodingException notUtf8) {
            return Checked.invalid(new Fault("", "not UTF-8"));
        } catch (JacksonException notJson) {
            return Checked.invalid(new Fault("", "not JSON in the profile of this format"));
        }
        return write(value, bytesMax)
                .then(
                        canonical ->
                                Arrays.equals(canonical, bytes)
                                        ? Checked.valid(value)
                                        : Checked.invalid(
                                                new Fault(
                                                        "",
                                                        "not the canonical form of its value")));
    }

    private static void write(JsonNode value, StringBuilder text, int depth, List<Fault> faults) {
        if (depth > DEPTH_MAX) {
            faults.add(new Fault("", "nested deeper than " + DEPTH_MAX));
            return;
        }
        switch (value.getNodeType()) {
            case OBJECT -> {
                char separator = '{';
                // RFC 8785 section 3.2.3: names sort by UTF-16 code units, which is how Java
                // compares strings.
                for (Map.Entry<String, JsonNode> member :
                        value.properties().stream().sorted(Map.Entry.comparingByKey()).toList()) {
                    text.append(separator);
                    writeText(member.getKey(), text, faults);
                    text.append(':');
                    write(member.getValue(), text, depth + 1, faults);
                    separator = ',';
                }
                text.append(separator == '{' ? "{}" : "}");
            }
            case ARRAY -> {
                char separator = '[';
                for (JsonNode item : value) {
                    text.append(separator);
                    write(item, text, depth + 1, faults);
                    separator = ',';
                }
                text.append(separator == '[' ? "[]" : "]");
            }
            case STRING -> writeText(value.stringValue(), text, faults);
            case NUMBER -> writeNumber(value, text, faults);
            case BOOLEAN -> text.append(value.booleanValue());
            case NULL -> text.append("null");
            case MISSING, BINARY, POJO -> faults.add(new Fault("", "not a JSON value"));
        }
    }

    private static void writeNumber(JsonNode value, StringBuilder text, List<Fault> faults) {
        if (!takes(value)) {
            faults.add(
                    new Fault(
                            "",
                            "not a whole number within 2^53-1: `" + value + "`",
                            "give it as a text"));
            return;
        }
        text.append(value.longValue());
    }

    private static void writeText(String value, StringBuilder text, List<Fault> faults) {
        text.append('"');
        for (int i = 0; i < value.length(); ) {
            int point = value.codePointAt(i);
            i += Character.charCount(point);
            switch (point) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (point < ' ') {
                        text.append("\\u").append(HexFormat.of().toHexDigits((char) point));
                    } else if (isRefused(point)) {
                        faults.add(
                                new Fault(
                                        "",
                                        "a character that stands for none: U+"
                                                + Integer.toHexString(point)));
                    } else {
                        text.appendCodePoint(point);
                    }
                }
            }
        }
        text.append('"');
    }

    /** Lone surrogates, and the noncharacters of Unicode 16.0 section 23.7. */
    private static boolean isRefused(int point) {
        return (point >= 0xD800 && point <= 0xDFFF)
                || (point & 0xFFFE) == 0xFFFE
                || (point >= 0xFDD0 && point <= 0xFDEF);
    }
}
