package dev.countergate.server.proposal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.change.CircuitBreaker;
import dev.countergate.policy.change.Event;
import dev.countergate.policy.change.Proposal;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.change.RecordedCore;
import dev.countergate.policy.change.Step;
import dev.countergate.policy.change.StoreTime;
import dev.countergate.policy.change.Verification;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.server.audit.Leaf;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Proposals as they are kept. Every step of one is a transaction that checks what it was, stores what it is and appends the
 * leaf that tells of it; nothing is acted on before that. Thread safe.
 */
final class Ledger {
    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

    private final Store store;
    private final Store agents;
    private final InstantSource clock;
    private final Consumer<Entry> told;
    private final ReentrantLock lock = new ReentrantLock();

    /** Who waits for a change of which proposal; used under the lock. */
    private final Map<ProposalId, Waiters> waiting = new HashMap<>();

    /** The latest time of any step of this process. */
    private volatile Instant highWater = Instant.EPOCH;

    /** The ids of the rows that could not be read. */
    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

    /**
     * @param agents the way to {@code store} for what agents ask, in whatever number
     * @param told after each step that changed a state, on the thread that took it
     */
    Ledger(Store store, Store agents, InstantSource clock, Consumer<Entry> told) {
        this.store = store;
        this.agents = agents;
        this.clock = clock;
        this.told = told;
    }

    /** Those who wait for a change of one proposal. */
    private final class Waiters {
        private final Condition changed = lock.newCondition();
        private int count;
        private long changes;
    }

    /**
     * A proposal with its core.
     *
     * @param row as stored
     * @param core read from the row
     * @param kept read from the row
     */
    record Entry(Store.Proposal row, RecordedCore core, Kept kept) {
        Proposal proposal() {
            return kept.proposal();
        }

        ProposalState state() {
            return kept.proposal().state();
        }

        ProposalId id() {
            return core.proposal();
        }
    }

    /** What became of a step. */
    sealed interface Applied {
        /** It was taken. */
        record Taken(Entry before, Entry after) implements Applied {
            boolean changedState() {
                return before.state() != after.state();
            }
        }

        /** It was not, and nothing happened. */
        record Refused(Step.Reason reason, String problem) implements Applied {}

        /** There is no such proposal. */
        record Absent() implements Applied {}
    }

    /** Makes the event of a step, within its transaction, from what the proposal is at that moment. */
    @FunctionalInterface
    interface Making {
        Turn of(Entry entry, Store.Transaction in, StoreTime now) throws StoreException;
    }

    /**
     * What a step is made of.
     *
     * @param event that happens
     * @param result what the backend gave with it, to be kept; or null
     */
    record Turn(Event event, @Nullable JsonNode result) {
        static Turn of(Event event) {
            return new Turn(event, null);
        }
    }

    /** Does what belongs to a step within its transaction, and may take it back. */
    @FunctionalInterface
    interface Binding {
        Optional<Applied.Refused> bind(Entry after, Store.Transaction in, StoreTime now)
                throws StoreException;
    }

    /**
     * How a step is told in the log.
     *
     * @param kind of its leaf
     * @param always whether it is told even where the state stays the same
     * @param members of the leaf, beside proposal and state
     */
    record Telling(String kind, boolean always, Function<Entry, Map<String, String>> members) {
        static Telling of(String kind) {
            return new Telling(kind, false, entry -> Map.of("why", entry.proposal().why()));
        }

        static Telling of(String kind, Map<String, String> members) {
            return new Telling(
                    kind,
                    true,
                    entry -> {
                        Map<String, String> all = new HashMap<>(members);
                        all.put("why", entry.proposal().why());
                        return all;
                    });
        }
    }

    /** Takes a step of the proposal {@code id} that needs nothing else. */
    Applied apply(ProposalId id, Event event, Telling telling) throws StoreException {
        return apply(store, id, event, telling);
    }

    /** The same for an agent that asks for it. */
    Applied applyForAgent(ProposalId id, Event event, Telling telling) throws StoreException {
        return apply(agents, id, event, telling);
    }

    private Applied apply(Store through, ProposalId id, Event event, Telling telling)
            throws StoreException {
        return apply(
                through,
                id,
                (entry, in, now) -> Turn.of(event),
                telling,
                (after, in, now) -> Optional.empty());
    }

    /**
     * Takes a step of the proposal {@code id}.
     *
     * @throws StoreException when it could not be stored; then it did not happen
     */
    Applied apply(ProposalId id, Making making, Telling telling, Binding binding)
            throws StoreException {
        return apply(store, id, making, telling, binding);
    }

    private Applied apply(
            Store through, ProposalId id, Making making, Telling telling, Binding binding)
            throws StoreException {
        Applied applied =
                through.write(
                        in -> {
                            Optional<Store.Proposal> row = in.proposal(id.value());
                            return row.isEmpty()
                                    ? new Applied.Absent()
                                    : step(entry(row.get()), in, making, telling, binding);
                        });
        if (applied instanceof Applied.Taken taken) {
            signal(id);
            if (taken.changedState()) {
                told.accept(taken.after());
            }
        }
        return applied;
    }

