package dev.countergate.policy.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Person;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class WideningTest {
    private static final Instant ISSUED = Instant.parse("2026-11-21T07:00:00.123Z");
    private static final String FINGERPRINT = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU";
    private static final String KEY_LINE =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICVFbCvZVTFvfaPMmL06rFqfUP5BO8gXrCp8VbvK6nhD";
    private static final SshPublicKey KEY =
            ((Checked.Valid<SshPublicKey>) SshPublicKey.parseLine(KEY_LINE)).value();

    /** Written out once by hand: others sign and keep these bytes. */
    private static final String TEXT =
            "{\"approver\":\"ana\",\"arguments\":{\"applied\":true,\"note\":\"seen in the console\",\"proposal\":\"p-00000000000000000000000001\"},\"challenge\":\""
                    + "c".repeat(64)
                    + "\",\"command\":\"resolve\",\"expires\":\"2026-11-21T07:05:00.123Z\",\"issued\":\"2026-11-21T07:00:00.123Z\",\"key\":\""
                    + FINGERPRINT
                    + "\",\"server\":\"ops-1\",\"version\":1}";

    static Stream<WideningCommand> commands() {
        return Stream.of(
                new WideningCommand.Thaw(null),
                new WideningCommand.Thaw("prod"),
                new WideningCommand.Resolve(
                        new ProposalId("p-00000000000000000000000001"),
                        true,
                        "seen in the console"),
                new WideningCommand.Resolve(
                        new ProposalId("p-00000000000000000000000001"), false, "none there"),
                new WideningCommand.Reload(new Digest("a".repeat(64))),
                new WideningCommand.ApproverAdd(new Person("bo"), KEY),
                new WideningCommand.ApproverRemove(new Person("bo"), null),
                new WideningCommand.ApproverRemove(new Person("bo"), FINGERPRINT));
    }

    @Test
    void has_one_form() {
        Widening widening = widening(commands().toList().get(2));

        assertThat(new String(widening.bytes(), UTF_8)).isEqualTo(TEXT);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void comes_back_as_it_was_given_out(WideningCommand command) {
        Widening widening = widening(command);

        assertThat(Widening.read(widening.bytes())).isEqualTo(Checked.valid(widening));
        assertThat(WideningCommand.read(command.word(), command.arguments()))
                .isEqualTo(Checked.valid(command));
    }

    @Test
    void no_two_commands_have_the_same_bytes() {
        List<String> texts =
                commands().map(each -> new String(widening(each).bytes(), UTF_8)).toList();

        assertThat(texts).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void is_never_an_approval_and_an_approval_never_one(WideningCommand command) {
        Statement statement =
                new Statement(
                        Statement.Decision.APPROVE,
                        new ServerId("ops-1"),
                        new ProposalId("p-00000000000000000000000001"),
                        new Digest("a".repeat(64)),
                        new Digest("b".repeat(64)),
                        new Person("ana"),
                        FINGERPRINT,
                        new Challenge("c".repeat(64)),
                        ISSUED,
                        ISSUED.plusSeconds(300));

        assertThat(Statement.read(widening(command).bytes()).faultsFound()).isNotEmpty();
        assertThat(Widening.read(statement.bytes()).faultsFound()).isNotEmpty();
    }

    /** What stands in one format's way in the other is named, not met by chance. */
    @Test
    void each_format_demands_what_the_other_refuses() {
        assertThat(Statement.read(TEXT.getBytes(UTF_8)).faultsFound())
                .extracting(each -> each.subject())
                .contains("command", "arguments", "decision", "proposal", "digest", "view");
    }

    @Test
    void no_change_of_one_bit_leaves_it_saying_the_same() {
        byte[] bytes = TEXT.getBytes(UTF_8);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(Widening.read(flipped)).as("bit %d", bit).isNotEqualTo(Widening.read(bytes));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "\"version\":1     | \"version\":2",
                "\"version\":1     | \"version\":true",
                "\"resolve\"       | \"resolves\"",
                "\"resolve\"       | \"freeze\"",
                "\"resolve\"       | \"thaw\"",
                "\"resolve\"       | \"reload\"",
                "\"resolve\"       | null",
                "\"applied\":true  | \"applied\":\"true\"",
                "\"applied\":true  | \"applied\":1",
                "\"applied\":true, | ''",
                "\"note\"          | \"notes\"",
                "seen in           | seen\\nin",
                "seen in           | seen\\u202Ein",
                "\"seen in the console\" | \"\"",
                "\"seen in the console\" | \" \"",
                "p-000             | p-00",
                "{\"applied\"      | {\"also\":1,\"applied\"",
                "{\"approver\"     | {\"also\":1,\"approver\"",
                "\"ana\"           | \"ana,bo\"",
                "\"ops-1\"         | \"\"",
                "SHA256:           | MD5:",
                "cccc\"            | ccc\"",
                "07:05:00.123Z     | 07:00:00.123Z",
                "07:05:00.123Z     | 08:00:00.124Z",
            })
    void refuses_members_that_are_unknown_missing_spelt_otherwise_or_of_another_type(
            String part, String other) {
        String changed = TEXT.replace(part, other);

        assertThat(changed).isNotEqualTo(TEXT);
        assertThat(Widening.read(changed.getBytes(UTF_8)).faultsFound()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "thaw            | {\"environment\":\"\"}",
                "thaw            | {\"environment\":null}",
                "thaw            | {\"env\":\"prod\"}",
                "thaw            | []",
                "thaw            | \"prod\"",
                "reload          | {}",
                "reload          | {\"digest\":\"aa\"}",
                "approver_add    | {\"name\":\"bo\"}",
                "approver_add    | {\"name\":\"bo\",\"key\":\"\"}",
                "approver_add    | {\"name\":\"bo,ana\",\"key\":\"KEY\"}",
                "approver_add    | {\"name\":\"*\",\"key\":\"KEY\"}",
                "approver_add    | {\"name\":\"bo\",\"key\":\"KEY\",\"namespaces\":\"file\"}",
                "approver_add    | {\"name\":\"bo\",\"key\":\"bo KEY\"}",
                "approver_add    | {\"name\":\"bo\",\"key\":\"namespaces=\\\"file\\\" KEY\"}",
                "approver_remove | {}",
                "approver_remove | {\"name\":\"bo\",\"fingerprint\":\"all\"}",
                "approver_remove | {\"name\":\"bo\",\"fingerprint\":null}",
                "approve         | {}",
                "''              | {}",
            })
    void refuses_arguments_that_are_not_the_commands(String word, String arguments) {
        assertThat(
                        WideningCommand.read(
                                        word,
                                        new JsonMapper()
                                                .readTree(arguments.replace("KEY", KEY_LINE)))
                                .faultsFound())
                .isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQA=,`ssh-rsa` cannot approve",
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY=,`ecdsa-sha2-nistp256` cannot approve",
        "cert-authority ssh-ed25519 AAAA,certificate authority",
        "'  CERT-AUTHORITY ssh-ed25519 AAAA',certificate authority",
        "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29t,cannot approve",
        "ssh-ed25519,not a public key",
    })
    void says_why_a_key_cannot_be_enrolled(String line, String reason) {
        Checked<WideningCommand> command =
                WideningCommand.read(
                        "approver_add",
                        new JsonMapper().createObjectNode().put("name", "bo").put("key", line));

        assertThat(command.faultsFound()).singleElement().asString().contains(reason);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3_600_001, -1, Long.MAX_VALUE / 1_000_000})
    void is_given_out_for_a_while_and_for_an_hour_at_most(long millis) {
        assertThatThrownBy(
                        () ->
                                new Widening(
                                        new WideningCommand.Thaw(null),
                                        new ServerId("ops-1"),
                                        new Person("ana"),
                                        FINGERPRINT,
                                        new Challenge("c".repeat(64)),
                                        ISSUED,
                                        ISSUED.plus(Duration.ofMillis(millis))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Widening widening(WideningCommand command) {
        return new Widening(
                command,
                new ServerId("ops-1"),
                new Person("ana"),
                FINGERPRINT,
                new Challenge("c".repeat(64)),
                ISSUED,
                ISSUED.plus(Duration.ofMinutes(5)));
    }
}
