/**
 * The relay: the thin process an MCP client launches, and what it shares with the daemon and the command line: where
 * the state directory and its sockets are, how a daemon is started, which variables it was started with.
 *
 * <p>It is a jar of its own that uses nothing but the JDK, because every agent session runs one: few classes, no
 * catalogue, no credentials, no JSON library. It decides nothing and changes no byte that passes through. Start at
 * {@link dev.countergate.relay.Relay}.
 */
@NullMarked
package dev.countergate.relay;

import org.jspecify.annotations.NullMarked;
