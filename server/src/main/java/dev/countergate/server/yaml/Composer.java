package dev.countergate.server.yaml;

import dev.countergate.server.yaml.ScalarResolver.Resolved;
import dev.countergate.server.yaml.YamlValue.Entry;
import dev.countergate.server.yaml.YamlValue.Mapping;
import dev.countergate.server.yaml.YamlValue.Scalar;
import dev.countergate.server.yaml.YamlValue.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.parser.Parser;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Builds a document's value from its events.
 *
 * <p>Written on events and not on the library's node tree, because the bounds must hold while reading, and because js-yaml
 * differs in merging, duplicate keys and tags.
 */
final class Composer {
    private static final String TAGS = "tag:yaml.org,2002:";

    private final String file;
    private final Parser events;
    private final YamlLimits limits;
    private final Report report;

    private final Map<String, Anchored> anchors = new HashMap<>();
    private final Set<String> open = new HashSet<>();
    private int depth;
    private int values;
    private int aliases;

    /** What an anchor names, and how many values an alias to it repeats. */
    private record Anchored(YamlValue value, int values) {}

    /** Thrown once a bound is passed and reported: the rest is not worth reading. */
    static final class Abandoned extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Abandoned() {
            super(null, null, false, false);
        }
    }

    Composer(String file, Parser events, YamlLimits limits, Report report) {
        this.file = file;
        this.events = events;
        this.limits = limits;
        this.report = report;
    }

    static Position position(String file, Mark mark) {
        return new Position(file, mark.getLine() + 1, mark.getColumn() + 1);
    }

    YamlValue value() {
        Event event = events.getEvent();
        Position at = position(file, event.getStartMark());
        if (event instanceof AliasEvent alias) {
            return aliased(alias, at);
        }
        int before = values;
        count(1, at);
        String anchor = ((NodeEvent) event).getAnchor();
        if (anchor != null) {
            open.add(anchor);
        }
        depth++;
        if (depth > limits.depthMax()) {
            abandon(
                    at,
                    String.format(
                            Locale.ROOT,
                            "nested deeper than the %,d levels allowed",
                            limits.depthMax()),
                    "flatten it");
        }
        YamlValue value =
                switch (event) {
                    case ScalarEvent scalar -> scalar(scalar, at);
                    case SequenceStartEvent start -> sequence(start, at);
                    case MappingStartEvent start -> mapping(start, at);
                    default -> throw new IllegalStateException("not a value: " + event);
                };
        depth--;
        if (anchor != null) {
            open.remove(anchor);
            anchors.put(anchor, new Anchored(value, values - before));
        }
        return value;
    }

    private YamlValue aliased(AliasEvent alias, Position at) {
        String name = alias.getAnchor();
        aliases++;
        if (aliases > limits.aliasesMax()) {
            abandon(
                    at,
                    String.format(
                            Locale.ROOT, "more than the %,d aliases allowed", limits.aliasesMax()),
                    "write fewer");
        }
        Anchored anchored = anchors.get(name);
        if (open.contains(name)) {
            abandon(
                    at,
                    "`*" + name + "` stands for a value that holds it",
                    "a value cannot hold itself");
        }
        if (anchored == null) {
            report.fault(
                    at,
                    "",
                    "nothing is anchored as `" + name + "` above",
                    "write `&" + name + "` before the value meant");
            return new Scalar(JsonNodeFactory.instance.nullNode(), at);
        }
        count(anchored.values(), at);
        return anchored.value();
    }

    private void count(int more, Position at) {
        values += more;
        if (values > limits.valuesMax()) {
            abandon(
                    at,
                    String.format(
                            Locale.ROOT,
                            "more than the %,d values allowed, aliases counted as what they stand for",
                            limits.valuesMax()),
                    "write fewer");
        }
    }

    private YamlValue scalar(ScalarEvent event, Position at) {
        String text = event.getValue();
        String tag = event.getTag();
        Resolved resolved;
        if (tag == null) {
            resolved = event.isPlain() ? ScalarResolver.resolve(text) : string(text);
        } else if (tag.equals("!") || tag.equals(TAGS + "str")) {
            resolved = string(text);
        } else {
            resolved = tagged(tag, text);
        }
        return switch (resolved) {
            case Resolved.Value(var json) -> new Scalar(json, at);
            case Resolved.Unfit(String problem, String remedy) -> {
                report.fault(at, "", problem, remedy);
                yield new Scalar(JsonNodeFactory.instance.nullNode(), at);
            }
        };
    }

    private static Resolved string(String text) {
        return new Resolved.Value(JsonNodeFactory.instance.stringNode(text));
    }

    private static Resolved tagged(String tag, String text) {
        Resolved.Unfit unfit =
                new Resolved.Unfit(
                        "`" + text + "` is no `" + shortened(tag) + "`", "leave the tag out");
        return switch (tag) {
            case TAGS + "null" ->
                    ScalarResolver.isNull(text)
                            ? new Resolved.Value(JsonNodeFactory.instance.nullNode())
                            : unfit;
            case TAGS + "bool" ->
                    ScalarResolver.bool(text)
                            .<Resolved>map(
                                    value ->
                                            new Resolved.Value(
                                                    JsonNodeFactory.instance.booleanNode(value)))
                            .orElse(unfit);
            case TAGS + "int", TAGS + "float" -> {
                Resolved number = text.isEmpty() ? unfit : ScalarResolver.number(text);
                boolean fits =
                        number instanceof Resolved.Value(var json)
                                && (tag.endsWith("int")
                                        ? json.isIntegralNumber()
                                        : json.isNumber());
                yield fits || number instanceof Resolved.Unfit ? number : unfit;
            }
            default -> unknown(tag);
        };
    }

    private static Resolved.Unfit unknown(String tag) {
        return new Resolved.Unfit(
                "the tag `" + shortened(tag) + "` gives no JSON value",
                "leave the tag out, and quote the value to mean its text");
    }

    private static String shortened(String tag) {
        return tag.startsWith(TAGS) ? "!!" + tag.substring(TAGS.length()) : tag;
    }

    private YamlValue sequence(SequenceStartEvent start, Position at) {
        checkTag(start.getTag(), "seq", at);
        List<YamlValue> items = new ArrayList<>();
        while (!events.checkEvent(Event.ID.SequenceEnd)) {
            items.add(value());
        }
        events.getEvent();
        return new Sequence(items, at);
    }

    private YamlValue mapping(MappingStartEvent start, Position at) {
        checkTag(start.getTag(), "map", at);
        Map<String, Entry> entries = new LinkedHashMap<>();
        Set<String> merged = new HashSet<>();
        while (!events.checkEvent(Event.ID.MappingEnd)) {
            Event keyEvent = events.peekEvent();
            Position keyAt = position(file, keyEvent.getStartMark());
            boolean merges =
                    keyEvent instanceof ScalarEvent scalar
                            && scalar.getValue().equals("<<")
                            && (scalar.getTag() == null
                                    ? scalar.isPlain()
                                    : scalar.getTag().equals(TAGS + "merge"));
            if (merges) {
                events.getEvent();
                merge(value(), entries, merged);
            } else {
                String key = key(keyAt);
                YamlValue value = value();
                Entry earlier = key == null || merged.remove(key) ? null : entries.get(key);
                if (earlier != null) {
                    report.fault(
                            keyAt,
                            "",
                            "the key `"
                                    + key
                                    + "` stands here a second time, after line "
                                    + earlier.keyAt().line(),
                            "remove one of the two");
                } else if (key != null) {
                    entries.put(key, new Entry(keyAt, value));
                }
            }
            if (entries.size() > limits.keysMax()) {
                abandon(
                        keyAt,
                        String.format(
                                Locale.ROOT,
                                "a mapping of more than the %,d keys allowed",
                                limits.keysMax()),
                        "write fewer");
            }
        }
        events.getEvent();
        return new Mapping(entries, at);
    }

    private @Nullable String key(Position at) {
        if (value() instanceof Scalar scalar) {
            return scalar.text();
        }
        report.fault(at, "", "a key is a list or a mapping", "quote it to mean the text");
        return null;
    }

    /** js-yaml's merge: what is there already stays, and what was merged gives way to a key written out. */
    private void merge(YamlValue source, Map<String, Entry> entries, Set<String> merged) {
        switch (source) {
            case Mapping mapping ->
                    mapping.entries()
                            .forEach(
                                    (key, entry) -> {
                                        if (entries.putIfAbsent(key, entry) == null) {
                                            merged.add(key);
                                        }
                                    });
            case Sequence sequence -> {
                for (YamlValue item : sequence.items()) {
                    if (item instanceof Mapping) {
                        merge(item, entries, merged);
                    } else {
                        cannotMerge(item);
                    }
                }
            }
            case Scalar scalar -> cannotMerge(scalar);
        }
    }

    private void cannotMerge(YamlValue value) {
        report.fault(
                value.at(),
                "",
                "`<<` merges mappings, and this is " + value.kind(),
                "give an alias of a mapping, or quote the key");
    }

    private void checkTag(@Nullable String tag, String expected, Position at) {
        if (tag != null && !tag.equals("!") && !tag.equals(TAGS + expected)) {
            Resolved.Unfit unfit = unknown(tag);
            report.fault(at, "", unfit.problem(), unfit.remedy());
        }
    }

    private void abandon(Position at, String problem, String remedy) {
        report.fault(at, "", problem, remedy);
        throw new Abandoned();
    }
}
