/**
 * The parameters a tool declares, and the binding of a call's arguments to them.
 *
 * <p>Binding reports every fault at once and produces {@link dev.countergate.policy.parameter.Arguments}, which later
 * steps trust. Where a value stands in a request, and what that position demands of it, is not known here: see the
 * template package. Start at {@link dev.countergate.policy.parameter.Parameters}.
 */
@NullMarked
package dev.countergate.policy.parameter;

import org.jspecify.annotations.NullMarked;
