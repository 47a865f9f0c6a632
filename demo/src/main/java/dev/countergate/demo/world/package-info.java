/**
 * The world in which the demo's outage happens: one service, {@code checkout}, whose newest build leaks memory, and what
 * one would ask about it. Nothing in it is real, and all that it serves says so.
 *
 * <p>{@link dev.countergate.demo.world.Checkout} is what is true, a pure function of what was deployed and of the time;
 * the endpoints only put it into the words of Prometheus, Loki, Alertmanager and a deployments API. Start at
 * {@link dev.countergate.demo.world.World}.
 */
@NullMarked
package dev.countergate.demo.world;

import org.jspecify.annotations.NullMarked;
