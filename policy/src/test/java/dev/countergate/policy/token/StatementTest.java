package dev.countergate.policy.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Person;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementTest {
    private static final Instant ISSUED = Instant.parse("2026-11-21T07:00:00.123Z");
    private static final Statement STATEMENT =
            new Statement(
                    Statement.Decision.APPROVE,
                    new ServerId("ops-1"),
                    new ProposalId("p-00000000000000000000000001"),
                    new Digest("a".repeat(64)),
                    new Digest("b".repeat(64)),
                    new Person("ana"),
                    "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
                    new Challenge("c".repeat(64)),
                    ISSUED,
                    ISSUED.plus(Duration.ofMinutes(5)));

    /** Written out once by hand: others sign and keep these bytes. */
    private static final String TEXT =
            "{\"approver\":\"ana\",\"challenge\":\""
                    + "c".repeat(64)
                    + "\",\"decision\":\"approve\",\"digest\":\""
                    + "a".repeat(64)
                    + "\",\"expires\":\"2026-11-21T07:05:00.123Z\",\"issued\":\"2026-11-21T07:00:00.123Z\",\"key\":\"SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU\",\"proposal\":\"p-00000000000000000000000001\",\"server\":\"ops-1\",\"version\":1,\"view\":\""
                    + "b".repeat(64)
                    + "\"}";

    @Test
    void has_one_form() {
        assertThat(new String(STATEMENT.bytes(), UTF_8)).isEqualTo(TEXT);
        assertThat(Statement.read(STATEMENT.bytes())).isEqualTo(Checked.valid(STATEMENT));
    }

    @Test
    void no_change_of_one_bit_leaves_it_a_statement_that_says_the_same() {
        byte[] bytes = STATEMENT.bytes();
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(Statement.read(flipped))
                    .as("bit %d", bit)
                    .isNotEqualTo(Checked.valid(STATEMENT));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "\"version\":1    | \"version\":2",
                "\"version\":1    | \"version\":\"1\"",
                "\"version\":1    | \"version\":1.0",
                "\"version\":1    | \"version\":true",
                "\"version\":1,   | ''",
                "\"version\":1,   | \"Version\":1,",
                "\"version\":1    | \"version\":1,\"version\":1",
                "\"approve\"      | \"APPROVE\"",
                "\"approve\"      | \"approved\"",
                "\"approve\"      | true",
                "\"approve\"      | null",
                "\"decision\":\"approve\", | ''",
                "\"decision\"     | \"Decision\"",
                "\"ops-1\"        | \"\"",
                "\"ops-1\"        | \"ops 1\"",
                "\"ops-1\"        | [\"ops-1\"]",
                "\"ana\"          | \"\"",
                "\"ana\"          | \"аna\"",
                "\"ana\"          | \"ana,bo\"",
                "\"ana\"          | {\"name\":\"ana\"}",
                "p-0000           | P-0000",
                "p-0000           | p-8000",
                "p-0000           | p-o000",
                "p-0000           | p-000",
                "0000001\"        | 000000l\"",
                "aaaa\"           | aaaA\"",
                "aaaa\"           | aaa\"",
                "bbbb\"           | bbbg\"",
                "cccc\"           | ccccc\"",
                "SHA256:          | MD5:",
                "OqU\"            | OqU=\"",
                "07:05:00.123Z    | 07:05:00Z",
                "07:05:00.123Z    | 07:05:00.1230Z",
                "07:05:00.123Z    | 07:05:00.123z",
                "07:05:00.123Z    | 07:05:00.123+00:00",
                "21T07:05         | 21 07:05",
                "2026-11-21T07:05 | 2026-11-31T07:05",
                "07:05:00.123Z    | 07:00:00.123Z",
                "07:05:00.123Z    | 06:59:59.999Z",
                "07:05:00.123Z    | 08:00:00.124Z",
                "07:05:00.123Z    | 07:04:60.123Z",
                "{\"approver\"    | {\"also\":1,\"approver\"",
                "{\"approver\"    | {\"Approver\":\"eve\",\"approver\"",
                "{\"approver\"    | [{\"approver\"",
            })
    void refuses_members_that_are_unknown_missing_spelt_otherwise_or_of_another_type(
            String part, String other) {
        String changed = TEXT.replace(part, other);

        assertThat(changed).isNotEqualTo(TEXT);
        assertThat(Statement.read(changed.getBytes(UTF_8)).faultsFound()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", " ", "\0", "{}", ",", "\uFEFF"})
    void refuses_anything_around_it(String around) {
        assertThat(Statement.read((TEXT + around).getBytes(UTF_8)).faultsFound()).isNotEmpty();
        assertThat(Statement.read((around + TEXT).getBytes(UTF_8)).faultsFound()).isNotEmpty();
    }

    @Test
    void refuses_to_be_made_for_longer_than_an_hour_or_with_a_part_of_a_millisecond() {
        for (Instant expires :
                new Instant[] {
                    ISSUED,
                    ISSUED.plus(Statement.VALID_MAX).plusMillis(1),
                    ISSUED.plusSeconds(60).plusNanos(1),
                    Instant.MAX
                }) {
            assertThatThrownBy(
                            () ->
                                    new Statement(
                                            STATEMENT.decision(),
                                            STATEMENT.server(),
                                            STATEMENT.proposal(),
                                            STATEMENT.digest(),
                                            STATEMENT.view(),
                                            STATEMENT.approver(),
                                            STATEMENT.key(),
                                            STATEMENT.challenge(),
                                            ISSUED,
                                            expires))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
