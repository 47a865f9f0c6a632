/**
 * Decides calls with a catalogue alone, for people who write rules: what would become of one, and files of cases that say
 * what should.
 *
 * <p>Asks no backend and no store: what those would say is part of the question. Start at {@link
 * dev.countergate.server.decisions.Trial}.
 */
@NullMarked
package dev.countergate.server.decisions;

import org.jspecify.annotations.NullMarked;
