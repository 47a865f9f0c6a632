package dev.countergate.server.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.log.Checkpoint;
import dev.countergate.policy.log.MerkleTree;
import dev.countergate.policy.secret.Redactor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
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

    private static final Logger LOG = LoggerFactory.getLogger(SqliteStore.class);

    /** A transaction whose work is done: what is true once it is committed. */
    private record Ended(long commit, long size, Optional<String> note, Waiting.Group group) {}

    private final Path path;
    private final LogKey key;
    private final Redactor redactor;
    private final Path head;
    private final Waiting waiting = new Waiting();
    private final StoreThread writer = new StoreThread("store-writer");
    private final StoreThread reader = new StoreThread("store-reader");
    private final CommittedView committed;
    private volatile long size;
    private volatile @Nullable String trouble;

    // Used by the writer's thread alone.
    private @Nullable SqliteFile file;
    private @Nullable Ended unsettled;
    private long settled;

    private SqliteStore(SqliteFile file, LogKey key, Redactor redactor, Path head) {
        this.path = file.path();
        this.committed = new CommittedView(path);
        this.file = file;
        this.key = key;
        this.redactor = redactor;
        this.head = head;
    }

    /**
     * Opens the store in {@code directory}, or makes it.
     *
     * @param redactor what passes into the log passes through it
     * @throws StoreException when it cannot be read or written, is damaged, or is older than {@code log.head} says
     */
    public static SqliteStore open(Path directory, Redactor redactor) throws StoreException {
        SqliteFile file = SqliteFile.open(directory.resolve("store.db"));
        boolean isGood = false;
        try {
            long leaves = leaves(file);
            Path head = directory.resolve("log.head");
            LogKey key = LogKey.in(directory, leaves == 0 && !Files.exists(head));
            SqliteStore store = new SqliteStore(file, key, redactor, head);
            store.compare();
            isGood = true;
            return store;
        } catch (SQLException failed) {
            throw new StoreException(
                    "cannot use `" + file.path() + "`, restore it from a copy if it is damaged",
                    failed);
        } finally {
            if (!isGood) {
                file.close();
            }
        }
    }

    private static long leaves(SqliteFile file) throws SQLException {
        try (Statement statement = file.connection().createStatement();
                ResultSet row = statement.executeQuery("SELECT size FROM tree")) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** The leaves against the tree kept with them, and against the head kept elsewhere. */
    private void compare() throws SQLException, StoreException {
        SqliteFile opened = file();
        Checkpoint seen = seen();
        MerkleTree tree = new MerkleTree();
        boolean isSeen = seen.size() == 0;
        try (Statement statement = opened.connection().createStatement();
                ResultSet row = statement.executeQuery("SELECT line FROM leaf ORDER BY position")) {
            while (row.next()) {
                tree.add(row.getBytes(1));
                isSeen |= tree.size() == seen.size() && tree.root().equals(seen.root());
            }
        }
        if (!tree.subtrees()
                .equals(
                        new SqliteTransaction(opened.connection(), key, redactor)
                                .tree()
                                .subtrees())) {
            throw new StoreException(
                    "the log was changed within the store: restore it from a copy");
        }
        if (!isSeen) {
            throw new StoreException(
                    "the store is older than `"
                            + head
                            + "` or has another log: restore the newest copy, with its `log.head`");
        }
        size = tree.size();
    }

    private Checkpoint seen() throws StoreException {
        if (!Files.exists(head)) {
            return new Checkpoint(LogKey.ORIGIN, 0, new MerkleTree().root());
        }
        try {
            Optional<String> text = key.known().open(Files.readString(head));
            if (text.isPresent()
                    && Checkpoint.parse(text.get())
                            instanceof Checked.Valid<Checkpoint>(Checkpoint checkpoint)) {
                return checkpoint;
            }
        } catch (IOException failed) {
            throw new StoreException("cannot read `" + head + "`", failed);
        }
        throw new StoreException("`" + head + "` is not a checkpoint that `log.key` signed");
    }

    @Override
    public <T> T write(Work<T> work) throws StoreException {
        return writer.call(() -> transact(work));
    }

    @Override
    public void later(Leaf leaf) {
        waiting.add(leaf);
        if (waiting.takeTurn()) {
            writer.schedule(this::commitWaiting, trouble == null ? GATHER_MILLIS : RETRY_MILLIS);
        }
    }

    @Override
    public Optional<String> trouble() {
        String text = trouble;
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
        try {
            SqliteFile open = file();
            open.begin();
            long changes = open.changes();
            SqliteTransaction transaction = new SqliteTransaction(open.connection(), key, redactor);
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
            if (!isDone) {
                abandon();
            }
        }
        commit(ended);
        return result;
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
            if (settled == ended.commit()) {
                return;
            }
            throw failed;
        }
        settle(ended);
    }

    /** The file, opened again after a fault; then also what became of a commit of unknown outcome is settled. */
    private SqliteFile file() throws StoreException {
        SqliteFile open = file;
        if (open == null) {
            open = SqliteFile.open(path);
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
        trouble = null;
        ended.note().ifPresent(this::keepHead);
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

    /** A head that lags behind is harmless: it must only never be ahead of what is committed. */
    private void keepHead(String note) {
        Path partly = head.resolveSibling("log.head.new");
        try {
            Files.writeString(partly, note, UTF_8);
            Files.move(partly, head, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            // The transaction is committed; to report it as failed would be the greater lie.
            fault("cannot write `" + head + "`: " + failed);
        }
    }

    @Override
    public <T> T read(Looking<T> looking) throws StoreException {
        return reader.call(() -> committed.at(database -> looking.at(new SqliteRows(database))));
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
                    if (file != null) {
                        file.close();
                    }
                });
        reader.close(committed::close);
    }
}
