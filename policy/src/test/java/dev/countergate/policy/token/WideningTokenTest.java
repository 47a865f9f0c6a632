package dev.countergate.policy.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.token.ApprovalToken.Reason;
import dev.countergate.policy.token.ApprovalToken.Verdict.Refused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every way a signed command can be another than the one given out; the signatures are the real ssh-keygen's. */
class WideningTokenTest {
    private static final Instant ISSUED = Instant.parse("2026-11-21T07:00:00.000Z");
    private static final Instant NOW = ISSUED.plusSeconds(60);
    private static final ServerId SERVER = new ServerId("ops-1");
    private static final WideningCommand THAW = new WideningCommand.Thaw("staging");

    @TempDir private Path folder;

    private SshKeygen keygen;
    private Path key;
    private String publicLine = "";
    private Widening issued;

    @BeforeEach
    void makeKey() throws Exception {
        keygen = new SshKeygen(folder);
        key = keygen.key("id", "-t", "ed25519", "-C", "");
        publicLine = Files.readString(Path.of(key + ".pub")).strip();
        issued = widening(THAW, SERVER, "ana", 'c');
    }

    @Test
    void is_good_as_it_was_given_out() throws Exception {
        assertThat(refusal(issued, sign(issued), NOW)).isEmpty();
    }

    /** The statement is changed and signed anew by the good key: only the comparison stands in the way. */
    @Test
    void refuses_a_statement_of_another_making() throws Exception {
        assertThat(reason(widening(THAW, new ServerId("ops-2"), "ana", 'c')))
                .contains(Reason.OTHER_SERVER);
        assertThat(reason(widening(THAW, SERVER, "ana", 'd'))).contains(Reason.OTHER_CHALLENGE);
        assertThat(reason(widening(new WideningCommand.Thaw("prod"), SERVER, "ana", 'c')))
                .contains(Reason.NOT_ISSUED);
        assertThat(reason(widening(new WideningCommand.Thaw(null), SERVER, "ana", 'c')))
                .contains(Reason.NOT_ISSUED);
        assertThat(reason(widening(THAW, SERVER, "bo", 'c'))).contains(Reason.NOT_ISSUED);
    }

    @ParameterizedTest
    @CsvSource({
        "-1,NOT_YET_VALID",
        "0,",
        "299999,",
        "300000,STATEMENT_EXPIRED",
        "86400000,STATEMENT_EXPIRED"
    })
    void counts_from_its_issue_until_before_its_end(long millis, Reason reason) throws Exception {
        assertThat(refusal(issued, sign(issued), ISSUED.plusMillis(millis)).map(Refused::reason))
                .isEqualTo(Optional.ofNullable(reason));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ana namespaces=\"file\" KEY              | KEY_NOT_ENROLLED",
                "ana valid-before=\"20261121070059Z\" KEY | KEY_NOT_ENROLLED",
                "bo KEY                                   | OTHER_PERSON",
                "#ana KEY                                 | KEY_NOT_ENROLLED",
            })
    void asks_the_enrolled_keys_as_they_are_now(String line, Reason reason) throws Exception {
        Optional<Refused> refused =
                new WideningToken(issued.bytes(), sign(issued))
                        .verify(SERVER, issued, signers(line.replace("KEY", publicLine)), NOW);

        assertThat(refused.map(Refused::reason)).contains(reason);
    }

    @Test
    void refuses_signatures_of_others_of_other_bytes_or_in_other_namespaces() throws Exception {
        Path other = keygen.key("other", "-t", "ed25519");
        String text = new String(issued.bytes(), UTF_8);

        assertThat(refusal(issued, keygen.sign(other, Statement.NAMESPACE, text), NOW))
                .map(Refused::reason)
                .contains(Reason.OTHER_KEY);
        assertThat(refusal(issued, keygen.sign(key, "file", text), NOW))
                .map(Refused::reason)
                .contains(Reason.BAD_SIGNATURE);
        assertThat(refusal(issued, keygen.sign(key, Statement.NAMESPACE, text + "\n"), NOW))
                .map(Refused::reason)
                .contains(Reason.BAD_SIGNATURE);
        assertThat(refusal(issued, "", NOW))
                .map(Refused::reason)
                .contains(Reason.MALFORMED_SIGNATURE);
    }

    @Test
    void an_approval_signed_by_the_same_key_moves_nothing() throws Exception {
        Statement approval =
                new Statement(
                        Statement.Decision.APPROVE,
                        SERVER,
                        new ProposalId("p-00000000000000000000000001"),
                        new Digest("a".repeat(64)),
                        new Digest("b".repeat(64)),
                        new Person("ana"),
                        issued.key(),
                        issued.challenge(),
                        issued.issued(),
                        issued.expires());
        String signature =
                keygen.sign(key, Statement.NAMESPACE, new String(approval.bytes(), UTF_8));

        assertThat(
                        new WideningToken(approval.bytes(), signature)
                                .verify(SERVER, issued, signers("ana " + publicLine), NOW))
                .map(Refused::reason)
                .contains(Reason.MALFORMED_STATEMENT);
    }

    @Test
    void demands_the_touch_of_a_hardware_key() throws Exception {
        HardwareKey hardware = new HardwareKey(false);
        publicLine = hardware.publicLine();
        issued = widening(THAW, SERVER, "ana", 'c');
        String text = new String(issued.bytes(), UTF_8);

        assertThat(refusal(issued, hardware.sign(Statement.NAMESPACE, text, 1), NOW)).isEmpty();
        assertThat(refusal(issued, hardware.sign(Statement.NAMESPACE, text, 0), NOW))
                .map(Refused::reason)
                .contains(Reason.NO_PRESENCE);
    }

    @Test
    void accepts_none_of_its_flipped_bits_and_truncations() throws Exception {
        byte[] statement = issued.bytes();
        String signature = sign(issued);
        AllowedSigners signers = signers("ana " + publicLine);
        for (int bit = 0; bit < statement.length * 8; bit++) {
            byte[] flipped = statement.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(new WideningToken(flipped, signature).verify(SERVER, issued, signers, NOW))
                    .as("bit %d", bit)
                    .isPresent();
        }
        for (int length = 0; length < statement.length; length++) {
            assertThat(
                            new WideningToken(Arrays.copyOf(statement, length), signature)
                                    .verify(SERVER, issued, signers, NOW))
                    .as("%d bytes", length)
                    .isPresent();
        }
    }

    private Optional<Reason> reason(Widening other) throws Exception {
        return refusal(other, sign(other), NOW).map(Refused::reason);
    }

    private Optional<Refused> refusal(Widening handedIn, String signature, Instant now) {
        return new WideningToken(handedIn.bytes(), signature)
                .verify(SERVER, issued, signers("ana " + publicLine), now);
    }

    private String sign(Widening widening) throws Exception {
        return keygen.sign(key, Statement.NAMESPACE, new String(widening.bytes(), UTF_8));
    }

    private Widening widening(
            WideningCommand command, ServerId server, String approver, char challenge) {
        return new Widening(
                command,
                server,
                new Person(approver),
                ((Checked.Valid<SshPublicKey>) SshPublicKey.parseLine(publicLine))
                        .value()
                        .fingerprint(),
                new Challenge(Character.toString(challenge).repeat(64)),
                ISSUED,
                ISSUED.plusSeconds(300));
    }

    private static AllowedSigners signers(String text) {
        return ((Checked.Valid<AllowedSigners>) AllowedSigners.parse(text, ZoneOffset.UTC)).value();
    }
}
