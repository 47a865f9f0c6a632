/**
 * What a changed catalogue would change: every difference as a line, each judged by whether it could loosen what holds now.
 *
 * <p>Pure. Whatever is not known to tighten or to leave things as they are is taken to loosen. What is done with a revision
 * that loosens is not known here. Start at {@link dev.countergate.policy.revision.Revision}.
 */
@NullMarked
package dev.countergate.policy.revision;

import org.jspecify.annotations.NullMarked;
