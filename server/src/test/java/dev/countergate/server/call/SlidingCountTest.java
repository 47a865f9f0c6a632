package dev.countergate.server.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlidingCountTest {
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

    @ParameterizedTest
    @ValueSource(longs = {1, 99, 100, 101, 1_000, 60_000, 604_800_000})
    void counts_no_less_than_there_were_and_little_more(long spanMillis) {
        Duration span = Duration.ofMillis(spanMillis);
        Duration slack = Duration.ofMillis(Math.ceilDiv(spanMillis, 100));
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            SlidingCount count = new SlidingCount(span);
            List<Instant> all = new ArrayList<>();
            Instant now = START;
            for (int i = 0; i < 400; i++) {
                long step = random.nextInt(20) == 0 ? spanMillis * 2 : spanMillis / 50 + 1;
                now = now.plusMillis(random.nextLong(step));
                if (random.nextInt(3) > 0) {
                    count.add(now, 1);
                    all.add(now);
                }
                assertThat((long) count.at(now))
                        .isGreaterThanOrEqualTo(since(all, now.minus(span)))
                        .isLessThanOrEqualTo(since(all, now.minus(span).minus(slack).minus(slack)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {100, 1_000, 60_000, 3_600_000})
    void says_when_there_is_room_and_not_before(long spanMillis) {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            SlidingCount count = new SlidingCount(Duration.ofMillis(spanMillis));
            Instant now = START;
            for (int i = 0; i < 60; i++) {
                now = now.plusMillis(random.nextLong(spanMillis / 20));
                count.add(now, 1 + random.nextInt(3));
            }
            int limit = 1 + random.nextInt(count.at(now));
            Instant again = count.below(limit, now);
            assertThat(again).isBetween(now, now.plusMillis(spanMillis + spanMillis / 50 + 2));
            assertThat(count.at(again.minusMillis(1))).isGreaterThanOrEqualTo(limit);
            assertThat(count.at(again)).isLessThan(limit);
        }
    }

    @Test
    void what_is_counted_ahead_of_the_clock_stays_counted_until_it_is_old() {
        SlidingCount count = new SlidingCount(Duration.ofMinutes(1));
        count.add(START.plusSeconds(10), 3);
        for (int second = 0; second < 70; second++) {
            assertThat(count.at(START.plusSeconds(second))).as("%d", second).isEqualTo(3);
        }
        assertThat(count.at(START.plusSeconds(71))).isZero();
    }

    private static long since(List<Instant> all, Instant since) {
        return all.stream().filter(at -> at.isAfter(since)).count();
    }
}
