/**
 * Test support for whole processes: relays and daemons as their own JVMs with the test's class path.
 *
 * <p>Start at {@link dev.countergate.testing.process.Workplace}.
 */
@NullMarked
package dev.countergate.testing.process;

import org.jspecify.annotations.NullMarked;