    private Applied step(
            Entry before, Store.Transaction in, Making making, Telling telling, Binding binding)
            throws StoreException {
        StoreTime now = now(in);
        Turn turn = making.of(before, in, now);
        Proposal next;
        switch (before.proposal().apply(turn.event(), now)) {
            case Step.Refused(Step.Reason reason, String problem) -> {
                return new Applied.Refused(reason, problem);
            }
            case Step.Taken(Proposal proposal) -> next = proposal;
        }
        Kept kept = before.kept().with(next).withResult(turn.result());
        Store.Proposal row = rowOf(before.row(), kept, now);
        Entry after = new Entry(row, before.core(), kept);
        Optional<Applied.Refused> refused = binding.bind(after, in, now);
        if (refused.isPresent()) {
            return refused.get();
        }
        if (!in.move(before.row(), row)) {
            return new Applied.Refused(Step.Reason.WRONG_STATE, "it changed meanwhile");
        }
        if (telling.always() || next.state() != before.state()) {
            in.append(leaf(telling, after, now));
        }
        if (next.state() != before.state() && isFailure(after)) {
            in.fail(after.core().environment(), now.at(), after.id().value());
        }
        Entry stored =
                new Entry(
                        in.proposal(after.id().value()).orElseThrow(), after.core(), after.kept());
        return new Applied.Taken(before, stored);
    }

    /**
     * Keeps a new proposal.
     *
     * @param checking looks at the moment it is kept in, and refuses by its value
     * @return what refused it, or empty when it is kept
     */
    <R> Optional<R> insert(
            Store.Proposal row, RecordedCore core, Kept kept, Leaf leaf, Checking<R> checking)
            throws StoreException {
        Optional<R> refused =
                agents.write(
                        in -> {
                            Optional<R> refusal = checking.check(in, now(in));
                            if (refusal.isEmpty()) {
                                if (!in.insert(row)) {
                                    throw new IllegalStateException("checked, and yet taken");
                                }
                                in.append(leaf);
                            }
                            return refusal;
                        });
        if (refused.isEmpty()) {
            told.accept(new Entry(row, core, kept));
        }
        return refused;
    }

    /** Looks at the moment a proposal would be kept in. */
    @FunctionalInterface
    interface Checking<R> {
        Optional<R> check(Store.Transaction in, StoreTime now) throws StoreException;
    }

    Optional<Entry> find(ProposalId id) throws StoreException {
        return find(store, id);
    }

    /** The same for an agent that asks. */
    Optional<Entry> findForAgent(ProposalId id) throws StoreException {
        return find(agents, id);
    }

    private static Optional<Entry> find(Store through, ProposalId id) throws StoreException {
        Optional<Store.Proposal> row = through.read(rows -> rows.proposal(id.value()));
        return row.isEmpty() ? Optional.empty() : Optional.of(entry(row.get()));
    }

    List<Entry> in(Collection<ProposalState> states) throws StoreException {
        List<String> names = states.stream().map(ProposalState::name).toList();
        return readable(store, rows -> rows.ids(names));
    }

    /** What has the code, of the {@code newest} there are. */
    List<Entry> coded(String code, int newest) throws StoreException {
        return readable(store, rows -> rows.idsCoded(code, newest));
    }

    /** What an agent made. */
    List<Entry> of(String requester, int limit) throws StoreException {
        return readable(agents, rows -> rows.idsOf(requester, limit));
    }

    /** The proposals something may still follow of. */
    List<Entry> unfinished() throws StoreException {
        List<Entry> unfinished =
                new ArrayList<>(
                        in(
                                Arrays.stream(ProposalState.values())
                                        .filter(state -> !state.isFinal())
                                        .toList()));
        for (Entry entry : in(List.of(ProposalState.FOUND_APPLIED, ProposalState.DONE_BY_HAND))) {
            if (isVerifying(entry)) {
                unfinished.add(entry);
            }
        }
        return unfinished;
    }

    static boolean isVerifying(Entry entry) {
        Verification verification = entry.proposal().verification();
        return verification != null && verification.result() == Verification.Result.OPEN;
    }

    /** Takes the store's clock up where an earlier process left it. */
    void begin() throws StoreException {
        store.write(this::now);
    }

    /** The time by the store's clock, which never goes back. */
    StoreTime now(Store.Transaction in) throws StoreException {
        Instant now = in.clock(clock.instant());
        highWater = now;
        return new StoreTime(now);
    }

    /**
     * The same without a transaction, as far as this process knows: what a new proposal is dated by. The store's own clock is
     * asked again when it is kept.
     */
    StoreTime glance() {
        return StoreTime.of(clock.instant(), highWater);
    }

    /** Waits until {@code id} is at another version than {@code seen}, for {@code patience} at most. */
    Optional<Entry> await(ProposalId id, long seen, Duration patience)
            throws StoreException, InterruptedException {
        return await(store, id, seen, patience);
    }

