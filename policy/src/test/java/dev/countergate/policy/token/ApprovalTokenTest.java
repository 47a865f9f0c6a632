package dev.countergate.policy.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.token.ApprovalToken.Expected;
import dev.countergate.policy.token.ApprovalToken.Reason;
import dev.countergate.policy.token.ApprovalToken.Verdict;
import dev.countergate.policy.token.Statement.Decision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every way a token can be another than the one asked for; the signatures are the real ssh-keygen's. */
class ApprovalTokenTest {
    private static final Instant ISSUED = Instant.parse("2026-11-21T07:00:00.000Z");
    private static final Instant NOW = ISSUED.plusSeconds(60);
    private static final ServerId SERVER = new ServerId("ops-1");
    private static final ProposalId PROPOSAL = new ProposalId("p-00000000000000000000000001");
    private static final Digest DIGEST = Digest.of("core".getBytes(UTF_8));
    private static final Digest VIEW = Digest.of("text".getBytes(UTF_8));
    private static final Challenge CHALLENGE = new Challenge("c".repeat(64));

    @TempDir private Path folder;

    private SshKeygen keygen;
    private Path key;
    private String publicLine = "";
    private Statement issued = statement(Map.of());
    private Expected expected = expected(issued, false);

    @BeforeEach
    void makeKey() throws Exception {
        keygen = new SshKeygen(folder);
        key = keygen.key("id", "-t", "ed25519", "-C", "");
        publicLine = Files.readString(Path.of(key + ".pub")).strip();
        issued = statement(Map.of());
        expected = expected(issued, false);
    }

    @Test
    void verifies_a_statement_signed_as_it_was_given_out() throws Exception {
        String signature = sign(issued);

        assertThat(verdict(issued, signature))
                .isEqualTo(
                        new Verdict.Verified(
                                issued, Digest.of(issued.bytes()), SshPublicKey.Kind.ED25519, 0));
        assertThat(
                        keygen.verifies(
                                "ana",
                                publicLine,
                                Statement.NAMESPACE,
                                new String(issued.bytes(), UTF_8),
                                signature))
                .as("with stock tools too")
                .isTrue();
    }

    @Test
    void verifies_a_rejection_as_a_rejection() throws Exception {
        issued = statement(Map.of("decision", "reject"));
        expected = expected(issued, false);

        assertThat(verdict(issued, sign(issued)))
                .isInstanceOfSatisfying(
                        Verdict.Verified.class,
                        verified ->
                                assertThat(verified.statement().decision())
                                        .isEqualTo(Decision.REJECT));
    }

    /** The statement is changed and signed anew by the good key: only the comparison stands in the way. */
    @ParameterizedTest
    @CsvSource({
        "server,ops-2,OTHER_SERVER",
        "proposal,p-00000000000000000000000002,OTHER_PROPOSAL",
        "digest,0000000000000000000000000000000000000000000000000000000000000000,OTHER_DIGEST",
        "view,0000000000000000000000000000000000000000000000000000000000000000,OTHER_VIEW",
        "challenge,0000000000000000000000000000000000000000000000000000000000000000,OTHER_CHALLENGE",
        "decision,reject,NOT_ISSUED",
        "approver,bo,NOT_ISSUED",
        "issued,2026-11-21T07:00:00.001Z,NOT_ISSUED",
        "expires,2026-11-21T08:00:00.000Z,NOT_ISSUED",
    })
    void refuses_a_statement_of_another_making(String member, String value, Reason reason)
            throws Exception {
        Statement other = statement(Map.of(member, value));

        assertThat(reason(other, sign(other))).isEqualTo(reason);
    }

