/**
 * Reads Loki through its HTTP API v1: 2.9 and 3.x.
 *
 * <p>Makes requests, merges streams into one log, and makes sense of errors, which are plain sentences here; how bytes
 * travel is {@code HttpTransport}'s work. Start at {@link dev.countergate.server.backend.loki.LokiClient}.
 */
@NullMarked
package dev.countergate.server.backend.loki;

import org.jspecify.annotations.NullMarked;
