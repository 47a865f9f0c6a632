package dev.countergate.policy.change;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.token.ApprovalToken.Verdict.Verified;
import dev.countergate.policy.token.Challenge;
import dev.countergate.policy.token.Digest;
import java.time.Instant;

/**
 * An approval that was accepted. It holds until the proposal expires.
 *
 * @param person who approved
 * @param key the fingerprint of the key they signed with
 * @param challenge that is spent on it
 * @param evidence that is spent on it
 * @param at when it was accepted
 */
public record Approval(
        Person person, String key, Challenge challenge, Digest evidence, Instant at) {
    static Approval of(Verified token, StoreTime now) {
        return new Approval(
                token.statement().approver(),
                token.statement().key(),
                token.statement().challenge(),
                token.evidence(),
                now.at());
    }
}
