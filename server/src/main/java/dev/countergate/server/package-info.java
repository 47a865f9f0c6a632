/**
 * Where the process begins: {@code Main} parses the command, {@code Wiring} builds every object from the top down.
 *
 * <p>No behaviour lives here; each package below has its own.
 */
@NullMarked
package dev.countergate.server;

import org.jspecify.annotations.NullMarked;
