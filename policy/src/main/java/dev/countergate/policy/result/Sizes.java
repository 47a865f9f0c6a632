package dev.countergate.policy.result;

import tools.jackson.databind.JsonNode;

/** How many bytes things take in UTF-8. */
final class Sizes {
    private Sizes() {}

    static int utf8(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (Character.isHighSurrogate(c) && i + 1 < text.length()) {
                bytes += 4;
                i++;
            } else {
                bytes += 3;
            }
        }
        return bytes;
    }

    static int json(JsonNode node) {
        return utf8(node.toString());
    }
}
