package dev.countergate.policy.token;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the binary encoding of SSH (RFC 4251 section 5). Every length is checked against what is there.
 */
final class WireReader {
    private final byte[] bytes;
    private int at;

    WireReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Says that bytes are not what their format promises. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String problem) {
            super(problem);
        }
    }

    int uint8() throws Malformed {
        if (at >= bytes.length) {
            throw new Malformed("ends too early");
        }
        return bytes[at++] & 0xFF;
    }

    long uint32() throws Malformed {
        return ((long) uint8() << 24) | ((long) uint8() << 16) | ((long) uint8() << 8) | uint8();
    }

    byte[] string() throws Malformed {
        long length = uint32();
        if (length > bytes.length - at) {
            throw new Malformed("a length beyond the end");
        }
        return raw((int) length);
    }

    byte[] raw(int length) throws Malformed {
        if (length > bytes.length - at) {
            throw new Malformed("ends too early");
        }
        byte[] part = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return part;
    }

    /** A string of printable ASCII. */
    String ascii() throws Malformed {
        byte[] text = string();
        for (byte each : text) {
            if (each < ' ' || each > '~') {
                throw new Malformed("a name that is not printable ASCII");
            }
        }
        return new String(text, StandardCharsets.US_ASCII);
    }

    void end() throws Malformed {
        if (at != bytes.length) {
            throw new Malformed("bytes after the end");
        }
    }
}
