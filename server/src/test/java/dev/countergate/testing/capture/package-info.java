/**
 * Answers recorded from real backends, and a server that gives them again.
 *
 * <p>The recordings are resources under {@code captures}; their README says where they come from. Start at {@link
 * dev.countergate.testing.capture.Capture}.
 */
@NullMarked
package dev.countergate.testing.capture;

import org.jspecify.annotations.NullMarked;
