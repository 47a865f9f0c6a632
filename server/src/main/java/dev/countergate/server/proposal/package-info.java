/**
 * Durable proposals: drafted, decided on, claimed, sent once, verified, and looked for where their outcome is not known.
 *
 * <p>What follows what is decided by {@code policy.change}; here it is stored, with the leaf that tells of it, before
 * anything acts on it. Nothing here can approve: a person's signed statement comes in, or it does not. Start at {@link
 * dev.countergate.server.proposal.Proposals}; one attempt runs in {@link dev.countergate.server.proposal.Execution}.
 */
@NullMarked
package dev.countergate.server.proposal;

import org.jspecify.annotations.NullMarked;
