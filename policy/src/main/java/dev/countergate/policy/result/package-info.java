/**
 * What comes back: a backend's answer or failure, and the bounded, marked result an agent gets of it.
 *
 * <p>Everything a backend says is data here: bounded, made visible, stripped of known secrets. Reading a backend's bytes
 * is the server's work. Start at {@link dev.countergate.policy.result.Reply}.
 */
@NullMarked
package dev.countergate.policy.result;

import org.jspecify.annotations.NullMarked;
