/**
 * The catalogue: tools, their effects and actions, the backends they name, the guards and the policy around them.
 *
 * <p>Everything here is valid by construction and immutable; reading files and reporting their faults is the server's
 * work. Start at {@link dev.countergate.policy.catalogue.Catalogue}, then {@link
 * dev.countergate.policy.catalogue.Tool}.
 */
@NullMarked
package dev.countergate.policy.catalogue;

import org.jspecify.annotations.NullMarked;