    /** The same for an agent that asks. */
    Optional<Entry> awaitForAgent(ProposalId id, long seen, Duration patience)
            throws StoreException, InterruptedException {
        return await(agents, id, seen, patience);
    }

    private Optional<Entry> await(Store through, ProposalId id, long seen, Duration patience)
            throws StoreException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        Waiters waiters = join(id);
        try {
            while (true) {
                long before = changes(waiters);
                Optional<Entry> entry = find(through, id);
                long left = end - System.nanoTime();
                if (entry.isEmpty() || entry.get().row().version() != seen || left <= 0) {
                    return entry;
                }
                awaitChange(waiters, before, left);
            }
        } finally {
            leave(id, waiters);
        }
    }

    private Waiters join(ProposalId id) {
        lock.lock();
        try {
            Waiters waiters = waiting.computeIfAbsent(id, first -> new Waiters());
            waiters.count++;
            return waiters;
        } finally {
            lock.unlock();
        }
    }

    private void leave(ProposalId id, Waiters waiters) {
        lock.lock();
        try {
            waiters.count--;
            if (waiters.count == 0) {
                waiting.remove(id);
            }
        } finally {
            lock.unlock();
        }
    }

    private long changes(Waiters waiters) {
        lock.lock();
        try {
            return waiters.changes;
        } finally {
            lock.unlock();
        }
    }

    private void awaitChange(Waiters waiters, long before, long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (waiters.changes == before && left > 0) {
                left = waiters.changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void signal(ProposalId id) {
        lock.lock();
        try {
            Waiters waiters = waiting.get(id);
            if (waiters != null) {
                waiters.changes++;
                waiters.changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Those that can be read: one that was edited hides none of the others, and goes nowhere itself. */
    private List<Entry> readable(Store through, Store.Looking<List<String>> ids)
            throws StoreException {
        List<Store.Proposal> rows =
                through.read(
                        looked -> {
                            List<Store.Proposal> found = new ArrayList<>();
                            for (String id : ids.at(looked)) {
                                try {
                                    looked.proposal(id).ifPresent(found::add);
                                } catch (StoreException edited) {
                                    if (edited.getCause() != null) {
                                        throw edited;
                                    }
                                    leftOut(id, edited);
                                }
                            }
                            return found;
                        });
        List<Entry> entries = new ArrayList<>();
        for (Store.Proposal row : rows) {
            try {
                entries.add(entry(row));
            } catch (StoreException edited) {
                leftOut(row.id(), edited);
            }
        }
        return entries;
    }

    private void leftOut(String id, StoreException edited) {
        if (unreadable.add(id)) {
            LOG.atError().addKeyValue("proposal", id).setCause(edited).log("left out");
        }
    }

    /** The ids of the proposals that stand in the store and cannot be read, as far as they were looked at. */
    Set<String> unreadable() {
        return Set.copyOf(unreadable);
    }

    static Entry entry(Store.Proposal row) throws StoreException {
        if (RecordedCore.read(row.core().getBytes(UTF_8))
                instanceof Checked.Valid<RecordedCore>(RecordedCore core)) {
            try {
                if (core.proposal().value().equals(row.id())) {
                    ProposalState state = ProposalState.valueOf(row.state());
                    return new Entry(row, core, Kept.of(row.detail(), core, state));
                }
            } catch (IllegalArgumentException | JacksonException | NoSuchElementException edited) {
                throw new StoreException(
                        "proposal `" + row.id() + "` cannot be read: restore the store", edited);
            }
        }
        throw new StoreException(
                "proposal `" + row.id() + "` is not what it was: restore the store");
    }

    private static Store.Proposal rowOf(Store.Proposal row, Kept kept, StoreTime now) {
        ProposalState state = kept.proposal().state();
        Instant free =
                state.delaysEffectKey() && !row.state().equals(state.name())
                        ? now.at().plus(kept.afterFailure())
                        : row.freeAt();
        return row.as(state.name(), kept.text(), state.holdsEffectKey(), free);
    }

    private static Leaf leaf(Telling telling, Entry after, StoreTime now) {
        Map<String, String> members = new HashMap<>(telling.members().apply(after));
        members.values().removeIf(String::isEmpty);
        members.put("proposal", after.id().value());
        members.put("state", after.state().name());
        return new Leaf(kind(telling, after.state()), now.at(), members);
    }

    /** A step that was to lead on and led out is told as what it came to. */
    private static String kind(Telling telling, ProposalState state) {
        return switch (state) {
            case EXPIRED -> "expired";
            case WITHDRAWN -> "withdrawn";
            case SUPERSEDED -> "superseded";
            case BLOCKED -> "blocked";
            case FAILED -> "result";
            default -> telling.kind();
        };
    }

    /** What counts for the circuit breaker; what ended before anything was sent is no failure of the environment. */
    static boolean isFailure(Entry entry) {
        boolean isSent = entry.proposal().attempt() != null;
        return isSent
                && CircuitBreaker.counts(entry.state(), entry.core().verification().isPresent());
    }
}
