package dev.countergate.server.backend;

import dev.countergate.policy.change.Event;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What is known of an attempt that was sent.
 *
 * @param outcome what is known of its effect
 * @param detail one line for the record: lower case, no full stop, bounded
 * @param result what the backend gave, bounded, for a person and for {@code undo}; or null
 */
public record Sent(Event.Outcome outcome, String detail, @Nullable JsonNode result) {}
