package dev.countergate.server.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.secret.Redactor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store in one SQLite file of the state directory: write-ahead log, synced at every commit, one connection that writes
 * on one thread of the platform's ({@link StoreThread}), and the leaves that wait for it ({@link Waiting}). {@code log.head}
 * beside it holds the last checkpoint, so that an older copy put back is noticed. Thread safe.
 *
 * <p>A failed commit is settled by opening the file again and reading what stands there; while it cannot be written, it is
 * tried again twice a second.
 */
public final class SqliteStore implements Store {
    /** How long leaves gather neighbours, so that with the commit they are in within 50 ms. */
    private static final long GATHER_MILLIS = 20;

    private static final long RETRY_MILLIS = 500;

    /** The epoch that counts transactions, by which a commit of unknown outcome is told from a failed one. */
    private static final String COMMITS = "commit";

    /** The epoch that counts openings. */
    private static final String OPENINGS = "opening";

    private static final Logger LOG = LoggerFactory.getLogger(SqliteStore.class);

    /** A transaction whose work is done: what is true once it is committed. */
    private record Ended(long commit, long size, Optional<String> note, Waiting.Group group) {}

    /** Opens the file, at first and again after a fault. */
    @FunctionalInterface
    interface Opening {
        SqliteFile open(Path path) throws StoreException;
    }

    private final Path path;
    private final LogKey key;
    private final Supplier<Redactor> redactor;
    private final HeadFiles heads;
    private final StoreClock clock;
    private final Opening opening;
    private final Waiting waiting = new Waiting();
    private final StoreThread writer = new StoreThread("store-writer");
    private final StoreThread reader = new StoreThread("store-reader");
    private final CommittedView committed;
    private volatile long size;
    private volatile @Nullable String trouble;

    /** Why it is never written while it is open, or null. */
    private volatile @Nullable String refusal;

    // Used by the writer's thread alone.
    private @Nullable SqliteFile file;
    private @Nullable Ended unsettled;
    private long settled;
    private long epoch;
    private @Nullable String newestHead;

    private SqliteStore(
            SqliteFile file,
            LogKey key,
            Supplier<Redactor> redactor,
            HeadFiles heads,
            StoreClock clock,
            Opening opening) {
        this.path = file.path();
        this.committed = new CommittedView(path);
        this.file = file;
        this.key = key;
        this.redactor = redactor;
        this.heads = heads;
        this.clock = clock;
        this.opening = opening;
    }

    /** Opens the store in {@code directory} without a head elsewhere, its secrets never other ones. */
    public static SqliteStore open(Path directory, Redactor redactor) throws StoreException {
        return open(directory, List.of(), () -> redactor, StoreClock.system());
    }

    /**
     * Opens the store in {@code directory}, or makes it. One that is older than a head, or was changed, or cannot be written
     * opens all the same: it can be read, refuses to be written, and {@link #trouble()} tells why.
     *
     * @param elsewhere files outside of {@code directory} that hold the last checkpoint too, so that a copy of the whole
     *     directory put back is noticed
     * @param redactor what passes into the log passes through what this gives then
     * @param clock goes on from where the store left off
     * @throws StoreException when it cannot be read, or its key is missing
     */
    public static SqliteStore open(
            Path directory, List<Path> elsewhere, Supplier<Redactor> redactor, StoreClock clock)
            throws StoreException {
        return open(directory, elsewhere, redactor, clock, SqliteFile::open);
    }

