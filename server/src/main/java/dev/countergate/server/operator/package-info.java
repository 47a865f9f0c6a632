/**
 * What operators may ask for over {@code operator.sock} beside proposals: the stop button, the enrolled keys, a held
 * catalogue change, the log; and how whatever widens a power comes to be signed.
 *
 * <p>What happens to a proposal is the engine's: here it is an interface. Start at {@link
 * dev.countergate.server.operator.OperatorPlane}; the signature is asked for in {@link
 * dev.countergate.server.operator.WideningOperations}.
 */
@NullMarked
package dev.countergate.server.operator;

import org.jspecify.annotations.NullMarked;
