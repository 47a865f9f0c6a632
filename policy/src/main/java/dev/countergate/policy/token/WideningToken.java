package dev.countergate.policy.token;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.token.ApprovalToken.Reason;
import dev.countergate.policy.token.ApprovalToken.Verdict.Refused;
import java.time.Instant;
import java.util.Optional;

/**
 * A {@link Widening} and its signature, as somebody hands them in. Worth nothing but for the one command, the one challenge
 * and the one server it was made for.
 */
public final class WideningToken {
    private final byte[] statement;
    private final String signature;

    /**
     * @param statement the bytes that were signed
     * @param signature armoured, as {@code ssh-keygen -Y sign} writes it
     */
    public WideningToken(byte[] statement, String signature) {
        this.statement = statement.clone();
        this.signature = signature;
    }

    /** What is said by whoever hands this in, verified or not; the challenge in it finds what was given out. */
    public Checked<Widening> said() {
        return Widening.read(statement);
    }

    /**
     * Why this token proves nothing; empty when it is good. Nothing is spent by that: the caller consumes the challenge.
     *
     * @param server this one
     * @param issued the statement given out for the challenge
     * @param signers the keys enrolled now
     * @param now by the store's clock, which never goes back
     */
    public Optional<Refused> verify(
            ServerId server, Widening issued, AllowedSigners signers, Instant now) {
        return SignedBytes.read(
                said(),
                signature,
                Optional::of,
                (said, signed) ->
                        said.server().equals(server)
                                ? SignedBytes.refusal(
                                        statement, signed, said, issued, false, signers, now)
                                : Optional.of(
                                        new Refused(
                                                Reason.OTHER_SERVER,
                                                "the statement is for another server")));
    }

    @Override
    public String toString() {
        return "widening token " + Digest.of(statement);
    }
}
