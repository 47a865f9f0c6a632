/**
 * Reads Prometheus through its HTTP API v1: 2.42 and 3.x, and what speaks the same.
 *
 * <p>Makes requests, and makes sense of answers and errors; how bytes travel is {@code HttpTransport}'s work, what an
 * agent sees of an answer is shaped later. Start at {@link
 * dev.countergate.server.backend.prometheus.PrometheusClient}.
 */
@NullMarked
package dev.countergate.server.backend.prometheus;

import org.jspecify.annotations.NullMarked;
