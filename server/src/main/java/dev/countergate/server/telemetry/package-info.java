/**
 * What the server says about itself while it runs: log lines, and where it was asked to, metrics.
 *
 * <p>Nothing here decides or changes anything. Start at {@link dev.countergate.server.telemetry.LogLine} and {@link
 * dev.countergate.server.telemetry.Metrics}.
 */
@NullMarked
package dev.countergate.server.telemetry;

import org.jspecify.annotations.NullMarked;
