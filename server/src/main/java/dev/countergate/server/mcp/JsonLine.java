package dev.countergate.server.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * One line of JSON being written, straight into the bytes that are sent: a text of a megabyte is copied once on its way.
 *
 * <p>Not thread safe.
 */
public final class JsonLine {
    private static final int FIRST_BYTES = 512;
    private static final int ESCAPE_BYTES_MAX = 6;
    private static final String HEX = "0123456789abcdef";

    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;

    /** Appends JSON as it stands. */
    JsonLine raw(String json) {
        return raw(json.getBytes(UTF_8));
    }

    /** Appends JSON as it stands. */
    JsonLine raw(byte[] json) {
        room(json.length);
        System.arraycopy(json, 0, bytes, length, json.length);
        length += json.length;
        return this;
    }

    /** Appends a string. Lone surrogates, which UTF-8 cannot say, become question marks. */
    JsonLine string(String text) {
        byte[] utf8 = text.getBytes(UTF_8);
        room(utf8.length + 2);
        bytes[length++] = '"';
        int plainFrom = 0;
        for (int at = 0; at < utf8.length; at++) {
            byte next = utf8[at];
            if (next < 0 || (next >= 0x20 && next != '"' && next != '\\')) {
                continue;
            }
            copy(utf8, plainFrom, at);
            escape(next);
            plainFrom = at + 1;
        }
        copy(utf8, plainFrom, utf8.length);
        room(1);
        bytes[length++] = '"';
        return this;
    }

    /** Appends a tree. Numbers keep their digits; those JSON cannot say become strings. */
    JsonLine tree(JsonNode node) {
        if (node.isObject()) {
            String separator = "{";
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                raw(separator).string(member.getKey()).raw(":").tree(member.getValue());
                separator = ",";
            }
            return raw(node.isEmpty() ? "{}" : "}");
        }
        if (node.isArray()) {
            String separator = "[";
            for (JsonNode element : node.values()) {
                raw(separator).tree(element);
                separator = ",";
            }
            return raw(node.isEmpty() ? "[]" : "]");
        }
        if (node.isNull()) {
            return raw("null");
        }
        if (node.isBoolean() || (node.isNumber() && isFinite(node))) {
            return raw(node.asString());
        }
        return string(node.asString());
    }

    /** The bytes so far, as an answer's part. */
    byte[] part() {
        return Arrays.copyOf(bytes, length);
    }

    /** The bytes so far; what is appended later may show in them or not. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes, 0, length);
    }

    int length() {
        return length;
    }

    /** Writes {@code count} bytes from {@code from} on. */
    void writeTo(OutputStream out, int from, int count) throws IOException {
        out.write(bytes, from, count);
    }

    private static boolean isFinite(JsonNode number) {
        return !(number.isDouble() || number.isFloat()) || Double.isFinite(number.doubleValue());
    }

    private void copy(byte[] from, int start, int end) {
        int count = end - start;
        // The closing quote and one escape always fit behind what is copied.
        room(count + ESCAPE_BYTES_MAX);
        System.arraycopy(from, start, bytes, length, count);
        length += count;
    }

    private void escape(byte character) {
        bytes[length++] = '\\';
        switch (character) {
            case '"', '\\' -> bytes[length++] = character;
            case '\n' -> bytes[length++] = 'n';
            case '\r' -> bytes[length++] = 'r';
            case '\t' -> bytes[length++] = 't';
            default -> {
                bytes[length++] = 'u';
                bytes[length++] = '0';
                bytes[length++] = '0';
                bytes[length++] = (byte) HEX.charAt(character >> 4);
                bytes[length++] = (byte) HEX.charAt(character & 0xf);
            }
        }
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
