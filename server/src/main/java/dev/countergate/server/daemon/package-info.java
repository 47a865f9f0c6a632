/**
 * The daemon as a process: one per state directory, its two Unix sockets, who may connect to them, and how it ends.
 *
 * <p>It knows neither MCP nor tools: what agents say goes to a {@link dev.countergate.server.daemon.Service}, what
 * operators ask to named {@link dev.countergate.server.daemon.OperatorListener.Operation operations}. Start at {@link
 * dev.countergate.server.daemon.Daemon}.
 */
@NullMarked
package dev.countergate.server.daemon;

import org.jspecify.annotations.NullMarked;
