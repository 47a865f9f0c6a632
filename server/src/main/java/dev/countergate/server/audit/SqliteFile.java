package dev.countergate.server.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.function.BiFunction;

/** The one connection that writes {@code store.db}, and its transactions. Not thread safe. */
class SqliteFile implements AutoCloseable {
    private static final int BUSY_MILLIS = 5_000;

    private final Path path;
    private final Connection connection;
    private boolean isReadOnly;

    SqliteFile(Path path, Connection connection) {
        this.path = path;
        this.connection = connection;
    }

    /** Opens the file, made when there is none: write-ahead log, synced at every commit, its tables the newest. */
    static SqliteFile open(Path path) throws StoreException {
        return open(path, SqliteFile::new);
    }

    static SqliteFile open(Path path, BiFunction<Path, Connection, SqliteFile> making)
            throws StoreException {
        try {
            if (!Files.exists(path)) {
                Files.createFile(
                        path,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
            }
            SqliteFile file =
                    making.apply(path, DriverManager.getConnection("jdbc:sqlite:" + path));
            boolean isGood = false;
            try {
                file.prepare();
                isGood = true;
            } finally {
                if (!isGood) {
                    file.close();
                }
            }
            return file;
        } catch (IOException failed) {
            throw new StoreException("cannot open `" + path + "`", failed);
        } catch (SQLException failed) {
            throw new StoreException("cannot use `" + path + "`", failed);
        }
    }

    private void prepare() throws SQLException, StoreException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = " + BUSY_MILLIS);
            try (ResultSet row = statement.executeQuery("PRAGMA journal_mode = WAL")) {
                if (!row.next() || !row.getString(1).equals("wal")) {
                    throw new StoreException(
                            "`"
                                    + path
                                    + "` cannot have a write-ahead log: move the state directory"
                                    + " to a local file system");
                }
            }
            statement.execute("PRAGMA synchronous = FULL");
            isReadOnly = !Files.isWritable(path);
            if (!isReadOnly) {
                // What an earlier connection could not sync is written again before it is
                // believed.
                statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
                statement.execute("BEGIN IMMEDIATE");
                Schema.upgrade(connection, Schema.VERSION);
                statement.execute("COMMIT");
            }
        }
    }

    Connection connection() {
        return connection;
    }

    boolean isReadOnly() {
        return isReadOnly;
    }

    /** How many leaves the log has. */
    long leaves() throws StoreException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT size FROM tree")) {
            return row.next() ? row.getLong(1) : 0;
        } catch (SQLException failed) {
            throw new StoreException("cannot read the store", failed);
        }
    }

    Path path() {
        return path;
    }

    void begin() throws StoreException {
        execute("BEGIN IMMEDIATE");
    }

    void commit() throws StoreException {
        execute("COMMIT");
    }

    void rollback() throws StoreException {
        execute("ROLLBACK");
    }

    /** How often the epoch of this name was raised. */
    long epoch(String name) throws StoreException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT value FROM epoch WHERE name = ?")) {
            query.setString(1, name);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        } catch (SQLException failed) {
            throw new StoreException("cannot read the store", failed);
        }
    }

    /** Lets {@code clock} go on from the latest time that was kept. */
    void resume(StoreClock clock) throws StoreException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT millis, machine FROM clock")) {
            if (row.next()) {
                clock.goOn(
                        Instant.ofEpochMilli(row.getLong(1)), Instant.ofEpochMilli(row.getLong(2)));
            }
        } catch (SQLException failed) {
            throw new StoreException("cannot read the store", failed);
        }
    }

    /** How many rows this connection has changed. */
    long changes() throws StoreException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT total_changes()")) {
            return row.next() ? row.getLong(1) : 0;
        } catch (SQLException failed) {
            throw new StoreException("cannot read the store", failed);
        }
    }

    private void execute(String sql) throws StoreException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new StoreException("cannot write the store", failed);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException ignored) {
            // Nothing is lost: what was committed is on disk.
        }
    }
}
