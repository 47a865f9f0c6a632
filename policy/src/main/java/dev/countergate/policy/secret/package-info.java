/**
 * Values that must never be shown: what they are, and text that holds them without giving them away.
 *
 * <p>Everything here prints as {@code [secret NAME]}; only {@link dev.countergate.policy.secret.SecretText#reveal()}
 * gives the value, and only what sends a request calls it. Where secrets come from is not known here. Start at {@link
 * dev.countergate.policy.secret.SecretText}.
 */
@NullMarked
package dev.countergate.policy.secret;

import org.jspecify.annotations.NullMarked;
