/**
 * HTTP tools: requests as mcp-http-tools has them, answers shaped as it shapes them.
 *
 * <p>What its {@code response}, {@code retry} and {@code requests} mean is decided here; connections, limits, redirects
 * and the words for a broken exchange are {@link dev.countergate.server.backend.HttpTransport}'s. Start at {@link
 * dev.countergate.server.backend.http.HttpBackend}.
 */
@NullMarked
package dev.countergate.server.backend.http;

import org.jspecify.annotations.NullMarked;
