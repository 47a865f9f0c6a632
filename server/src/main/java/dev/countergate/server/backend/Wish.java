package dev.countergate.server.backend;

import dev.countergate.policy.catalogue.Tool;
import java.time.Instant;
import java.util.UUID;

/**
 * What a proposal fixes beside its request.
 *
 * @param tool whose call it is
 * @param attempt the id of its one attempt
 * @param created when it is made
 * @param requester who asks, as the backend may be told
 * @param deadline until when it must be resolved
 */
public record Wish(Tool tool, UUID attempt, Instant created, String requester, Deadline deadline) {}
