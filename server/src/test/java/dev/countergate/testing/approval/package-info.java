/**
 * The two ends of an approval for tests: a daemon that speaks {@code operator.sock} and may lie, and a person at a
 * pseudo-terminal.
 */
@NullMarked
package dev.countergate.testing.approval;

import org.jspecify.annotations.NullMarked;
