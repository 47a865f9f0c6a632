package dev.countergate.server.notice;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Policy.Notification;
import dev.countergate.policy.secret.Redactor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/** Posts notices to the destinations of the catalogue being served. Thread safe. */
public final class WebhookNotices implements Notices, AutoCloseable {
    private final String version;
    private final LongSupplier ticker;
    private final Duration deadline;
    private final AtomicReference<List<Webhook>> destinations = new AtomicReference<>(List.of());

    /**
     * Tells nobody until {@link #follow}.
     *
     * @param version ours, for {@code User-Agent}
     * @param ticker nanoseconds that never go back
     */
    public WebhookNotices(String version, LongSupplier ticker) {
        this(version, ticker, Webhook.DEADLINE);
    }

    WebhookNotices(String version, LongSupplier ticker, Duration deadline) {
        this.version = version;
        this.ticker = ticker;
        this.deadline = deadline;
    }

    /** Tells those whom {@code catalogue} names from now on; what waits for others is still posted. */
    public void follow(Catalogue catalogue) {
        Redactor redactor = Redactor.of(catalogue.secrets());
        List<Notification> named = catalogue.policy().notifications();
        List<Webhook> next = new ArrayList<>();
        for (int i = 0; i < named.size(); i++) {
            next.add(new Webhook(i, named.get(i), redactor, version, ticker, deadline));
        }
        for (Webhook former : destinations.getAndSet(List.copyOf(next))) {
            Thread.ofVirtual().start(former::close);
        }
    }

    @Override
    public void tell(Notice notice) {
        for (Webhook destination : destinations.get()) {
            if (destination.wants(notice.event())) {
                destination.tell(notice);
            }
        }
    }

    /** Posts what waits, for a few seconds at most, and ends. */
    @Override
    public void close() {
        List<Thread> closing = new ArrayList<>();
        for (Webhook destination : destinations.getAndSet(List.of())) {
            closing.add(Thread.ofVirtual().start(destination::close));
        }
        for (Thread each : closing) {
            try {
                each.join();
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
