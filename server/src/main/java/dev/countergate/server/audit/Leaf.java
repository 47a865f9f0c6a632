package dev.countergate.server.audit;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
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
    private static final Pattern WORD = Pattern.compile("[a-z][a-z_]{0,31}");
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    public Leaf {
        members = Map.copyOf(members);
        if (!WORD.matcher(kind).matches()
                || !members.keySet().stream().allMatch(name -> WORD.matcher(name).matches())) {
            throw new IllegalArgumentException("a leaf's kind and names are words");
        }
        for (String own : new String[] {"checkpoint", "index", "kind", "previous", "time"}) {
            if (members.containsKey(own)) {
                throw new IllegalArgumentException("the log itself says a leaf's `" + own + "`");
            }
        }
    }

    /** The leaf at its place: {@code index} from 0, {@code previous} the hash of the leaf before. */
    ObjectNode at(long index, String previous) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("index", index);
        line.put("kind", kind);
        line.put("previous", previous);
        line.put("time", MILLIS.format(time));
        new TreeMap<>(members).forEach(line::put);
        return line;
    }
}
