/**
 * The two small files of a state directory that people may have to look at, or mend, while the daemon does not run: whose
 * keys approve, and what stands still.
 *
 * <p>Both are read anew for each use, and what cannot be read counts as the stricter of what it might say: nobody approves,
 * everything is frozen. Nothing here asks who wants a change; that is {@code server.operator}'s. Start at {@link
 * dev.countergate.server.authority.Approvers} and {@link dev.countergate.server.authority.Freezes}.
 */
@NullMarked
package dev.countergate.server.authority;

import org.jspecify.annotations.NullMarked;
