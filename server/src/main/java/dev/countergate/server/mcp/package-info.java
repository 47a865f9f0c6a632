/**
 * The protocol: MCP between a client and {@link dev.countergate.server.call.ToolService}.
 *
 * <p>The only package that knows the MCP SDK. The SDK's session dispatches the handshake and every {@code tools/call}
 * after one; framing, back-pressure, paging, cancellation and the answers to malformed messages are ours, because the SDK's
 * own transports lack them, and so is the revision without a handshake ({@link dev.countergate.server.mcp.Stateless}),
 * which it does not know. Each request says for itself which of the two it is of; both are answered by the same methods. It
 * decides nothing about a call and reads no tool's arguments. Start at {@link
 * dev.countergate.server.mcp.LineSessions}.
 */
@NullMarked
package dev.countergate.server.mcp;

import org.jspecify.annotations.NullMarked;
