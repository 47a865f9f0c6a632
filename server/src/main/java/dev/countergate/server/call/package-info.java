/**
 * The path of a call: find, bind, render, decide, act, shape.
 *
 * <p>Knows neither MCP nor any single backend. Start at {@link dev.countergate.server.call.ToolService}.
 */
@NullMarked
package dev.countergate.server.call;

import org.jspecify.annotations.NullMarked;
