package dev.countergate.server.proposal;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.change.Attempt;
import dev.countergate.policy.change.Core;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.Event;
import dev.countergate.policy.change.Event.Obstacle;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.Proposal;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.change.Reading;
import dev.countergate.policy.change.StoreTime;
import dev.countergate.policy.rule.Decision;
import dev.countergate.policy.rule.Usage;
import dev.countergate.policy.token.AllowedSigners;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.Freezes;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.ChangeClient;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.Sending;
import dev.countergate.server.backend.Sent;
import dev.countergate.server.proposal.Ledger.Applied;
import dev.countergate.server.proposal.Ledger.Entry;
import dev.countergate.server.proposal.Ledger.Telling;
import dev.countergate.server.proposal.Ledger.Turn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * The one attempt of an approved proposal: claim, marker, one dispatch, result. Each is a durable step of the ledger before
 * the next begins, and none is ever taken again, whatever ends this process between two of them. Thread safe; blocks.
 */
final class Execution {
    private static final Logger LOG = LoggerFactory.getLogger(Execution.class);

    private static final Duration ANSWER_KEPT = Duration.ofMinutes(10);
    private static final Duration ANSWER_PAUSE = Duration.ofSeconds(1);

    private final Served served;
    private final Ledger ledger;
    private final Store store;
    private final Looks looks;
    private final Recheck recheck;
    private final Approving approving;
    private final Freezes freezes;
    private final LongSupplier ticker;

    Execution(
            Served served,
            Ledger ledger,
            Store store,
            Looks looks,
            Recheck recheck,
            Approving approving,
            Freezes freezes,
            LongSupplier ticker) {
        this.served = served;
        this.ledger = ledger;
        this.store = store;
        this.looks = looks;
        this.recheck = recheck;
        this.approving = approving;
        this.freezes = freezes;
        this.ticker = ticker;
    }

    /** Executes {@code id} if it is approved; returns when its outcome is stored. */
    void run(ProposalId id) throws StoreException, InterruptedException {
        Optional<Entry> found = ledger.find(id);
        if (found.isEmpty() || found.get().state() != ProposalState.APPROVED) {
            return;
        }
        Entry entry = found.get();
        try (Served.Lease lease = served.lease()) {
            switch (Recheck.compare(lease, entry)) {
                case Recheck.Finding.Superseded(String why) ->
                        ledger.apply(
                                id,
                                new Event.Supersede(),
                                Telling.of("blocked", Map.of("reason", why)));
                case Recheck.Finding.Same same -> claim(lease, entry, same);
            }
        }
    }

    private void claim(Served.Lease lease, Entry entry, Recheck.Finding.Same same)
            throws StoreException, InterruptedException {
        ProposalId id = entry.id();
        Recheck.Ready ready = recheck.ready(lease, entry, same, store.write(ledger::now));
        Checked<AllowedSigners> enrolled = approving.enrolled();
        Applied claimed =
                ledger.apply(
                        id,
                        (before, in, now) ->
                                Turn.of(
                                        new Event.Claim(
                                                checks(
                                                        ready,
                                                        before,
                                                        enrolled,
                                                        Recheck.counted(in, now),
                                                        in,
                                                        now))),
                        new Telling(
                                "intent",
                                false,
                                after ->
                                        Map.of(
                                                "digest", after.proposal().digest().hex(),
                                                "attempt", id.attempt().toString(),
                                                "why", after.proposal().why())),
                        (after, in, now) -> {
                            if (after.state() == ProposalState.CLAIMED) {
                                for (Usage.Key key : Usage.keys(same.tool(), same.arguments())) {
                                    in.attempt(key.name(), now.at(), id.value());
                                }
                            }
                            return Optional.empty();
                        });
        CoreRequest request = ready.request();
        if (claimed instanceof Applied.Taken(Entry before, Entry after)
                && after.state() == ProposalState.CLAIMED
                && request != null) {
            send(lease, after, same.tool(), request, ready);
        }
    }

    /** Whether {@code current} may go on, by what was looked at and by all that can be asked within a transaction. */
    private Event.Checks checks(
            Recheck.Ready looked,
            Entry current,
            Checked<AllowedSigners> enrolled,
            Recheck.Counting counting,
            Store.Rows in,
            StoreTime now)
            throws StoreException {
        Recheck.Ruling ruling = recheck.ruling(current, looked.separation(), counting, now);
        List<Obstacle> obstacles = new ArrayList<>(ruling.obstacles());
        obstacles.addAll(looked.obstacles());
        // The store may have been written beside us meanwhile.
        if (!current.row().core().equals(looked.entry().row().core())) {
            obstacles.add(
                    new Obstacle(
                            Obstacle.Kind.FORBIDDEN,
                            "its core is not the one that was looked at: restore the store"));
        }
        return new Event.Checks(
                ruling.decision(), approving.standing(current, enrolled, in, now), obstacles);
    }

