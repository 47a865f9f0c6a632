package dev.countergate.server.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BoundedDnsTest {
    private final CountDownLatch over = new CountDownLatch(1);
    private final BoundedDns stuck =
            new BoundedDns(
                    host -> {
                        try {
                            over.await(1, TimeUnit.MINUTES);
                        } catch (InterruptedException taken) {
                            Thread.currentThread().interrupt();
                        }
                        return List.of();
                    });

    @AfterEach
    void end() {
        over.countDown();
    }

    @Test
    void a_resolver_that_does_not_answer_is_given_up_at_the_deadline() {
        assertThatThrownBy(() -> lookup(stuck, Duration.ofMillis(100)))
                .isInstanceOf(UnknownHostException.class);
    }

    @Test
    void an_interrupt_ends_the_waiting_and_is_not_forgotten() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> lookup(stuck, Duration.ofMinutes(1)))
                .isInstanceOf(UnknownHostException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void gives_what_the_resolver_says() throws Exception {
        List<InetAddress> loopback = List.of(InetAddress.getLoopbackAddress());
        assertThat(lookup(new BoundedDns(host -> loopback), Duration.ofMinutes(1)))
                .isEqualTo(loopback);
    }

    private static List<InetAddress> lookup(BoundedDns dns, Duration in) throws Exception {
        return ScopedValue.where(BoundedDns.DEADLINE, Deadline.in(in, System::nanoTime))
                .call(() -> dns.lookup("db.test"));
    }
}
