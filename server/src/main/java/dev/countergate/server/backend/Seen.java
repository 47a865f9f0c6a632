package dev.countergate.server.backend;

import dev.countergate.policy.change.Event;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a search for an attempt showed.
 *
 * @param sighting {@code FOUND}: it is there, and had its whole effect. {@code ABSENT}: it is not there, or had none.
 *     {@code UNREADABLE}: it is not known, or the attempt is there and still under way, or done in part
 * @param detail one line for the record: lower case, no full stop, bounded
 * @param result what the backend would have answered, as far as that shows; or null
 */
public record Seen(Event.Sighting sighting, String detail, @Nullable JsonNode result) {}
