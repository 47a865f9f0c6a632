package dev.countergate.server.audit;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/** Looks at what is committed over a connection that cannot write and holds up nobody who does. Not thread safe. */
final class CommittedView implements AutoCloseable {
    /** A look that sees one moment. */
    @FunctionalInterface
    interface Look<T> {
        T at(Connection database) throws StoreException;
    }

    private static final int BUSY_MILLIS = 5_000;

    private final Path path;
    private @Nullable Connection database;

    CommittedView(Path path) {
        this.path = path;
    }

    <T> T at(Look<T> look) throws StoreException {
        boolean isGood = false;
        try {
            Connection open = database == null ? open() : database;
            database = open;
            T found = look.at(open);
            open.rollback();
            isGood = true;
            return found;
        } catch (SQLException failed) {
            throw new StoreException("cannot read the store", failed);
        } finally {
            if (!isGood) {
                // Whatever failed, the next look has a connection that had no part in it.
                close();
            }
        }
    }

    private Connection open() throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(BUSY_MILLIS);
        Connection opened = config.createConnection("jdbc:sqlite:" + path);
        opened.setAutoCommit(false);
        return opened;
    }

    @Override
    public void close() {
        Connection open = database;
        database = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException ignored) {
                // It has written nothing.
            }
        }
    }
}
