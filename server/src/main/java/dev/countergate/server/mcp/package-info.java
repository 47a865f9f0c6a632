/**
 * The protocol: MCP between a client and {@link dev.countergate.server.call.ToolService}.
 *
 * <p>The only package that knows the MCP SDK. The SDK's session dispatches the handshake and every {@code tools/call};
 * framing, back-pressure, paging, cancellation and the answers to malformed messages are ours, because the SDK's own
 * transports lack them. It decides nothing about a call and reads no tool's arguments. Start at {@link
 * dev.countergate.server.mcp.LineSessions}.
 */
@NullMarked
package dev.countergate.server.mcp;

import org.jspecify.annotations.NullMarked;
