/**
 * A log that cannot be edited unnoticed: a Merkle tree over its leaves (RFC 6962), and signed notes over its roots (C2SP).
 *
 * <p>Hashes and checks only; where leaves are kept and which key signs is not known here. Start at {@link
 * dev.countergate.policy.log.MerkleTree}.
 */
@NullMarked
package dev.countergate.policy.log;

import org.jspecify.annotations.NullMarked;
