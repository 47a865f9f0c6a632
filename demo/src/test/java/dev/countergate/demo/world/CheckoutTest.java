package dev.countergate.demo.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is true of the service, row by row: when it was deployed, how it fares then. */
final class CheckoutTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Checkout OUTAGE = Checkout.inTrouble(NOW);

    /** When the leaking build began to serve. */
    private static final Instant LEAKING = OUTAGE.newest().serving();

    private static final Instant ROLLED_BACK = NOW.plusSeconds(60);
    private static final Checkout MENDED =
            OUTAGE.deploy(Build.SOUND, "countergate", ROLLED_BACK, "as approved");

    @ParameterizedTest
    @CsvSource({
        // seconds since the leaking build serves, share that fails, memory
        "-3600, 0.002,  0.41,   v2.4.0",
        "-1,    0.002,  0.41,   v2.4.0",
        "0,     0.002,  0.41,   v2.4.1",
        "120,   0.002,  0.597,  v2.4.1",
        "121,   0.003,  0.598,  v2.4.1",
        "210,   0.117,  0.737,  v2.4.1",
        "300,   0.231,  0.877,  v2.4.1",
        "360,   0.231,  0.97,   v2.4.1",
        "86400, 0.231,  0.97,   v2.4.1",
    })
    void the_newest_build_leaks_and_then_fails(
            long age, double failing, double memory, String version) {
        Instant at = LEAKING.plusSeconds(age);
        assertThat(OUTAGE.failing(at)).isCloseTo(failing, within(0.0005));
        assertThat(OUTAGE.memory(at)).isCloseTo(memory, within(0.0005));
        assertThat(OUTAGE.serving(at).build().version()).isEqualTo(version);
    }

    @ParameterizedTest
    @CsvSource({
        // milliseconds since the rollback was asked for, share that fails now, and over five
        // seconds
        "-1,     0.231,  0.231",
        "0,      0.231,  0.231",
        "1999,   0.231,  0.231",
        "2000,   0.002,  0.226",
        "4500,   0.002,  0.112",
        "6900,   0.002,  0.002",
        "600000, 0.002,  0.002",
    })
    void an_older_build_mends_it_once_it_serves(long millis, double failing, double windowed) {
        Instant at = ROLLED_BACK.plusMillis(millis);
        assertThat(MENDED.failing(at)).isCloseTo(failing, within(0.0005));
        assertThat(MENDED.failing(at, Duration.ofSeconds(5))).isCloseTo(windowed, within(0.003));
    }

    @Test
    void what_is_deployed_later_changes_nothing_of_the_past() {
        for (int second = -900; second <= 60; second += 7) {
            Instant at = NOW.plusSeconds(second);
            assertThat(MENDED.failing(at)).isEqualTo(OUTAGE.failing(at));
            assertThat(MENDED.memory(at)).isEqualTo(OUTAGE.memory(at));
        }
    }

    @Test
    void the_same_leaking_build_sent_out_again_begins_anew_and_fails_again() {
        Checkout again = OUTAGE.deploy(Build.LEAKING, "ben", NOW, "again");
        assertThat(again.failing(NOW.plusSeconds(60))).isEqualTo(Build.FAILING_BY_CHANCE);
        assertThat(again.failing(NOW.plusSeconds(360))).isEqualTo(Build.FAILING_AT_WORST);
    }

    @ParameterizedTest
    @CsvSource({
        // people are told once more than one request in twenty fails
        "-60, false",
        "120, false",
        "157, false",
        "158, true",
        "660, true",
    })
    void people_are_told_while_one_request_in_twenty_fails(long age, boolean told) {
        List<Checkout.Alert> alerts = OUTAGE.alerts(LEAKING.plusSeconds(age));
        assertThat(alerts).hasSize(told ? 1 : 0);
        assertThat(alerts)
                .allSatisfy(
                        alert -> {
                            assertThat(alert.since())
                                    .isBetween(LEAKING.plusSeconds(157), LEAKING.plusSeconds(158));
                            assertThat(alert.summary()).contains("simulated");
                        });
    }

    @Test
    void nobody_is_told_any_more_once_it_is_mended() {
        assertThat(MENDED.alerts(ROLLED_BACK)).hasSize(1);
        assertThat(MENDED.alerts(ROLLED_BACK.plus(Deployment.ROLL_OUT))).isEmpty();
    }

    @Test
    void the_log_tells_of_failures_and_brings_in_what_steers_only_while_it_fails() {
        List<Checkout.LogLine> failing = OUTAGE.lines(NOW.minusSeconds(60), NOW);
        assertThat(failing).hasSize(30 + 12);
        assertThat(failing).anyMatch(line -> line.text().equals(Checkout.STEERING));
        List<Checkout.LogLine> well = OUTAGE.lines(LEAKING.minusSeconds(60), LEAKING);
        assertThat(well).hasSize(6);
        assertThat(well).allMatch(line -> line.text().contains("version=v2.4.0"));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0, 1",
        "0, 121",
        "0, 641",
        "120, 121",
        "121, 122",
        "500, 2500",
        "-9000, 9000"
    })
    void a_log_between_two_times_holds_what_lies_between_them(long from, long to) {
        Instant start = NOW.plusMillis(from);
        Instant end = NOW.plusMillis(to);
        assertThat(OUTAGE.lines(start, end))
                .isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()))
                .isEqualTo(
                        OUTAGE.lines(start.minusSeconds(30), end.plusSeconds(30)).stream()
                                .filter(
                                        line ->
                                                !line.at().isBefore(start)
                                                        && line.at().isBefore(end))
                                .toList());
    }
}
