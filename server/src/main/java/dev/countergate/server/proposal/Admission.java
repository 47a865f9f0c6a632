package dev.countergate.server.proposal;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.change.Core;
import dev.countergate.policy.change.EffectKey;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.change.RecordedCore;
import dev.countergate.policy.change.StoreTime;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.server.audit.Leaf;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which proposals may be kept beside those there are: one at a time has an effect key, it waits after a failure, and a
 * requester has so many open. Judged in the transaction that keeps them. Thread safe.
 */
final class Admission {
    /** For how long earlier proposals of the same effect are told. */
    private static final Duration EARLIER = Duration.ofHours(24);

    /** The most of them that are named. */
    private static final int EARLIER_MAX = 10;

    /** The longest an effect key may wait after a failure: what a look back must cover. */
    private static final Duration WAITING_MAX = Duration.ofDays(7);

    /** Over what time it is counted what a requester makes; each one is kept in the log, also when it is taken back. */
    private static final Duration LATELY = Duration.ofHours(1);

    /** How many times what may be open may be made within it. */
    private static final int LATELY_FACTOR = 10;

    /** What nobody refused and nothing was sent of. */
    private static final List<String> SAYING_LITTLE =
            List.of(
                    ProposalState.WITHDRAWN.name(),
                    ProposalState.EXPIRED.name(),
                    ProposalState.SUPERSEDED.name());

    private static final List<String> HOLDING = names(ProposalState::holdsEffectKey);
    private static final List<String> OPEN = names(ProposalState::isOpen);

    private final Ledger ledger;
    private final Store store;

    Admission(Ledger ledger, Store store) {
        this.ledger = ledger;
        this.store = store;
    }

    /**
     * A proposal that is to be kept.
     *
     * @param core its exact text, of which {@code recorded} was read
     * @param call that asked for it
     */
    record Candidate(String core, RecordedCore recorded, Kept kept, EffectKey key, String call) {}

    /** Keeps it, unless an open one of the same is there or something stands against it. */
    Drafted admit(Candidate candidate, int openMax) throws StoreException {
        RecordedCore core = candidate.recorded();
        Store.Proposal row =
                new Store.Proposal(
                        core.proposal().value(),
                        candidate.core(),
                        candidate.kept().proposal().state().name(),
                        0,
                        candidate.kept().text(),
                        core.requester().value(),
                        candidate.key().digest().hex(),
                        true,
                        Instant.EPOCH,
                        core.created());
        Leaf leaf =
                new Leaf(
                        "proposed",
                        core.created(),
                        Map.of(
                                "proposal", row.id(),
                                "state", row.state(),
                                "digest", core.digest().hex(),
                                "tool", core.tool().value(),
                                "requester", row.requester(),
                                "call", candidate.call(),
                                "core", candidate.core()));
        Optional<Drafted> taken =
                ledger.insert(
                        row,
                        core,
                        candidate.kept(),
                        leaf,
                        (in, now) -> taken(in, now, row, openMax));
        return taken.orElseGet(
                () -> new Drafted.Kept(new Ledger.Entry(row, core, candidate.kept()), true));
    }

    /** The open proposal of the same change by the same requester. */
    Optional<Ledger.Entry> openOfSame(EffectKey key, PrincipalId principal) throws StoreException {
        List<Store.Proposal> open =
                store.read(rows -> rows.proposalsUnder(key.digest().hex(), OPEN));
        for (Store.Proposal row : open) {
            if (row.requester().equals(principal.value())) {
                return Optional.of(Ledger.entry(row));
            }
        }
        return Optional.empty();
    }

    /** What the same change came to lately: what says most first, the newest of it first; the rest is counted. */
    Core.Past earlier(EffectKey key, Instant created) throws StoreException {
        List<Store.Proposal> rows =
                new ArrayList<>(
                        store.read(
                                all ->
                                        all.proposalsUnder(
                                                key.digest().hex(), created.minus(EARLIER))));
        // Whoever proposes and takes back again must not push a rejection out of sight.
        rows.sort(Comparator.comparing(row -> SAYING_LITTLE.contains(row.state())));
        List<Core.Earlier> named =
                rows.stream()
                        .limit(EARLIER_MAX)
                        .map(
                                row ->
                                        new Core.Earlier(
                                                new ProposalId(row.id()),
                                                ProposalState.valueOf(row.state()),
                                                row.created()))
                        .toList();
        Map<ProposalState, Integer> unnamed = new EnumMap<>(ProposalState.class);
        rows.stream()
                .skip(EARLIER_MAX)
                .forEach(row -> unnamed.merge(ProposalState.valueOf(row.state()), 1, Integer::sum));
        return new Core.Past(named, unnamed);
    }

    /** Who has the effect key, or why it has to wait, at the moment the proposal would be kept. */
    private static Optional<Drafted> taken(
            Store.Transaction in, StoreTime now, Store.Proposal row, int openMax)
            throws StoreException {
        List<Store.Proposal> holding = in.proposalsUnder(row.effect(), HOLDING);
        if (!holding.isEmpty()) {
            return Optional.of(heldBy(holding.getFirst(), row.requester()));
        }
        for (Store.Proposal other : in.proposalsUnder(row.effect(), now.at().minus(WAITING_MAX))) {
            if (other.freeAt().isAfter(now.at())) {
                return Optional.of(
                        Drafted.refused(
                                "TOO_SOON",
                                "the same change ended "
                                        + other.state()
                                        + " as `"
                                        + other.id()
                                        + "` and can be proposed again at "
                                        + other.freeAt(),
                                "do not try another way round; tell your user what happened",
                                null));
            }
        }
        int mine = in.count(row.requester(), OPEN);
        if (mine >= openMax) {
            return Optional.of(
                    Drafted.refused(
                            "TOO_MANY_PROPOSALS",
                            mine + " proposals of yours are open, which is the most",
                            "withdraw one with `proposal_withdraw`, or wait until they are"
                                    + " decided",
                            null));
        }
        int lately = in.count(row.requester(), now.at().minus(LATELY));
        return lately >= openMax * LATELY_FACTOR
                ? Optional.of(
                        Drafted.refused(
                                "TOO_MANY_PROPOSALS",
                                "you have made "
                                        + lately
                                        + " proposals within the last hour, withdrawn ones included,"
                                        + " which is the most",
                                "stop, and tell your user what you are trying to do",
                                null))
                : Optional.empty();
    }

    private static Drafted heldBy(Store.Proposal other, String requester) throws StoreException {
        Ledger.Entry entry = Ledger.entry(other);
        return entry.state().isOpen() && other.requester().equals(requester)
                ? new Drafted.Kept(entry, false)
                : Drafted.refused(
                        "ALREADY_PROPOSED",
                        "the same change is "
                                + other.state()
                                + " as `"
                                + other.id()
                                + "`"
                                + (other.state().equals("OUTCOME_UNKNOWN")
                                        ? ": whether it took effect is not known, and a person has"
                                                + " to settle that"
                                        : ""),
                        "do not try another way round; tell your user",
                        null);
    }

    private static List<String> names(Predicate<ProposalState> such) {
        return Arrays.stream(ProposalState.values()).filter(such).map(ProposalState::name).toList();
    }
}
