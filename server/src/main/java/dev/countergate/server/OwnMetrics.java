package dev.countergate.server;

import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.Store.Lag;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.call.CallPipeline;
import dev.countergate.server.call.ToolService;
import dev.countergate.server.daemon.Listener;
import dev.countergate.server.proposal.Proposals;
import dev.countergate.server.telemetry.Metrics;
import dev.countergate.server.telemetry.MetricsListener;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;

/** The metrics of a daemon that was asked for them, and what of it they show. */
final class OwnMetrics {
    private final Metrics metrics;
    private final Clock clock;
    private final MetricsListener listener;

    /**
     * @param address where they are served: loopback
     */
    OwnMetrics(InetSocketAddress address, Clock clock) {
        this.metrics = new Metrics(Version.TEXT, clock);
        this.clock = clock;
        this.listener = new MetricsListener(address, metrics);
    }

    Metrics metrics() {
        return metrics;
    }

    Listener listener() {
        return listener;
    }

    /** Shows what these do from now on. */
    void follow(ServedCatalogue served, Store store, Proposals proposals, CallPipeline calls) {
        proposals.follow(metrics);
        calls.follow(metrics);
        gauge("proposals.open", "proposals that are not at an end", () -> open(proposals));
        gauge(
                "catalogue.tools",
                "tools of the catalogue that is served",
                () -> served.catalogue().tools().size());
        gauge(
                "catalogue.change.held",
                "1 while a change of the catalogue waits for a person",
                () -> served.held().isPresent() ? 1 : 0);
        gauge("log.leaves", "leaves that are committed", store::size);
        gauge("log.waiting.leaves", "leaves that wait to be committed", () -> store.lag().leaves());
        gauge(
                "log.waiting.seconds",
                "age of the oldest leaf that waits to be committed",
                () -> age(store.lag()));
        gauge(
                "log.unwritable",
                "1 while the log cannot be written",
                () -> store.trouble().isPresent() ? 1 : 0);
    }

    /** {@code tools} with their calls counted, and what runs of them shown. */
    ToolService measured(ToolService tools, IntSupplier running) {
        gauge("calls.running", "calls that run", running::getAsInt);
        return metrics.measured(tools);
    }

    /** Shows how many sessions of a kind there are. */
    void sessions(String transport, IntSupplier open) {
        metrics.gauge(
                "countergate.sessions",
                "sessions that are open",
                open::getAsInt,
                "transport",
                transport);
    }

    /** Counts what became of the catalogue's files. */
    void on(CatalogueEvent event) {
        switch (event) {
            case CatalogueEvent.Loaded _, CatalogueEvent.Accepted _ -> metrics.reloadServed();
            case CatalogueEvent.Held _ -> metrics.reloadHeld();
            case CatalogueEvent.Failed _ -> metrics.reloadFailed();
        }
    }

    private void gauge(String name, String description, DoubleSupplier value) {
        metrics.gauge("countergate." + name, description, value);
    }

    /** Not a number where they cannot be counted, which a graph shows as a gap. */
    private static double open(Proposals proposals) {
        try {
            return proposals.unfinished();
        } catch (StoreException unreadable) {
            return Double.NaN;
        }
    }

    private double age(Lag lag) {
        return lag.oldest() == null
                ? 0
                : Math.max(0, Duration.between(lag.oldest(), clock.instant()).toMillis() / 1e3);
    }
}