    static SqliteStore open(
            Path directory,
            List<Path> elsewhere,
            Supplier<Redactor> redactor,
            StoreClock clock,
            Opening opening)
            throws StoreException {
        List<Path> places = new ArrayList<>(List.of(directory.resolve("log.head")));
        places.addAll(elsewhere);
        HeadFiles heads = new HeadFiles(places);
        if (!Files.exists(directory.resolve("store.db"))
                && !Files.exists(directory.resolve("log.key"))) {
            heads.setAside(Instant.now())
                    .forEach(
                            head ->
                                    LOG.atWarn()
                                            .addKeyValue("head", head)
                                            .log("a log was here and is gone; a new one begins"));
        }
        SqliteFile file = opening.open(directory.resolve("store.db"));
        SqliteStore store = null;
        boolean isGood = false;
        try {
            LogKey key = LogKey.in(directory, file.leaves() == 0 && !heads.isAny());
            SqliteStore opened = new SqliteStore(file, key, redactor, heads, clock, opening);
            store = opened;
            opened.writer.call(() -> opened.begin(file));
            isGood = true;
            return opened;
        } finally {
            if (!isGood) {
                file.close();
                if (store != null) {
                    store.close();
                }
            }
        }
    }

    /** Looks at what is there, and counts this opening. */
    private long begin(SqliteFile opened) throws StoreException {
        settled = opened.epoch(COMMITS);
        SqliteTransaction found =
                new SqliteTransaction(opened.connection(), key, redactor.get(), clock);
        size = found.size();
        Optional<String> fault = found.fault(opened.epoch(OPENINGS), heads.read(key.known()));
        if (fault.isEmpty() && opened.isReadOnly()) {
            fault =
                    Optional.of(
                            "`"
                                    + path
                                    + "` cannot be written: give `store.db*` back their owner and mode");
        }
        if (fault.isPresent()) {
            refusal = fault.get();
            LOG.atError().addKeyValue("reason", fault.get()).log("the store is read only");
            return 0;
        }
        opened.resume(clock);
        transact(in -> epoch = in.raise(OPENINGS));
        found.signedNote().ifPresent(this::headIs);
        return size;
    }

    @Override
    public <T> T write(Work<T> work) throws StoreException {
        return writer.call(() -> transact(work));
    }

    @Override
    public void later(Leaf leaf) {
        if (refusal != null) {
            return;
        }
        waiting.add(leaf);
        if (waiting.takeTurn()) {
            writer.schedule(this::commitWaiting, trouble == null ? GATHER_MILLIS : RETRY_MILLIS);
        }
    }

    @Override
    public Lag lag() {
        return waiting.lag();
    }

    @Override
    public Optional<String> trouble() {
        String text = refusal == null ? trouble : refusal;
        return text == null ? waiting.trouble() : Optional.of(text);
    }

    /** Commits what waits, or after a fault tries whether anything can be committed, until it can. */
    private void commitWaiting() {
        waiting.giveTurn();
        if (waiting.isEmpty() && trouble == null) {
            return;
        }
        try {
            transact(in -> true);
        } catch (StoreException kept) {
            // It stands in `trouble`, the leaves go on waiting, and the next turn is due.
        } catch (RuntimeException bug) {
            LOG.atError().setCause(bug).log("cannot write the log");
            fault("the log cannot be written: " + bug);
        }
    }

    private <T> T transact(Work<T> work) throws StoreException {
        T result;
        Ended ended;
        boolean isDone = false;
        SqliteTransaction transaction = null;
        try {
            refuse();
            SqliteFile open = file();
            open.begin();
            long changes = open.changes();
            transaction = new SqliteTransaction(open.connection(), key, redactor.get(), clock);
            Waiting.Group group = waiting.group();
            for (Leaf leaf : group.leaves()) {
                transaction.appendWaiting(leaf);
            }
            result = work.in(transaction);
            Optional<String> note = transaction.seal();
            // After a fault even an empty transaction has to write, for that is what is in doubt.
            boolean isChanged = trouble != null || open.changes() != changes;
            long commit = isChanged ? transaction.raise(COMMITS) : settled;
            ended = new Ended(commit, transaction.size(), note, group);
            isDone = true;
        } catch (StoreException failed) {
            if (failed.getCause() != null) {
                fault(String.valueOf(failed.getMessage()));
            }
            throw failed;
        } finally {
            if (transaction != null) {
                transaction.end();
            }
            if (!isDone) {
                abandon();
            }
        }
        commit(ended);
        return result;
    }

