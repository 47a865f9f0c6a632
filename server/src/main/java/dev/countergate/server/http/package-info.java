/**
 * MCP over HTTP: Streamable HTTP at {@code /mcp} and the older HTTP with SSE at {@code /sse}, on Jetty's core handlers.
 *
 * <p>It knows requests, bodies, sessions by their ids and streams of events; what a message means is {@code server.mcp}'s
 * business, and whose a token is {@link dev.countergate.server.http.Callers}'. One virtual thread serves a request from its
 * first byte to its answer. Nothing of an exception leaves here: every refusal is a JSON-RPC error. Start at {@link
 * dev.countergate.server.http.HttpListener}, then {@code McpHandler}.
 */
@NullMarked
package dev.countergate.server.http;

import org.jspecify.annotations.NullMarked;