    /** The other way round: the statement was given out so, but what the server holds has changed since. */
    @Test
    void refuses_a_statement_once_the_stored_bytes_are_others() throws Exception {
        String signature = sign(issued);
        Digest other = Digest.of("edited".getBytes(UTF_8));

        expected = new Expected(SERVER, PROPOSAL, other, VIEW, issued, false);
        assertThat(reason(issued, signature)).isEqualTo(Reason.OTHER_DIGEST);
        expected = new Expected(SERVER, PROPOSAL, DIGEST, other, issued, false);
        assertThat(reason(issued, signature)).isEqualTo(Reason.OTHER_VIEW);
        expected = new Expected(new ServerId("restored"), PROPOSAL, DIGEST, VIEW, issued, false);
        assertThat(reason(issued, signature)).isEqualTo(Reason.OTHER_SERVER);
    }

    @ParameterizedTest
    @CsvSource({
        "-1,NOT_YET_VALID",
        "0,",
        "299999,",
        "300000,STATEMENT_EXPIRED",
        "300001,STATEMENT_EXPIRED",
        "86400000,STATEMENT_EXPIRED",
    })
    void counts_from_its_issue_until_before_its_end(long millis, Reason reason) throws Exception {
        Verdict verdict =
                new ApprovalToken(issued.bytes(), sign(issued))
                        .verify(expected, signers("ana " + publicLine), ISSUED.plusMillis(millis));

        assertThat(verdict instanceof Verdict.Refused refused ? refused.reason() : null)
                .isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ana namespaces=\"file\" KEY                | KEY_NOT_ENROLLED",
                "ana valid-after=\"20261121070101Z\" KEY    | KEY_NOT_ENROLLED",
                "ana valid-before=\"20261121070059Z\" KEY   | KEY_NOT_ENROLLED",
                "bo KEY                                     | OTHER_PERSON",
                "#ana KEY                                   | KEY_NOT_ENROLLED",
            })
    void asks_the_enrolled_keys_as_they_are_now(String line, Reason reason) throws Exception {
        Verdict verdict =
                new ApprovalToken(issued.bytes(), sign(issued))
                        .verify(expected, signers(line.replace("KEY", publicLine)), NOW);

        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason));
    }

    @Test
    void refuses_a_signature_by_another_enrolled_key() throws Exception {
        Path other = keygen.key("other", "-t", "ed25519");
        String otherLine = Files.readString(Path.of(other + ".pub")).strip();
        String signature = keygen.sign(other, Statement.NAMESPACE, text(issued));

        Verdict verdict =
                new ApprovalToken(issued.bytes(), signature)
                        .verify(expected, signers("ana " + publicLine + "\nbo " + otherLine), NOW);

        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.OTHER_KEY));
    }

    @Test
    void refuses_signatures_of_other_bytes_or_in_other_namespaces() throws Exception {
        assertThat(reason(issued, keygen.sign(key, "file", text(issued))))
                .isEqualTo(Reason.BAD_SIGNATURE);
        assertThat(reason(issued, keygen.sign(key, Statement.NAMESPACE, text(issued) + "\n")))
                .isEqualTo(Reason.BAD_SIGNATURE);
        assertThat(reason(issued, sign(statement(Map.of("decision", "reject")))))
                .isEqualTo(Reason.BAD_SIGNATURE);
        assertThat(reason(issued, "")).isEqualTo(Reason.MALFORMED_SIGNATURE);
        assertThat(reason(issued, sign(issued) + sign(issued)))
                .isEqualTo(Reason.MALFORMED_SIGNATURE);
    }

    @ParameterizedTest
    @CsvSource({
        "true,1,false,",
        "true,5,true,",
        "true,1,true,NO_VERIFICATION",
        "true,0,false,NO_PRESENCE",
        "true,4,false,NO_PRESENCE",
        "true,4,true,NO_PRESENCE",
        "false,1,false,",
        "false,5,true,",
        "false,1,true,NO_VERIFICATION",
        "false,0,false,NO_PRESENCE",
        "false,4,true,NO_PRESENCE",
    })
    void demands_touch_and_where_wanted_verification(
            boolean ecdsa, int flags, boolean needsVerification, Reason reason) throws Exception {
        HardwareKey hardware = new HardwareKey(ecdsa);
        publicLine = hardware.publicLine();
        issued = statement(Map.of());
        expected = expected(issued, needsVerification);

        Verdict verdict = verdict(issued, hardware.sign(Statement.NAMESPACE, text(issued), flags));

        assertThat(verdict instanceof Verdict.Refused refused ? refused.reason() : null)
                .isEqualTo(reason);
    }

    @Test
    void a_software_key_never_counts_as_verified() throws Exception {
        expected = expected(issued, true);

        assertThat(reason(issued, sign(issued))).isEqualTo(Reason.NO_VERIFICATION);
    }

    @Test
    void accepts_none_of_a_tokens_flipped_bits_and_truncations() throws Exception {
        byte[] statement = issued.bytes();
        String signature = sign(issued);
        byte[] blob = Base64.getMimeDecoder().decode(signature.replaceAll("-----.*-----", ""));
        List<ApprovalToken> tokens = new ArrayList<>();
        for (int bit = 0; bit < statement.length * 8; bit++) {
            tokens.add(new ApprovalToken(flipped(statement, bit), signature));
        }
        for (int bit = 0; bit < blob.length * 8; bit++) {
            tokens.add(new ApprovalToken(statement, HardwareKey.armoured(flipped(blob, bit))));
        }
        for (int length = 0; length < statement.length; length++) {
            tokens.add(new ApprovalToken(Arrays.copyOf(statement, length), signature));
        }

        AllowedSigners signers = signers("ana " + publicLine);
        assertThat(tokens)
                .allSatisfy(
                        token ->
                                assertThat(token.verify(expected, signers, NOW))
                                        .isInstanceOf(Verdict.Refused.class));
    }

    @Test
    void counts_a_rewritten_signature_as_the_same_evidence() throws Exception {
        String signature = sign(issued);
        String rewritten = signature.replace("\n", "\r\n");

        assertThat(((Verdict.Verified) verdict(issued, rewritten)).evidence())
                .isEqualTo(((Verdict.Verified) verdict(issued, signature)).evidence());
    }

    private String sign(Statement statement) throws Exception {
        return keygen.sign(key, Statement.NAMESPACE, text(statement));
    }

    private static String text(Statement statement) {
        return new String(statement.bytes(), UTF_8);
    }

    private Verdict verdict(Statement statement, String signature) {
        return new ApprovalToken(statement.bytes(), signature)
                .verify(expected, signers("ana " + publicLine), NOW);
    }

    private Reason reason(Statement statement, String signature) {
        return ((Verdict.Refused) verdict(statement, signature)).reason();
    }

    private static Expected expected(Statement issued, boolean needsVerification) {
        return new Expected(SERVER, PROPOSAL, DIGEST, VIEW, issued, needsVerification);
    }

    private Statement statement(Map<String, String> changes) {
        String fingerprint =
                publicLine.isEmpty()
                        ? "SHA256:" + "A".repeat(43)
                        : ((Checked.Valid<SshPublicKey>) SshPublicKey.parseLine(publicLine))
                                .value()
                                .fingerprint();
        return new Statement(
                Decision.valueOf(
                        changes.getOrDefault("decision", "approve").toUpperCase(Locale.ROOT)),
                new ServerId(changes.getOrDefault("server", SERVER.value())),
                new ProposalId(changes.getOrDefault("proposal", PROPOSAL.value())),
                new Digest(changes.getOrDefault("digest", DIGEST.hex())),
                new Digest(changes.getOrDefault("view", VIEW.hex())),
                new Person(changes.getOrDefault("approver", "ana")),
                fingerprint,
                new Challenge(changes.getOrDefault("challenge", CHALLENGE.hex())),
                Instant.parse(changes.getOrDefault("issued", ISSUED.toString())),
                Instant.parse(
                        changes.getOrDefault(
                                "expires", ISSUED.plus(Duration.ofMinutes(5)).toString())));
    }

    private static AllowedSigners signers(String text) {
        return ((Checked.Valid<AllowedSigners>) AllowedSigners.parse(text, ZoneOffset.UTC)).value();
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        return flipped;
    }
}