    private void refuse() throws StoreException {
        String never = refusal;
        if (never != null) {
            throw new StoreException(never);
        }
        if (newestHead != null && trouble != null) {
            keepHead();
        }
    }

    /** Undoes the transaction; where that fails, closing the file does. */
    private void abandon() {
        SqliteFile open = file;
        if (open != null) {
            try {
                open.rollback();
            } catch (StoreException failed) {
                open.close();
                file = null;
            }
        }
    }

    private void commit(Ended ended) throws StoreException {
        try {
            file().commit();
        } catch (StoreException failed) {
            fault(String.valueOf(failed.getMessage()));
            abandon();
            if (file != null) {
                file.close();
                file = null;
            }
            unsettled = ended;
            try {
                file();
            } catch (StoreException unreadable) {
                failed.addSuppressed(unreadable);
                throw StoreException.uncertain(failed);
            }
            if (settled != ended.commit()) {
                throw failed;
            }
            trouble = null;
            return;
        }
        settle(ended);
        trouble = null;
    }

    /** The file, opened again after a fault; then also what became of a commit of unknown outcome is settled. */
    private SqliteFile file() throws StoreException {
        SqliteFile open = file;
        if (open == null) {
            open = opening.open(path);
            file = open;
        }
        Ended asked = unsettled;
        if (asked != null) {
            if (open.epoch(COMMITS) == asked.commit()) {
                settle(asked);
            }
            unsettled = null;
        }
        return open;
    }

    private void settle(Ended ended) {
        waiting.remove(ended.group());
        settled = ended.commit();
        size = ended.size();
        ended.note().ifPresent(this::headIs);
    }

    private void fault(String text) {
        if (trouble == null) {
            LOG.atError().addKeyValue("reason", text).log("the log cannot be written");
        }
        trouble = text;
        if (waiting.takeTurn()) {
            writer.schedule(this::commitWaiting, RETRY_MILLIS);
        }
    }

    private void headIs(String note) {
        boolean isScheduled = newestHead != null;
        newestHead = note;
        if (!isScheduled) {
            writer.schedule(this::keepHeadOrTell, GATHER_MILLIS);
        }
    }

    /** Behind the transactions and not within them: one that lags is harmless, and so nobody waits for it. */
    private void keepHeadOrTell() {
        try {
            keepHead();
        } catch (StoreException failed) {
            fault(String.valueOf(failed.getMessage()));
        }
    }

    private void keepHead() throws StoreException {
        String note = newestHead;
        if (note != null) {
            try {
                heads.keep(epoch, note);
                newestHead = null;
            } catch (IOException failed) {
                throw new StoreException("cannot keep the log's head", failed);
            }
        }
    }

    @Override
    public <T> T read(Looking<T> looking) throws StoreException {
        return reader.call(() -> committed.at(database -> look(looking, database)));
    }

    private static <T> T look(Looking<T> looking, Connection database) throws StoreException {
        SqliteRows rows = new SqliteRows(database);
        try {
            return looking.at(rows);
        } finally {
            rows.end();
        }
    }

    @Override
    public Lines read(long from, int limit) throws StoreException {
        return reader.call(() -> committed.at(database -> LogPages.read(database, from, limit)));
    }

    @Override
    public void export(OutputStream out) throws StoreException, IOException {
        Lines page = read(0, LogPages.LEAVES_MAX);
        for (long from = 0; page.next() != from; page = read(from, LogPages.LEAVES_MAX)) {
            for (String line : page.lines()) {
                out.write(line.getBytes(UTF_8));
                out.write('\n');
            }
            from = page.next();
        }
    }

    @Override
    public long size() {
        return size;
    }

    /** Commits what waits, and closes. */
    @Override
    public void close() {
        writer.close(
                () -> {
                    commitWaiting();
                    keepHeadOrTell();
                    if (file != null) {
                        file.close();
                    }
                });
        reader.close(committed::close);
    }
}
