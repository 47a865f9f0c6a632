/**
 * What was asked: the tool's name, the arguments, and on whose behalf.
 *
 * <p>This package knows neither tools nor backends; it holds the words that every later step shares, among them {@link
 * dev.countergate.policy.call.Checked}, the value of a step that may find faults. Start at {@link
 * dev.countergate.policy.call.ToolCall}.
 */
@NullMarked
package dev.countergate.policy.call;

import org.jspecify.annotations.NullMarked;
