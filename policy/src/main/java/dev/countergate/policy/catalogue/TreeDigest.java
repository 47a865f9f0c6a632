package dev.countergate.policy.catalogue;

import static java.nio.charset.StandardCharsets.UTF_16BE;

import dev.countergate.policy.token.Digest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The digest of a JSON tree of any size and depth: of a tree of digests, so that no two values share a text. The order of an
 * object's members does not count.
 */
final class TreeDigest {
    private static final byte[] OBJECT = {'{'};
    private static final byte[] ARRAY = {'['};

    private TreeDigest() {}

    static Digest of(JsonNode value) {
        List<byte[]> parts = new ArrayList<>();
        switch (value.getNodeType()) {
            case OBJECT -> {
                parts.add(OBJECT);
                for (Map.Entry<String, JsonNode> member :
                        value.properties().stream().sorted(Map.Entry.comparingByKey()).toList()) {
                    parts.add(Digest.of(units(member.getKey())).bytes());
                    parts.add(of(member.getValue()).bytes());
                }
            }
            case ARRAY -> {
                parts.add(ARRAY);
                value.forEach(item -> parts.add(of(item).bytes()));
            }
            case STRING, NUMBER, BOOLEAN, NULL -> {
                parts.add(value.getNodeType().name().getBytes(UTF_16BE));
                parts.add(units(value.isString() ? value.stringValue() : value.toString()));
            }
            case BINARY, MISSING, POJO ->
                    throw new IllegalArgumentException("not a JSON value: " + value.getNodeType());
        }
        return Digest.of(parts.toArray(byte[][]::new));
    }

    /** The code units as they are: an encoder would make one question mark of every lone surrogate. */
    private static byte[] units(String text) {
        ByteBuffer units = ByteBuffer.allocate(2 * text.length());
        units.asCharBuffer().put(text);
        return units.array();
    }
}
