/**
 * What would be sent: a request with nothing left to fill in.
 *
 * <p>Requests are values; sending one is a backend's work. Start at {@link
 * dev.countergate.policy.request.Request}, then {@link dev.countergate.policy.request.Renderer}.
 */
@NullMarked
package dev.countergate.policy.request;

import org.jspecify.annotations.NullMarked;
