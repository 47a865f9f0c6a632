package dev.countergate.server.audit;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the log is to record of one event, before it has a place in it.
 *
 * @param kind of event, as DESIGN section 12 spells it
 * @param time of the event; kept to the millisecond
 * @param members whatever else there is to say, each a text
 */
public record Leaf(String kind, Instant time, Map<String, String> members) {
    /** The most bytes of its line: a core of the largest size fits, with each character escaped. */
    static final int BYTES_MAX = 160 << 10;

    private static final Pattern WORD = Pattern.compile("[a-z][a-z_]{0,31}");
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    /** What the log itself says of a leaf, and the one name by which a checkpoint is told from one. */
    private static final List<String> OWN =
            List.of("checkpoint", "index", "kind", "previous", "sealed", "time");

    public Leaf {
        members = Map.copyOf(members);
        if (!WORD.matcher(kind).matches()
                || !members.keySet().stream().allMatch(name -> WORD.matcher(name).matches())) {
            throw new IllegalArgumentException("a leaf's kind and names are words");
        }
        for (String own : OWN) {
            if (members.containsKey(own)) {
                throw new IllegalArgumentException("the log itself says a leaf's `" + own + "`");
            }
        }
    }

    /**
     * The leaf at its place.
     *
     * @param index from 0
     * @param previous the hash of the leaf before
     * @param sealed over how many leaves the last checkpoint before it stands, so that none can be taken out
     */
    ObjectNode at(long index, String previous, long sealed) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("index", index);
        line.put("kind", kind);
        line.put("previous", previous);
        line.put("sealed", sealed);
        line.put("time", MILLIS.format(time));
        new TreeMap<>(members).forEach(line::put);
        return line;
    }
}
