/**
 * Backends: what sends a rendered request and reads the answer.
 *
 * <p>One package each below this one; they do not know each other, nor tools, policy or MCP. Start at {@link
 * dev.countergate.server.backend.BackendClient}.
 */
@NullMarked
package dev.countergate.server.backend;

import org.jspecify.annotations.NullMarked;
