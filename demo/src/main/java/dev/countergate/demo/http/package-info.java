/**
 * The loopback HTTP server behind everything simulated here. It knows nothing of what is asked; it can also break off
 * without an answer.
 *
 * <p>Start at {@link dev.countergate.demo.http.HttpListener}.
 */
@NullMarked
package dev.countergate.demo.http;

import org.jspecify.annotations.NullMarked;
