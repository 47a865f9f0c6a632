/**
 * {@code countergate demo}: a simulated outage in which a scripted agent meets the real Countergate. It knows nothing of
 * the inside: it runs the program's own commands, and speaks MCP with the official client.
 *
 * <p>Start at {@link dev.countergate.demo.Demo}. What is simulated is in {@link dev.countergate.demo.world}.
 */
@NullMarked
package dev.countergate.demo;

import org.jspecify.annotations.NullMarked;
