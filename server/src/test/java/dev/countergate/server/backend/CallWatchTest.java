package dev.countergate.server.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class CallWatchTest {
    private final AtomicLong nanos = new AtomicLong();
    private final OkHttpClient client = new OkHttpClient();

    @Test
    void cancels_what_is_over_and_neither_what_has_time_left_nor_what_it_was_told_to_forget() {
        try (CallWatch watch = new CallWatch("test")) {
            Call ended = call();
            Call patient = call();
            watch.watch(ended, in(1));
            watch.watch(patient, in(9));
            watch.forget(ended);

            for (int round = 0; round < 3; round++) {
                Call late = call();
                watch.watch(late, in(1));
                nanos.addAndGet(Duration.ofSeconds(2).toNanos());
                awaitCancelled(late);
                watch.forget(late);
            }

            assertThat(patient.isCanceled()).isFalse();
            assertThat(ended.isCanceled()).isFalse();
            nanos.addAndGet(Duration.ofSeconds(9).toNanos());
            awaitCancelled(patient);
        }
    }

    private static void awaitCancelled(Call call) {
        while (!call.isCanceled()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private Deadline in(int seconds) {
        return Deadline.in(Duration.ofSeconds(seconds), nanos::get);
    }

    private Call call() {
        return client.newCall(new Request.Builder().url("http://127.0.0.1/").build());
    }
}
