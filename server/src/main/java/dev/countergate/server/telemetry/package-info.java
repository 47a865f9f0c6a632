/**
 * What the server says about itself while it runs: log lines, later metrics.
 *
 * <p>Nothing here decides or changes anything. Start at {@link dev.countergate.server.telemetry.LogLine}.
 */
@NullMarked
package dev.countergate.server.telemetry;

import org.jspecify.annotations.NullMarked;
