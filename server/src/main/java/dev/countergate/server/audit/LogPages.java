package dev.countergate.server.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads the log page by page. */
final class LogPages {
    /** The most leaves of one page. */
    static final int LEAVES_MAX = 500;

    /** After this many bytes a page ends, so that it fits an answer of `operator.sock` in quotes. */
    private static final int BYTES_MAX = 192 << 10;

    private LogPages() {}

    static Store.Lines read(Connection database, long from, int limit) throws StoreException {
        try {
            return page(database, from, Math.clamp(limit, 1, LEAVES_MAX));
        } catch (SQLException failed) {
            throw new StoreException("cannot read the log", failed);
        }
    }

    private static Store.Lines page(Connection database, long from, int limit)
            throws SQLException, StoreException {
        long first = from < 0 ? Math.max(0, size(database) + from) : from;
        List<String> leaves = new ArrayList<>();
        try (PreparedStatement query =
                database.prepareStatement(
                        "SELECT line FROM leaf WHERE position >= ? ORDER BY position LIMIT ?")) {
            query.setLong(1, first);
            query.setInt(2, limit);
            try (ResultSet row = query.executeQuery()) {
                for (int bytes = 0; bytes < BYTES_MAX && row.next(); ) {
                    byte[] line = row.getBytes(1);
                    bytes += line.length;
                    leaves.add(new String(line, UTF_8));
                }
            }
        }
        return new Store.Lines(withCheckpoints(database, first, leaves), first + leaves.size());
    }

    /** How many leaves are committed. */
    static long size(Connection database) throws StoreException {
        try (PreparedStatement query = database.prepareStatement("SELECT size FROM tree");
                ResultSet row = query.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        } catch (SQLException failed) {
            throw new StoreException("cannot read the log", failed);
        }
    }

    /** The leaves from {@code first} on, each with the checkpoint over it, where there is one, after it. */
    private static List<String> withCheckpoints(
            Connection database, long first, List<String> leaves) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (PreparedStatement query =
                database.prepareStatement(
                        "SELECT size, line FROM checkpoint WHERE size > ? AND size <= ?"
                                + " ORDER BY size")) {
            query.setLong(1, first);
            query.setLong(2, first + leaves.size());
            try (ResultSet row = query.executeQuery()) {
                int told = 0;
                while (row.next()) {
                    int end = (int) (row.getLong(1) - first);
                    lines.addAll(leaves.subList(told, end));
                    lines.add(new String(row.getBytes(2), UTF_8));
                    told = end;
                }
                lines.addAll(leaves.subList(told, leaves.size()));
            }
        }
        return lines;
    }
}
