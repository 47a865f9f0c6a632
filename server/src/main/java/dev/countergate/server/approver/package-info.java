/**
 * The person's end of an approval: their terminal, their key, and what is checked before the one signs with the other.
 *
 * <p>Nothing here speaks to a daemon or decides anything: what a daemon says comes in as an argument and is not believed
 * before it was checked against the bytes it is about. Start at {@link dev.countergate.server.approver.ShownProposal} for
 * what a person sees, {@link dev.countergate.server.approver.SshKeygen} for how they sign.
 */
@NullMarked
package dev.countergate.server.approver;

import org.jspecify.annotations.NullMarked;
