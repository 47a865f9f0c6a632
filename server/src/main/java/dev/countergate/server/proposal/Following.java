package dev.countergate.server.proposal;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.change.Core;
import dev.countergate.policy.change.Event;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.change.Reading;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.Seen;
import dev.countergate.server.proposal.Ledger.Applied;
import dev.countergate.server.proposal.Ledger.Entry;
import dev.countergate.server.proposal.Ledger.Telling;
import dev.countergate.server.proposal.Ledger.Turn;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import tools.jackson.databind.JsonNode;

/**
 * What follows an attempt: looks whether the effect came about, and searches for an attempt whose outcome is not known.
 * Reads only. Thread safe; blocks.
 */
final class Following {
    /** The first pause between searches; it doubles up to {@link #SEARCH_PAUSE_MAX}. */
    private static final Duration SEARCH_PAUSE = Duration.ofMillis(500);

    private static final Duration SEARCH_PAUSE_MAX = Duration.ofMinutes(1);

    private final Served served;
    private final Ledger ledger;
    private final Looks looks;
    private final LongSupplier ticker;

    Following(Served served, Ledger ledger, Looks looks, LongSupplier ticker) {
        this.served = served;
        this.ledger = ledger;
        this.looks = looks;
        this.ticker = ticker;
    }

    /** Follows {@code id} until nothing follows any more. */
    void follow(ProposalId id) throws StoreException, InterruptedException {
        Optional<Entry> entry = ledger.find(id);
        if (entry.isPresent() && entry.get().state() == ProposalState.OUTCOME_UNKNOWN) {
            entry = searched(entry.get());
        }
        while (entry.isPresent()) {
            if (Ledger.isVerifying(entry.get())) {
                entry = looked(entry.get());
            } else if (isDecided(entry.get())) {
                // Nothing was to be looked for, or it held before: the state still has to say so.
                entry = applied(entry.get(), new Event.Close());
            } else {
                return;
            }
        }
    }

    private static boolean isDecided(Entry entry) {
        return (entry.state() == ProposalState.APPLIED
                        || entry.state() == ProposalState.PARTLY_APPLIED)
                && entry.proposal().verification() != null;
    }

    private Optional<Entry> looked(Entry entry) throws StoreException, InterruptedException {
        Optional<Core.Look> plan = entry.core().verification();
        if (plan.isEmpty()) {
            return applied(entry, new Event.Close());
        }
        Looks.Look look = look(entry, plan.get());
        Optional<Entry> after = applied(entry, new Event.Look(look.reading()), look.observed());
        if (after.isPresent() && Ledger.isVerifying(after.get())) {
            Thread.sleep(plan.get().every());
        }
        return after;
    }

    private Looks.Look look(Entry entry, Core.Look plan) throws InterruptedException {
        try (Served.Lease lease = served.lease()) {
            // A verification by another read than the one that was approved verifies nothing.
            if (!lease.catalogue()
                    .digests(entry.core().tool())
                    .guard()
                    .equals(entry.core().digests().guard())) {
                return new Looks.Look(
                        new Reading.Unreadable(), "the catalogue's verification has changed");
            }
            return looks.look(
                    lease, plan.tool(), plan.arguments(), plan.expect(), entry.id().value());
        } catch (IllegalArgumentException gone) {
            return new Looks.Look(new Reading.Unreadable(), "the tool is not in the catalogue");
        }
    }

    private Optional<Entry> applied(Entry entry, Event event) throws StoreException {
        return applied(entry, event, "");
    }

    private Optional<Entry> applied(Entry entry, Event event, String observed)
            throws StoreException {
        Applied applied =
                ledger.apply(
                        entry.id(),
                        (before, in, now) -> Turn.of(event),
                        new Telling(
                                "verification",
                                true,
                                after ->
                                        Map.of(
                                                "observed", observed,
                                                "result", result(after),
                                                "why", after.proposal().why())),
                        (after, in, now) -> Optional.empty());
        return applied instanceof Applied.Taken(Entry before, Entry after)
                ? Optional.of(after)
                : Optional.empty();
    }

    private static String result(Entry entry) {
        var verification = entry.proposal().verification();
        return verification == null ? "" : verification.result().name();
    }

    /** Searches for the attempt until it is found, surely absent, or settled by somebody. */
    private Optional<Entry> searched(Entry unknown) throws StoreException, InterruptedException {
        Optional<Entry> entry = Optional.of(unknown);
        Duration pause = SEARCH_PAUSE;
        Seen last = null;
        while (entry.isPresent()
                && entry.get().state() == ProposalState.OUTCOME_UNKNOWN
                && entry.get().proposal().plan().settle() != null) {
            Seen seen = search(entry.get());
            // One that nobody settles is searched for every minute: the log tells what is new.
            boolean isNew = !seen.equals(last);
            last = seen;
            ledger.apply(
                    unknown.id(),
                    (before, in, now) -> new Turn(new Event.Search(seen.sighting()), seen.result()),
                    new Telling(
                            "reconciled",
                            isNew,
                            after ->
                                    Map.of(
                                            "sighting", seen.sighting().name(),
                                            "detail", seen.detail())),
                    (after, in, now) -> Optional.empty());
            entry = ledger.find(unknown.id());
            if (entry.isPresent() && entry.get().state() == ProposalState.OUTCOME_UNKNOWN) {
                Thread.sleep(pause);
                pause =
                        pause.multipliedBy(2).compareTo(SEARCH_PAUSE_MAX) < 0
                                ? pause.multipliedBy(2)
                                : SEARCH_PAUSE_MAX;
            }
        }
        return entry;
    }

    private Seen search(Entry entry) throws InterruptedException {
        try (Served.Lease lease = served.lease()) {
            Seen seen =
                    switch (Destination.of(lease, entry)) {
                        case Checked.Invalid<Destination>(List<Fault> faults) ->
                                new Seen(Event.Sighting.UNREADABLE, faults.getFirst().text(), null);
                        case Checked.Valid<Destination>(Destination to) ->
                                to.client()
                                        .search(
                                                to.request(),
                                                to.attempt().sentAt(),
                                                Deadline.in(Looks.LONGEST, ticker));
                    };
            JsonNode result = seen.result();
            return new Seen(
                    seen.sighting(),
                    lease.redactor().redact(seen.detail()),
                    result == null ? null : lease.redactor().redact(result));
        }
    }
}
