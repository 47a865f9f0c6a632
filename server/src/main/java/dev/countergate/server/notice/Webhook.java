package dev.countergate.server.notice;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Policy.Notification;
import dev.countergate.policy.secret.Redactor;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.server.backend.WireReply;
import dev.countergate.server.backend.WireRequest;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One destination of notices, with a queue and a thread of its own, so that none waits for another. Each notice is posted
 * once; what fails is logged by the place of the entry in the catalogue, never by its URL. Thread safe.
 */
final class Webhook {
    /** How many notices wait for a destination; further ones are dropped. */
    static final int QUEUE_MAX = 100;

    /** How long posting one may take. */
    static final Duration DEADLINE = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);

    /** What answers matter to nobody is read no further than this, in bytes. */
    private static final int ANSWER_BYTES_MAX = 64 << 10;

    private static final List<Backend.Header> HEADERS =
            List.of(new Backend.Header("Content-Type", SecretText.plain("application/json")));

    private final String name;
    private final Notification notification;
    private final Redactor redactor;
    private final LongSupplier ticker;
    private final Duration deadline;
    private final String version;

    /** Made by the first post: setting TLS up would hold up the start of the daemon. */
    private final AtomicReference<@Nullable HttpTransport> transport = new AtomicReference<>();

    private final ThreadPoolExecutor worker;
    private final AtomicInteger dropped = new AtomicInteger();

    /**
     * A destination to which nothing was sent yet.
     *
     * @param index of the entry under {@code policy.notify}, from 0
     * @param redactor takes out what must not be told
     * @param version ours, for {@code User-Agent}
     * @param ticker nanoseconds that never go back
     * @param deadline of one post
     */
    Webhook(
            int index,
            Notification notification,
            Redactor redactor,
            String version,
            LongSupplier ticker,
            Duration deadline) {
        this.name = "policy.notify[" + index + "]";
        this.notification = notification;
        this.redactor = redactor;
        this.ticker = ticker;
        this.deadline = deadline;
        this.version = version;
        this.worker =
                new ThreadPoolExecutor(
                        1,
                        1,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(QUEUE_MAX),
                        Thread.ofVirtual().name(name).factory(),
                        (task, pool) -> drop());
    }

    private Backend.Http backend() {
        String url = notification.url().reveal();
        int path = url.indexOf('/', url.indexOf("://") + 3);
        return new Backend.Http(
                new BackendName(name),
                Backend.Api.HTTP,
                URI.create(path < 0 ? url : url.substring(0, path)),
                SecretText.plain(""),
                List.of(),
                null,
                null,
                new Backend.Limits(1, ANSWER_BYTES_MAX, deadline));
    }

    /** Whether its entry names {@code event}. */
    boolean wants(Notice.Event event) {
        return notification.on().contains(event.word());
    }

    void tell(Notice notice) {
        worker.execute(() -> post(notice));
    }

    private void drop() {
        if (dropped.getAndIncrement() == 0) {
            LOG.atWarn()
                    .addKeyValue("destination", name)
                    .addKeyValue("waiting", QUEUE_MAX)
                    .log("notices dropped");
        }
    }

    private void post(Notice notice) {
        WireRequest request =
                new WireRequest(
                        "POST", notification.url(), HEADERS, NoticeBody.of(notice, redactor));
        try {
            switch (transport().sendOnce(request, Deadline.in(deadline, ticker))) {
                case WireReply.Answer answer -> {
                    if (!answer.isSuccess()) {
                        failed(notice, "HTTP " + answer.status());
                    }
                }
                case WireReply.None none -> failed(notice, none.failure().code().name());
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
            failed(notice, "closed");
        }
        int lost = dropped.getAndSet(0);
        if (lost > 0) {
            LOG.atWarn()
                    .addKeyValue("destination", name)
                    .addKeyValue("count", lost)
                    .log("notices were dropped before this one");
        }
    }

    private HttpTransport transport() {
        HttpTransport open = transport.get();
        if (open == null) {
            open = new HttpTransport(backend(), version);
            transport.set(open);
        }
        return open;
    }

    private void failed(Notice notice, String why) {
        LOG.atWarn()
                .addKeyValue("destination", name)
                .addKeyValue("event", notice.event().word())
                .addKeyValue("proposal", notice.proposal())
                .addKeyValue("why", why)
                .log("notice not delivered");
    }

    /** Takes nothing more, posts what waits, for one deadline at most, and lets go. Blocks until then. */
    void close() {
        worker.shutdown();
        try {
            if (!worker.awaitTermination(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
                worker.shutdownNow();
            }
        } catch (InterruptedException hurried) {
            worker.shutdownNow();
            Thread.currentThread().interrupt();
        } finally {
            HttpTransport open = transport.get();
            if (open != null) {
                open.close();
            }
        }
    }
}
