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
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * The store in one SQLite file of the state directory: write-ahead log, synced at every commit, one connection. {@code
 * log.head} beside it holds the last checkpoint, so that an older copy put back is noticed. The whole log is read once when
 * the store is opened.
 */
public final class SqliteStore implements Store {
    private static final int BUSY_MILLIS = 5_000;

    private final Connection database;
    private final LogKey key;
    private final Redactor redactor;
    private final Path head;
    private volatile long size;
    private boolean isCommitUnknown;

    private SqliteStore(Connection database, LogKey key, Redactor redactor, Path head) {
        this.database = database;
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
        Path file = directory.resolve("store.db");
        Connection database;
        try {
            if (!Files.exists(file)) {
                Files.createFile(
                        file,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
            }
            database = DriverManager.getConnection("jdbc:sqlite:" + file);
        } catch (IOException | SQLException failed) {
            throw new StoreException("cannot open `" + file + "`", failed);
        }
        try {
            return check(database, directory, redactor);
        } catch (SQLException failed) {
            closeQuietly(database);
            throw new StoreException(
                    "cannot use `" + file + "`, restore it from a copy if it is damaged", failed);
        } catch (StoreException | RuntimeException failed) {
            closeQuietly(database);
            throw failed;
        }
    }

    private static SqliteStore check(Connection database, Path directory, Redactor redactor)
            throws SQLException, StoreException {
        try (Statement statement = database.createStatement()) {
            statement.execute("PRAGMA busy_timeout = " + BUSY_MILLIS);
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = FULL");
            try (ResultSet row = statement.executeQuery("PRAGMA integrity_check(1)")) {
                if (!row.next() || !row.getString(1).equals("ok")) {
                    throw new StoreException("the store is damaged: restore it from a copy");
                }
            }
            statement.execute("BEGIN IMMEDIATE");
            Schema.upgrade(database, Schema.VERSION);
            statement.execute("COMMIT");
            long leaves;
            try (ResultSet row = statement.executeQuery("SELECT size FROM tree")) {
                leaves = row.next() ? row.getLong(1) : 0;
            }
            Path head = directory.resolve("log.head");
            LogKey key = LogKey.in(directory, leaves == 0 && !Files.exists(head));
            SqliteStore store = new SqliteStore(database, key, redactor, head);
            store.compare();
            return store;
        }
    }

    /** The leaves against the tree kept with them, and against the head kept elsewhere. */
    private void compare() throws SQLException, StoreException {
        Checkpoint seen = seen();
        MerkleTree tree = new MerkleTree();
        boolean isSeen = seen.size() == 0;
        try (Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery("SELECT line FROM leaf ORDER BY position")) {
            while (row.next()) {
                tree.add(row.getBytes(1));
                isSeen |= tree.size() == seen.size() && tree.root().equals(seen.root());
            }
        }
        if (!tree.subtrees()
                .equals(new SqliteTransaction(database, key, redactor).tree().subtrees())) {
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
    public synchronized <T> T write(Work<T> work) throws StoreException {
        if (isCommitUnknown) {
            throw new StoreException("an earlier commit failed: open the store again");
        }
        command("BEGIN IMMEDIATE");
        T result;
        Optional<String> note;
        SqliteTransaction transaction;
        boolean isDone = false;
        try {
            transaction = new SqliteTransaction(database, key, redactor);
            result = work.in(transaction);
            note = transaction.seal();
            isDone = true;
        } finally {
            if (!isDone) {
                rollback();
            }
        }
        try {
            command("COMMIT");
        } catch (StoreException failed) {
            isCommitUnknown = true;
            throw failed;
        }
        size = transaction.size();
        if (note.isPresent()) {
            keepHead(note.get());
        }
        return result;
    }

    @Override
    public synchronized <T> T read(Looking<T> looking) throws StoreException {
        command("BEGIN");
        try {
            return looking.at(new SqliteRows(database));
        } finally {
            command("ROLLBACK");
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
            isCommitUnknown = true;
        }
    }

    @Override
    public synchronized void export(OutputStream out) throws StoreException, IOException {
        try (PreparedStatement query =
                        database.prepareStatement(
                                "SELECT line FROM (SELECT position + 1 AS place, 0 AS rank, line FROM"
                                        + " leaf UNION ALL SELECT size, 1, line FROM checkpoint)"
                                        + " ORDER BY place, rank");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                out.write(row.getBytes(1));
                out.write('\n');
            }
        } catch (SQLException failed) {
            throw new StoreException("cannot read the log", failed);
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public synchronized void close() {
        closeQuietly(database);
    }

    private void rollback() {
        try {
            command("ROLLBACK");
        } catch (StoreException failed) {
            // SQLite has rolled back by itself on a full disk or an I/O error; else BEGIN fails
            // next.
            isCommitUnknown =
                    !String.valueOf(failed.getMessage()).contains("no transaction is active");
        }
    }

    private void command(String sql) throws StoreException {
        try (Statement statement = database.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new StoreException("cannot write the store", failed);
        }
    }

    private static void closeQuietly(Connection database) {
        try {
            database.close();
        } catch (SQLException ignored) {
            // Nothing is lost: what was committed is on disk.
        }
    }
}