    private void send(
            Served.Lease lease, Entry entry, Tool tool, CoreRequest request, Recheck.Ready ready)
            throws StoreException, InterruptedException {
        ProposalId id = entry.id();
        Reading before = before(lease, entry);
        Checked<AllowedSigners> enrolled = approving.enrolled();
        Applied marked =
                ledger.apply(
                        id,
                        (current, in, now) ->
                                Turn.of(
                                        new Event.Send(
                                                before,
                                                freezes.frozen(current.core().environment())
                                                        .isPresent(),
                                                checks(
                                                        ready,
                                                        current,
                                                        enrolled,
                                                        // Its claim asked the limits, and counts by
                                                        // now.
                                                        Usage::unused,
                                                        in,
                                                        now))),
                        Telling.of("sending"),
                        (after, in, now) -> Optional.empty());
        if (!(marked instanceof Applied.Taken(Entry claimed, Entry sending))
                || sending.state() != ProposalState.SENDING) {
            return;
        }
        Gate gate = new Gate(entry.core().environment());
        // The marker may have waited for the disk: whatever froze meanwhile still stops the first
        // byte.
        if (!gate.getAsBoolean()) {
            end(
                    id,
                    new Event.Stop(Sending.STOPPED),
                    new Sent(Outcome.FAILED, Sending.STOPPED, null));
            return;
        }
        ChangeClient client = ready.client();
        Sent sent =
                outcome(
                        lease,
                        id,
                        () -> client.send(request, sending(entry, tool, request, client, gate)));
        end(
                id,
                gate.hasStopped() && sent.outcome() == Outcome.FAILED
                        ? new Event.Stop(sent.detail())
                        : new Event.Answer(sent.outcome(), sent.detail()),
                sent);
    }

    /** Lets the first byte leave unless a freeze came, and remembers that it did not. */
    private final class Gate implements BooleanSupplier {
        private final String environment;
        private volatile boolean hasStopped;

        Gate(String environment) {
            this.environment = environment;
        }

        @Override
        public boolean getAsBoolean() {
            boolean isOpen = freezes.frozen(environment).isEmpty();
            if (!isOpen) {
                hasStopped = true;
            }
            return isOpen;
        }

        boolean hasStopped() {
            return hasStopped;
        }
    }

    /** Waits for what comes of an attempt. */
    @FunctionalInterface
    private interface Waiting {
        Sent forOutcome() throws InterruptedException;
    }

    /** What {@code waiting} came to, whatever that is, as agents may be told it. */
    private Sent outcome(Served.Lease lease, ProposalId id, Waiting waiting)
            throws StoreException, InterruptedException {
        try {
            return clean(lease, waiting.forOutcome());
        } catch (InterruptedException stopped) {
            if (isNamed(id)) {
                // It runs, and the next start goes on waiting for it by its name.
                throw stopped;
            }
            Thread.currentThread().interrupt();
            return new Sent(
                    Outcome.OUTCOME_UNKNOWN, "the daemon was stopped while it was sent", null);
        } catch (RuntimeException | Error bug) {
            // INVARIANT: whatever goes wrong behind the marker, nothing is known of the effect.
            LOG.atError().addKeyValue("proposal", id).setCause(bug).log("sending failed");
            return new Sent(Outcome.OUTCOME_UNKNOWN, "this server failed while it was sent", null);
        }
    }

    private boolean isNamed(ProposalId id) throws StoreException {
        Attempt attempt = ledger.find(id).map(Entry::proposal).map(Proposal::attempt).orElse(null);
        return attempt != null && attempt.handle() != null;
    }

    /** A backend may echo what it was sent: what is kept of its words goes to agents too. */
    private static Sent clean(Served.Lease lease, Sent sent) {
        JsonNode result = sent.result();
        return new Sent(
                sent.outcome(),
                lease.redactor().redact(sent.detail()),
                result == null ? null : lease.redactor().redact(result));
    }

    private Sending sending(
            Entry entry, Tool tool, CoreRequest request, ChangeClient client, Gate gate) {
        return new Sending(
                // Connecting takes its time: whatever freezes meanwhile still stops the first byte.
                gate,
                Deadline.in(client.longest(request, tool), ticker),
                handle -> accepted(entry.id(), handle),
                CallContext.Progress.NONE);
    }

