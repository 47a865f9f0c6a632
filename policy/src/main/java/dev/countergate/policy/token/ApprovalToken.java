package dev.countergate.policy.token;

import java.time.Instant;

/**
 * A statement and its signature, as somebody hands them in. Worth nothing but for the one proposal, the one text seen, the
 * one challenge and the one server it was made for.
 */
public final class ApprovalToken {
    private final byte[] statement;
    private final String signature;

    /**
     * @param statement the bytes that were signed
     * @param signature armoured, as {@code ssh-keygen -Y sign} writes it
     */
    public ApprovalToken(byte[] statement, String signature) {
        this.statement = statement.clone();
        this.signature = signature;
    }

    /**
     * What a token must be a token for. Everything is what the server holds now, computed anew from the stored bytes; the
     * statement under {@code issued} is what it gave out for the challenge.
     *
     * @param server this one
     * @param proposal the one decided on
     * @param digest of the core as stored
     * @param view SHA-256 of the text the core renders to
     * @param issued the statement given out, to be found by its challenge
     * @param needsVerification whether the key must have verified its person, by PIN or fingerprint
     */
    public record Expected(
            ServerId server,
            ProposalId proposal,
            Digest digest,
            Digest view,
            Statement issued,
            boolean needsVerification) {}

    /** Why a token is refused, be it of an approval or of a {@link WideningToken widening}; the names are stable. */
    public enum Reason {
        MALFORMED_STATEMENT,
        MALFORMED_SIGNATURE,
        OTHER_SERVER,
        OTHER_PROPOSAL,
        OTHER_DIGEST,
        OTHER_VIEW,
        OTHER_CHALLENGE,
        NOT_ISSUED,
        NOT_YET_VALID,
        STATEMENT_EXPIRED,
        KEY_NOT_ENROLLED,
        OTHER_KEY,
        OTHER_PERSON,
        NO_PRESENCE,
        NO_VERIFICATION,
        BAD_SIGNATURE
    }

    /** What became of a token. */
    public sealed interface Verdict {
        /**
         * It is good.
         *
         * @param statement what was said
         * @param evidence that counts once: the digest of the statement's bytes
         * @param kind of the key that signed
         * @param counter of a hardware key; 0 for a software key
         */
        record Verified(Statement statement, Digest evidence, SshPublicKey.Kind kind, long counter)
                implements Verdict {}

        /**
         * It is not.
         *
         * @param reason what failed first
         * @param problem in words: lower case, one line, with a remedy where there is one
         */
        record Refused(Reason reason, String problem) implements Verdict {}
    }

    /**
     * Verifies this token. Nothing is spent by that: the caller consumes challenge and evidence where it records them.
     *
     * @param signers the keys enrolled now
     * @param now by the store's clock, which never goes back
     */
    public Verdict verify(Expected expected, AllowedSigners signers, Instant now) {
        return SignedBytes.read(
                Statement.read(statement),
                signature,
                refused -> refused,
                (said, signed) -> verify(said, signed, expected, signers, now));
    }

    private Verdict verify(
            Statement said,
            SshSignature signed,
            Expected expected,
            AllowedSigners signers,
            Instant now) {
        if (!said.server().equals(expected.server())) {
            return refuse(Reason.OTHER_SERVER, "the statement is for another server");
        }
        if (!said.proposal().equals(expected.proposal())) {
            return refuse(Reason.OTHER_PROPOSAL, "the statement is for another proposal");
        }
        if (!said.digest().equals(expected.digest())) {
            return refuse(
                    Reason.OTHER_DIGEST, "the statement is for other bytes than the proposal's");
        }
        if (!said.view().equals(expected.view())) {
            return refuse(Reason.OTHER_VIEW, "another text was shown than the proposal's");
        }
        return SignedBytes.refusal(
                        statement,
                        signed,
                        said,
                        expected.issued(),
                        expected.needsVerification(),
                        signers,
                        now)
                .<Verdict>map(refused -> refused)
                // The statement and not the signature is the evidence: an ECDSA signature can be
                // rewritten into another valid one by anybody, canonical bytes with a challenge
                // cannot.
                .orElseGet(
                        () ->
                                new Verdict.Verified(
                                        said,
                                        Digest.of(statement),
                                        signed.key().kind(),
                                        signed.counter()));
    }

    private static Verdict refuse(Reason reason, String problem) {
        return new Verdict.Refused(reason, problem);
    }

    @Override
    public String toString() {
        return "approval token " + Digest.of(statement);
    }
}
