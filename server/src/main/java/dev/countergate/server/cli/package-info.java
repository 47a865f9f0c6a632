/**
 * The command line: what a person types.
 *
 * <p>Commands parse, ask a daemon or the wiring, and print; what they ask for is decided elsewhere. Results go to
 * standard output, everything else to standard error with what to do about it. Start at {@link
 * dev.countergate.server.cli.CommandTree}.
 */
@NullMarked
package dev.countergate.server.cli;

import org.jspecify.annotations.NullMarked;
