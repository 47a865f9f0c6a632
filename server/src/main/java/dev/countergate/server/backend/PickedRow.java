package dev.countergate.server.backend;

import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A row made of named members of a backend's object: what is not named is left out, so that a member a later version adds
 * does not reach an agent unseen. Not thread safe.
 */
public final class PickedRow {
    private final ObjectNode row = JsonNodeFactory.instance.objectNode();
    private final JsonNode source;

    /** A row without members yet, to be made of {@code source}. */
    public PickedRow(JsonNode source) throws UnreadableAnswer {
        if (!source.isObject()) {
            throw new UnreadableAnswer("an item of a list is not an object");
        }
        this.source = source;
    }

    /** Takes these members over as they stand, where there are any. */
    public PickedRow keep(String... names) {
        for (String name : names) {
            put(name, source.path(name));
        }
        return this;
    }

    /** Takes these members over as times, RFC 3339 in UTC with milliseconds, where there are any. */
    public PickedRow keepTimes(String... names) throws UnreadableAnswer {
        for (String name : names) {
            JsonNode text = source.path(name);
            if (text.isString()) {
                Optional<Instant> time = BackendTime.ofRfc3339(text.stringValue());
                time.ifPresent(instant -> row.put(name, BackendTime.toText(instant)));
            }
        }
        return this;
    }

    /** Adds a member, unless {@code value} is missing or null. */
    public PickedRow put(String name, JsonNode value) {
        if (!value.isMissingNode() && !value.isNull()) {
            row.set(name, value);
        }
        return this;
    }

    /** Adds a member. */
    public PickedRow put(String name, String value) {
        row.put(name, value);
        return this;
    }

    /** The row. */
    public ObjectNode row() {
        return row;
    }
}
