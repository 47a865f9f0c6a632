/**
 * Runbooks: the markdown files of the folder a catalogue names, as agents read them.
 *
 * <p>Reads that folder and nothing else, bounded, and looks at it again whenever it is asked. It knows no protocol and
 * writes nothing. Start at {@link dev.countergate.server.runbook.Runbooks}.
 */
@NullMarked
package dev.countergate.server.runbook;

import org.jspecify.annotations.NullMarked;
