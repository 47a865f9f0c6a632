/**
 * What a person signs and how it is checked: canonical bytes, digests, OpenSSH signatures, enrolled keys.
 *
 * <p>Bytes in, verdicts out: nothing here reads files, tells the time or keeps state, and there is no signing. Start at
 * {@link dev.countergate.policy.token.CanonicalJson} for the bytes, {@link
 * dev.countergate.policy.token.SshSignature} for the evidence and {@link dev.countergate.policy.token.ApprovalToken} for the
 * verdict.
 */
@NullMarked
package dev.countergate.policy.token;

import org.jspecify.annotations.NullMarked;
