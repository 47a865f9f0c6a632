/**
 * Tells people, by {@code policy.notify}, what the daemon did: a proposal waits, came to its end, or something is frozen.
 *
 * <p>Carries no authority: nothing that is told can be answered, and nothing waits for it. Start at {@link
 * dev.countergate.server.notice.Notices}.
 */
@NullMarked
package dev.countergate.server.notice;

import org.jspecify.annotations.NullMarked;
