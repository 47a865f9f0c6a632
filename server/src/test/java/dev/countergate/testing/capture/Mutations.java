package dev.countergate.testing.capture;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Bodies a broken, lying or hostile backend might send, made of recorded ones. */
public final class Mutations {
    private static final List<String> PIECES =
            List.of(
                    "null",
                    "{",
                    "}",
                    "[",
                    "]",
                    "\"",
                    ",",
                    ":",
                    "-1e999999999",
                    "1e99",
                    "0.5",
                    "\\u0000",
                    "\\ud800",
                    "\"\"",
                    "true",
                    "[[[[[[[[",
                    "\u0000",
                    "NaN",
                    "9".repeat(200),
                    "<html>");

    private Mutations() {}

    /** {@code count} mutations of {@code body}, the same for the same {@code seed}, after every cut in eight places. */
    public static List<byte[]> of(byte[] body, long seed, int count) {
        List<byte[]> mutations = new ArrayList<>();
        for (int eighth = 0; eighth < 8; eighth++) {
            mutations.add(Arrays.copyOf(body, body.length * eighth / 8));
        }
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            mutations.add(body.length == 0 ? new byte[] {(byte) i} : mutation(body, random));
        }
        return mutations;
    }

    private static byte[] mutation(byte[] body, Random random) {
        int at = random.nextInt(body.length);
        return switch (random.nextInt(4)) {
            case 0 -> {
                byte[] changed = body.clone();
                changed[at] = (byte) random.nextInt(256);
                yield changed;
            }
            case 1 -> spliced(body, at, 0, PIECES.get(random.nextInt(PIECES.size())));
            case 2 ->
                    spliced(
                            body,
                            at,
                            Math.min(body.length - at, 1 + random.nextInt(12)),
                            PIECES.get(random.nextInt(PIECES.size())));
            default -> valueReplaced(body, random);
        };
    }

    /** What stands between a colon and the next comma or bracket becomes something else: JSON as before, of another shape. */
    private static byte[] valueReplaced(byte[] body, Random random) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        int colon = text.indexOf("\":", random.nextInt(text.length()));
        if (colon < 0) {
            return Arrays.copyOf(body, body.length / 2);
        }
        int end = colon + 2;
        while (end < text.length() && ",}]".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        List<String> values =
                List.of(
                        "null",
                        "1",
                        "\"x\"",
                        "{}",
                        "[]",
                        "[1,\"2\"]",
                        "1e40",
                        "\"0001-01-01T00:00:00Z\"");
        return spliced(body, colon + 2, end - colon - 2, values.get(random.nextInt(values.size())));
    }

    private static byte[] spliced(byte[] body, int at, int removed, String piece) {
        byte[] inserted = piece.getBytes(StandardCharsets.UTF_8);
        byte[] whole = new byte[body.length - removed + inserted.length];
        System.arraycopy(body, 0, whole, 0, at);
        System.arraycopy(inserted, 0, whole, at, inserted.length);
        System.arraycopy(
                body, at + removed, whole, at + inserted.length, body.length - at - removed);
        return whole;
    }
}
