/**
 * A change from being asked for to being proven: what a person is shown, who must agree, and which step follows which.
 *
 * <p>Values in, values out. Nothing is stored, sent or read here, and the time comes in as an argument. Start at {@link
 * dev.countergate.policy.change.ProposalState} for the path, {@link dev.countergate.policy.change.Proposal} for what leads
 * along it.
 */
@NullMarked
package dev.countergate.policy.change;

import org.jspecify.annotations.NullMarked;
