package dev.countergate.server.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.token.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where what must outlive the process is kept. Correct by compare-and-set of rows and by unique constraints alone, never by
 * who holds a lock, so that a database shared by several daemons can stand behind it too.
 */
public interface Store extends AutoCloseable {
    /** Work of one transaction; when it throws, nothing of it has happened. */
    @FunctionalInterface
    interface Work<T> {
        T in(Transaction transaction) throws StoreException;
    }

    /** Looks that see one moment of the store. Valid only within {@link Store#write} or {@link Store#read}. */
    interface Rows {
        /**
         * A proposal.
         *
         * @throws StoreException without a cause when it stands there and is not what was kept
         */
        Optional<Proposal> proposal(String id) throws StoreException;

        /** The ids of the proposals in one of {@code states}, oldest first, whether or not they can be read. */
        List<String> ids(Collection<String> states) throws StoreException;

        /**
         * The ids of the proposals with the code {@code code}, newest first.
         *
         * @param newest how many proposals are looked through: nothing finds them by their code
         */
        List<String> idsCoded(String code, int newest) throws StoreException;

        /** The ids of what {@code requester} proposed, newest first, at most {@code limit}. */
        List<String> idsOf(String requester, int limit) throws StoreException;

        /** How many proposals of {@code requester} are in one of {@code states}. */
        int count(String requester, Collection<String> states) throws StoreException;

        /** How many proposals {@code requester} has made since then. */
        int count(String requester, Instant since) throws StoreException;

        /** The proposals under one effect key that are in one of {@code states}, newest first. */
        List<Proposal> proposalsUnder(String effect, Collection<String> states)
                throws StoreException;

        /** The proposals under one effect key that were made at {@code since} or later, newest first. */
        List<Proposal> proposalsUnder(String effect, Instant since) throws StoreException;

        /** How many attempts were counted under {@code key} since then. */
        int attempts(String key, Instant since) throws StoreException;

        /** How many calls of {@code principal} were counted, by when, from then on. */
        Map<Instant, Integer> calls(String principal, Instant since) throws StoreException;

        /** How many failures an environment had since then. */
        int failures(String environment, Instant since) throws StoreException;

        /** The statement given out for a challenge, to be signed for {@code subject}. */
        Optional<String> issued(String challenge, String subject) throws StoreException;

        /** What was consumed for {@code subject}, in no particular order. */
        List<Evidence> evidence(String subject) throws StoreException;

        /** A named fact, once it was settled. */
        Optional<String> fact(String name) throws StoreException;
    }

    /** What a transaction can do. Valid only within {@link Store#write}. */
    interface Transaction extends Rows {
        /** Appends to the log and gives the leaf's index, from 0. */
        long append(Leaf leaf) throws StoreException;

        /** Keeps a new proposal at version 0; false when its id or, where it holds it, its effect key is taken. */
        boolean insert(Proposal proposal) throws StoreException;

        /**
         * Puts {@code next} in the place of {@code seen}, at the next version; its core stays what it is.
         *
         * @return false when it is no longer as seen
         */
        boolean move(Proposal seen, Proposal next) throws StoreException;

        /** Keeps the statement given out for a fresh challenge; false when there is one for it. */
        boolean issue(String challenge, String subject, String statement) throws StoreException;

        /** Consumes a challenge with what answered it; false when either was consumed before. */
        boolean consume(String challenge, Evidence evidence) throws StoreException;

        /** Counts an attempt of a proposal under a key. */
        void attempt(String key, Instant at, String proposal) throws StoreException;

        /** Counts calls of a principal, beside those counted at the same time before. */
        void count(String principal, Instant at, int calls) throws StoreException;

        /** Forgets the calls counted before then. */
        void forgetCalls(Instant before) throws StoreException;

        /** Counts a failure in an environment, a proposal's first only. */
        void fail(String environment, Instant at, String proposal) throws StoreException;

        /** The latest time seen by any transaction, this one's {@code now} and all leaves' included; it never goes back. */
        Instant clock(Instant now) throws StoreException;

        /** Settles a named fact, unless it is settled, and gives what it is. */
        String settle(String name, String value) throws StoreException;

        /** Raises a named epoch by one and gives it; the first is 1. */
        long raise(String epoch) throws StoreException;
    }

    /**
     * A proposal as it is kept.
     *
     * @param id of it
     * @param core its exact text, of which it is the UTF-8 bytes that count
     * @param state as DESIGN section 7 spells it
     * @param version how often it has changed
     * @param detail how far it has come, as JSON
     * @param requester who asked for it
     * @param effect its effect key
     * @param held whether it holds that key: one proposal at a time does
     * @param freeAt until when the key waits after it
     * @param created when it was made
     */
    record Proposal(
            String id,
            String core,
            String state,
            long version,
            String detail,
            String requester,
            String effect,
            boolean held,
            Instant freeAt,
            Instant created) {
        /** Of the core's bytes, as the store keeps it beside them. */
        Digest checksum() {
            return Digest.of(core.getBytes(UTF_8));
        }

        /** The same proposal, further on. */
        public Proposal as(String next, String how, boolean holds, Instant free) {
            return new Proposal(
                    id, core, next, version, how, requester, effect, holds, free, created);
        }
    }

    /**
     * A statement that counted once, with the signature it came with.
     *
     * @param digest of the statement's bytes
     * @param subject what it was about
     */
    record Evidence(Digest digest, String subject, String statement, String signature) {}

    /** Looks at one moment of the store. */
    @FunctionalInterface
    interface Looking<T> {
        T at(Rows rows) throws StoreException;
    }

    /**
     * Does {@code looking} on what is committed, without holding up who writes.
     *
     * @throws StoreException when the store cannot be read
     */
    <T> T read(Looking<T> looking) throws StoreException;

    /**
     * A piece of the log.
     *
     * @param lines as {@link #export} writes them, without their ends: leaves, each with the checkpoints over it after it
     * @param next the index of the leaf that follows; what was asked for when there was none
     */
    record Lines(List<String> lines, long next) {
        public Lines {
            lines = List.copyOf(lines);
        }
    }

    /**
     * Does {@code work} in one durable transaction, after the leaves that wait ({@link #later}). When leaves were appended,
     * a checkpoint over them is kept with them. It runs on a thread of the store's own, one after the other.
     *
     * @throws StoreException when it could not be committed; then nothing of it has happened, unless {@link
     *     StoreException#mayHaveHappened()}
     */
    <T> T write(Work<T> work) throws StoreException;

    /**
     * Appends {@code leaf} within 50 ms, together with its neighbours; returns at once. It is lost when the process dies
     * before, and counted where it cannot be kept waiting: {@link #trouble()} tells.
     */
    void later(Leaf leaf);

    /**
     * How far the log is behind what happened.
     *
     * @param leaves that wait to be committed
     * @param oldest when the first of them happened, or null where none waits
     */
    record Lag(int leaves, @Nullable Instant oldest) {}

    /** How far the log is behind at this moment. */
    Lag lag();

    /** Why the log cannot be written, in one line, while that is so. */
    Optional<String> trouble();

    /**
     * Reads the log without holding up who writes.
     *
     * @param from index of the first leaf; negative: that many before the end
     * @param limit the most leaves; fewer come where they are large
     */
    Lines read(long from, int limit) throws StoreException;

    /** Writes the whole log as JSON Lines, its last line a checkpoint over all leaves. */
    void export(OutputStream out) throws StoreException, IOException;

    /** How many leaves are committed. */
    long size();

    @Override
    void close();
}
