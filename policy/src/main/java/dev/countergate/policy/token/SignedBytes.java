package dev.countergate.policy.token;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.token.ApprovalToken.Reason;
import dev.countergate.policy.token.ApprovalToken.Verdict.Refused;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** What every signed text is held against, whatever it says: what was given out, the time, and the enrolled keys. */
final class SignedBytes {
    private SignedBytes() {}

    /**
     * What {@code verify} makes of a text and its signature, or {@code refused} of why they are none.
     *
     * @param text what was handed in, read
     * @param signature armoured, as it was handed in
     */
    static <T, R> R read(
            Checked<T> text,
            String signature,
            Function<Refused, R> refused,
            BiFunction<T, SshSignature, R> verify) {
        return switch (text) {
            case Checked.Invalid<T>(List<Fault> faults) ->
                    refused.apply(
                            new Refused(
                                    Reason.MALFORMED_STATEMENT,
                                    "not a statement: " + faults.getFirst().text()));
            case Checked.Valid<T>(T said) ->
                    switch (SshSignature.parse(signature)) {
                        case Checked.Invalid<SshSignature>(List<Fault> faults) ->
                                refused.apply(
                                        new Refused(
                                                Reason.MALFORMED_SIGNATURE,
                                                faults.getFirst().text()));
                        case Checked.Valid<SshSignature>(SshSignature signed) ->
                                verify.apply(said, signed);
                    };
        };
    }

    /**
     * The first reason why {@code bytes} and {@code signed} prove nothing, or nothing.
     *
     * @param bytes that were signed
     * @param said what they say
     * @param issued what the server gave out for the challenge
     * @param needsVerification whether the key must have verified its person
     * @param signers the keys enrolled now
     * @param now by the store's clock
     */
    static Optional<Refused> refusal(
            byte[] bytes,
            SshSignature signed,
            SignedText said,
            SignedText issued,
            boolean needsVerification,
            AllowedSigners signers,
            Instant now) {
        if (!said.challenge().equals(issued.challenge())) {
            return refuse(Reason.OTHER_CHALLENGE, "the statement answers another challenge");
        }
        if (!Arrays.equals(bytes, issued.bytes())) {
            return refuse(
                    Reason.NOT_ISSUED,
                    "the server did not give out this statement: sign the bytes of `statement` as"
                            + " they are");
        }
        if (now.isBefore(said.issued())) {
            return refuse(Reason.NOT_YET_VALID, "the statement is from the future");
        }
        if (!now.isBefore(said.expires())) {
            return refuse(
                    Reason.STATEMENT_EXPIRED,
                    "the statement had to be handed in before "
                            + UtcTime.text(said.expires())
                            + ": ask for a new one");
        }
        return keyRefusal(said, signed, signers, now)
                .or(() -> signatureRefusal(bytes, signed, needsVerification));
    }

    private static Optional<Refused> keyRefusal(
            SignedText said, SshSignature signed, AllowedSigners signers, Instant now) {
        SshPublicKey key = signed.key();
        if (!key.fingerprint().equals(said.key())) {
            return refuse(Reason.OTHER_KEY, "another key signed than the statement names");
        }
        return switch (signers.personOf(key, SignedText.NAMESPACE, now)) {
            case Checked.Invalid<Person>(List<Fault> faults) ->
                    refuse(Reason.KEY_NOT_ENROLLED, faults.getFirst().text());
            case Checked.Valid<Person>(Person person) ->
                    person.equals(said.approver())
                            ? Optional.empty()
                            : refuse(
                                    Reason.OTHER_PERSON,
                                    "the key is `"
                                            + person
                                            + "`'s, the statement `"
                                            + said.approver()
                                            + "`'s");
        };
    }

    private static Optional<Refused> signatureRefusal(
            byte[] bytes, SshSignature signed, boolean needsVerification) {
        if (signed.key().kind().isHardware() && !signed.hasPresence()) {
            return refuse(Reason.NO_PRESENCE, "the key reports no touch");
        }
        if (needsVerification && !signed.hasVerification()) {
            return refuse(
                    Reason.NO_VERIFICATION,
                    "the key did not verify its person: use a hardware key made with"
                            + " verify-required");
        }
        if (!signed.verifies(bytes, SignedText.NAMESPACE)) {
            return refuse(
                    Reason.BAD_SIGNATURE,
                    "the signature is not one of these bytes in the namespace "
                            + SignedText.NAMESPACE);
        }
        return Optional.empty();
    }

    private static Optional<Refused> refuse(Reason reason, String problem) {
        return Optional.of(new Refused(reason, problem));
    }
}
