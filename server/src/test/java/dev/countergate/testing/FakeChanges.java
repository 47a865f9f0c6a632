package dev.countergate.testing;

import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.Event;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.request.HttpRequest;
import dev.countergate.policy.request.Request;
import dev.countergate.server.backend.ChangeClient;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.Resolution;
import dev.countergate.server.backend.Seen;
import dev.countergate.server.backend.Sending;
import dev.countergate.server.backend.Sent;
import dev.countergate.server.backend.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Resolves {@code url} writes as they are, and does with a dispatch what a test says; records every dispatch. */
@NullMarked
public final class FakeChanges implements ChangeClient {
    /** What a dispatch comes to. */
    @FunctionalInterface
    public interface Dispatch {
        Sent of(CoreRequest request, Sending sending) throws InterruptedException;
    }

    /** Happens whenever a request is resolved, and may take its time. */
    @FunctionalInterface
    public interface Entering {
        void enter() throws InterruptedException;
    }

    public final List<CoreRequest> sent = new CopyOnWriteArrayList<>();
    public final List<String> resumed = new CopyOnWriteArrayList<>();
    public volatile Dispatch dispatch =
            (request, sending) -> new Sent(Outcome.APPLIED, "200", null);
    public volatile Event.Sighting sighting = Event.Sighting.UNREADABLE;

    /** What a search shows of what the backend would have answered. */
    public volatile @Nullable JsonNode sight;

    public volatile @Nullable Duration settle;
    public volatile @Nullable Resolution resolution;
    public volatile Entering resolving = () -> {};
    public volatile Entering searching = () -> {};
    public volatile Entering resuming = () -> {};

    @Override
    public Resolution resolve(Request request, Wish wish) throws InterruptedException {
        resolving.enter();
        Resolution scripted = resolution;
        if (scripted != null) {
            return scripted;
        }
        HttpRequest http = (HttpRequest) request;
        return new Resolution.Resolved(
                new CoreRequest.Http(
                        http.method(),
                        http.url(),
                        http.headers(),
                        http.body(),
                        null,
                        wish.attempt()),
                List.of());
    }

    @Override
    public Sent send(CoreRequest request, Sending sending) throws InterruptedException {
        sent.add(request);
        return dispatch.of(request, sending);
    }

    @Override
    public Sent resume(CoreRequest request, String handle, Sending sending)
            throws InterruptedException {
        resumed.add(handle);
        resuming.enter();
        return new Sent(Outcome.APPLIED, "resumed", null);
    }

    @Override
    public Seen search(CoreRequest request, Instant sentAt, Deadline deadline)
            throws InterruptedException {
        searching.enter();
        return new Seen(sighting, "scripted", sight);
    }

    @Override
    public boolean stop(CoreRequest request, String handle, Deadline deadline) {
        return true;
    }

    @Override
    public @Nullable Duration settle() {
        return settle;
    }

    @Override
    public Duration longest(CoreRequest request, Tool tool) {
        return Duration.ofSeconds(5);
    }
}
