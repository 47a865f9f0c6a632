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
    private static final String HEX = "0123456789abcdef";

    /** How many bytes a byte of UTF-8 becomes within a string: as it is, by a short escape, by its number. */
    private static final byte[] WRITTEN_BYTES = new byte[256];

    /** The letters of the short escapes, RFC 8259 section 7. */
    private static final byte[] SHORT = new byte['\\' + 1];

    static {
        Arrays.fill(WRITTEN_BYTES, (byte) 1);
        Arrays.fill(WRITTEN_BYTES, 0, ' ', (byte) 6);
        String escaped = "\"\\\n\r\t";
        for (int i = 0; i < escaped.length(); i++) {
            WRITTEN_BYTES[escaped.charAt(i)] = 2;
            SHORT[escaped.charAt(i)] = (byte) "\"\\nrt".charAt(i);
        }
    }

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
        int written = 0;
        for (byte next : utf8) {
            written += WRITTEN_BYTES[next & 0xff];
        }
        room(written + 2);
        bytes[length++] = '"';
        if (written == utf8.length) {
            System.arraycopy(utf8, 0, bytes, length, written);
            length += written;
        } else {
            escape(utf8);
        }
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

    private void escape(byte[] utf8) {
        int at = length;
        for (byte next : utf8) {
            switch (WRITTEN_BYTES[next & 0xff]) {
                case 1 -> bytes[at++] = next;
                case 2 -> {
                    bytes[at++] = '\\';
                    bytes[at++] = SHORT[next];
                }
                default -> {
                    bytes[at++] = '\\';
                    bytes[at++] = 'u';
                    bytes[at++] = '0';
                    bytes[at++] = '0';
                    bytes[at++] = (byte) HEX.charAt(next >> 4);
                    bytes[at++] = (byte) HEX.charAt(next & 0xf);
                }
            }
        }
        length = at;
    }

    // The ends of what a long text stands in still fit behind it.
    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more + FIRST_BYTES));
        }
    }
}
