package dev.countergate.server.proposal;

import dev.countergate.policy.change.CircuitBreaker;
import dev.countergate.policy.token.WideningCommand;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.Freeze;
import dev.countergate.server.authority.Freezes;
import dev.countergate.server.notice.Notice;
import dev.countergate.server.notice.Notices;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The circuit breaker at work: too many failures freeze their environment. Thread safe. */
final class Tripping {
    private static final Logger LOG = LoggerFactory.getLogger(Tripping.class);

    private final Served served;
    private final Ledger ledger;
    private final Store store;
    private final Freezes freezes;
    private final Notices notices;
    private final InstantSource clock;

    /** Whoever lifts a freeze has seen what failed before it; a restart forgets that they did. */
    private final Map<String, Instant> tripped = new ConcurrentHashMap<>();

    Tripping(
            Served served,
            Ledger ledger,
            Store store,
            Freezes freezes,
            Notices notices,
            InstantSource clock) {
        this.served = served;
        this.ledger = ledger;
        this.store = store;
        this.freezes = freezes;
        this.notices = notices;
        this.clock = clock;
    }

    /** Freezes {@code environment} where its latest failure was one too many. */
    void failed(String environment) {
        try (Served.Lease lease = served.lease()) {
            CircuitBreaker breaker = new CircuitBreaker(lease.catalogue().policy().breaker());
            int failures =
                    store.write(
                            in ->
                                    in.failures(
                                            environment,
                                            breaker.since(
                                                    ledger.now(in), tripped.get(environment))));
            if (breaker.trips(failures) && freezes.frozen(environment).isEmpty()) {
                // What cannot be named cannot be thawed by its name: then everything stands still.
                boolean isNamed = WideningCommand.isText(environment);
                String reason =
                        failures
                                + (isNamed ? " changes" : " changes of no known environment")
                                + " failed within "
                                + breaker.breaker().within().toMinutes()
                                + " min";
                Freeze freeze =
                        new Freeze(
                                isNamed ? environment : null,
                                reason,
                                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                                "circuit breaker");
                tripped.put(environment, store.write(ledger::now).at());
                try {
                    freezes.freeze(freeze);
                } catch (IOException unkept) {
                    LOG.atError()
                            .setCause(unkept)
                            .log("a freeze holds, and is kept as soon as it can be");
                }
                notices.tell(
                        Notice.frozen(
                                (isNamed ? "environment `" + environment + "`: " : "everything: ")
                                        + reason));
            }
        } catch (StoreException failed) {
            LOG.atError().setCause(failed).log("the circuit breaker could not freeze");
        }
    }
}