    private void accepted(ProposalId id, String handle) {
        try {
            ledger.apply(
                    id, new Event.Accept(handle), Telling.of("accepted", Map.of("handle", handle)));
        } catch (StoreException lost) {
            LOG.atError()
                    .addKeyValue("proposal", id)
                    .addKeyValue("handle", handle)
                    .setCause(lost)
                    .log("the attempt's name could not be stored");
        }
    }

    /** Goes on waiting for what an earlier process sent. */
    void resume(Entry entry) throws StoreException, InterruptedException {
        Attempt attempt = entry.proposal().attempt();
        String handle = attempt == null ? null : attempt.handle();
        if (handle == null) {
            throw new IllegalStateException("nothing to resume: " + entry.id());
        }
        try (Served.Lease lease = served.lease()) {
            Sent sent = outcome(lease, entry.id(), () -> resumed(lease, entry, handle));
            end(entry.id(), new Event.Answer(sent.outcome(), sent.detail()), sent);
        }
    }

    private Sent resumed(Served.Lease lease, Entry entry, String handle)
            throws InterruptedException {
        return switch (Destination.of(lease, entry)) {
            case Checked.Invalid<Destination>(List<Fault> faults) ->
                    new Sent(Outcome.OUTCOME_UNKNOWN, faults.getFirst().text(), null);
            case Checked.Valid<Destination>(
                            Destination(Tool tool, var client, var request, var _)) ->
                    client.resume(
                            request,
                            handle,
                            sending(
                                    entry,
                                    tool,
                                    request,
                                    client,
                                    new Gate(entry.core().environment())));
        };
    }

    /** What is known of an effect stays known while the store cannot be written, for {@link #ANSWER_KEPT} at most. */
    private void end(ProposalId id, Event ending, Sent sent)
            throws StoreException, InterruptedException {
        Deadline kept = Deadline.in(ANSWER_KEPT, ticker);
        while (true) {
            try {
                ledger.apply(
                        id,
                        (before, in, now) -> new Turn(ending, sent.result()),
                        Telling.of("result", Map.of("detail", sent.detail())),
                        (after, in, now) -> Optional.empty());
                return;
            } catch (StoreException unwritable) {
                if (kept.isOver()) {
                    throw unwritable;
                }
                LOG.atError()
                        .addKeyValue("proposal", id)
                        .addKeyValue("outcome", sent.outcome())
                        .setCause(unwritable)
                        .log("an outcome waits for the store to be written again");
                Thread.sleep(ANSWER_PAUSE);
            }
        }
    }

    /** What the expectation shows just before the first byte; null where none is declared. */
    private @Nullable Reading before(Served.Lease lease, Entry entry) throws InterruptedException {
        Optional<Core.Look> look = entry.core().verification();
        return look.isEmpty()
                ? null
                : looks.look(
                                lease,
                                look.get().tool(),
                                look.get().arguments(),
                                look.get().expect(),
                                entry.id().value())
                        .reading();
    }

    /** What would block it now. */
    List<Obstacle> examine(Entry entry) throws StoreException, InterruptedException {
        try (Served.Lease lease = served.lease()) {
            return switch (Recheck.compare(lease, entry)) {
                case Recheck.Finding.Superseded(String why) ->
                        List.of(new Obstacle(Obstacle.Kind.FORBIDDEN, why));
                case Recheck.Finding.Same same -> {
                    Recheck.Ready ready =
                            recheck.ready(lease, entry, same, store.write(ledger::now));
                    Recheck.Ruling ruling =
                            store.write(
                                    in -> {
                                        StoreTime now = ledger.now(in);
                                        return recheck.ruling(
                                                entry,
                                                ready.separation(),
                                                Recheck.counted(in, now),
                                                now);
                                    });
                    List<Obstacle> obstacles = new ArrayList<>(ruling.obstacles());
                    obstacles.addAll(ready.obstacles());
                    if (ruling.decision() instanceof Decision.Forbid forbid) {
                        obstacles.add(
                                new Obstacle(
                                        forbid.code() == Decision.Code.FROZEN
                                                ? Obstacle.Kind.FROZEN
                                                : Obstacle.Kind.FORBIDDEN,
                                        forbid.reason()));
                    }
                    yield obstacles;
                }
            };
        }
    }

    /** Asks what runs to stop; whether the backend took the request, which does not say that it stops. */
    boolean stop(Entry entry) throws InterruptedException {
        Attempt attempt = entry.proposal().attempt();
        String handle = attempt == null ? null : attempt.handle();
        if (handle == null || entry.state() != ProposalState.SENDING) {
            return false;
        }
        try (Served.Lease lease = served.lease()) {
            return Destination.of(lease, entry)
                            instanceof Checked.Valid<Destination>(Destination to)
                    && to.client().stop(to.request(), handle, Deadline.in(Looks.LONGEST, ticker));
        }
    }
}
