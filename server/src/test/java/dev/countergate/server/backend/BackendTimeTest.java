package dev.countergate.server.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackendTimeTest {
    @ParameterizedTest
    @CsvSource({
        "1795228861, 2026-11-21T02:41:01Z",
        "1795228860.600, 2026-11-21T02:41:00.600Z",
        "1795228860.6, 2026-11-21T02:41:00.600Z",
        "1.795228861e+09, 2026-11-21T02:41:01Z",
        "0, 1970-01-01T00:00:00Z",
        "-1.5, 1969-12-31T23:59:58.500Z",
        "0.1234567899, 1970-01-01T00:00:00.123456789Z",
    })
    void seconds_are_read_exactly(String seconds, Instant time) throws UnreadableAnswer {
        assertThat(BackendTime.ofSeconds(seconds)).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e999999999", "-1e99", "1e-999999999", "x", "", "1e99999999999"})
    void seconds_that_are_no_time_are_unreadable(String seconds) {
        assertThatThrownBy(() -> BackendTime.ofSeconds(seconds))
                .isInstanceOf(UnreadableAnswer.class);
    }

    @Test
    void nanoseconds_are_read_and_written_exactly() throws UnreadableAnswer {
        Instant time = Instant.parse("2026-11-21T02:46:12.288365371Z");
        assertThat(BackendTime.ofNanos("1795229172288365371")).isEqualTo(time);
        assertThat(BackendTime.toNanos(time)).isEqualTo("1795229172288365371");
        assertThat(BackendTime.toNanos(Instant.EPOCH.minusNanos(1))).isEqualTo("-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1.5", "1e5", "now", "99999999999999999999999999999999999999999"})
    void nanoseconds_that_are_no_integer_are_unreadable(String nanos) {
        assertThatThrownBy(() -> BackendTime.ofNanos(nanos)).isInstanceOf(UnreadableAnswer.class);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-21T02:44:29.116784129Z, 2026-11-21T02:44:29.116Z",
        "2026-11-21T02:44:29Z, 2026-11-21T02:44:29.000Z",
        "2026-11-21T03:44:29.5+01:00, 2026-11-21T02:44:29.500Z",
    })
    void rfc_3339_is_written_in_utc_with_milliseconds(String given, String shown)
            throws UnreadableAnswer {
        assertThat(BackendTime.ofRfc3339(given).map(BackendTime::toText)).contains(shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"})
    void the_zero_time_is_none(String zero) throws UnreadableAnswer {
        assertThat(BackendTime.ofRfc3339(zero)).isEmpty();
    }

    @Test
    void seconds_are_written_with_as_much_fraction_as_there_is() {
        assertThat(BackendTime.toSeconds(Instant.ofEpochSecond(1795229100)))
                .isEqualTo("1795229100");
        assertThat(BackendTime.toSeconds(Instant.ofEpochMilli(1795229109544L)))
                .isEqualTo("1795229109.544");
        assertThat(BackendTime.toSeconds(Duration.ofMillis(1_500))).isEqualTo("1.5");
        assertThat(BackendTime.toSeconds(Duration.ofDays(30))).isEqualTo("2592000");
    }
}
