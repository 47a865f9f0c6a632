package dev.countergate.server.audit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The tables, as the steps from each version to the next; a step once released is never edited. */
final class Schema {
    private static final List<List<String>> STEPS =
            List.of(
                    List.of(
                            "CREATE TABLE leaf (position INTEGER PRIMARY KEY, line BLOB NOT NULL)",
                            "CREATE TABLE checkpoint"
                                    + " (size INTEGER PRIMARY KEY, line BLOB NOT NULL)",
                            "CREATE TABLE tree (one INTEGER PRIMARY KEY CHECK (one = 1),"
                                    + " size INTEGER NOT NULL, subtrees TEXT NOT NULL,"
                                    + " last TEXT NOT NULL)",
                            "INSERT INTO tree VALUES (1, 0, '', '')",
                            "CREATE TABLE proposal (id TEXT PRIMARY KEY, core TEXT NOT NULL,"
                                    + " digest TEXT NOT NULL, state TEXT NOT NULL,"
                                    + " version INTEGER NOT NULL)",
                            "CREATE TABLE evidence"
                                    + " (challenge TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE)"),
                    List.of(
                            "CREATE TABLE attempt (key TEXT NOT NULL, window INTEGER NOT NULL,"
                                    + " count INTEGER NOT NULL, PRIMARY KEY (key, window))",
                            "CREATE TABLE clock (one INTEGER PRIMARY KEY CHECK (one = 1),"
                                    + " millis INTEGER NOT NULL)",
                            "CREATE TABLE effect (key TEXT PRIMARY KEY, proposal TEXT NOT NULL)",
                            "CREATE TABLE epoch"
                                    + " (name TEXT PRIMARY KEY, value INTEGER NOT NULL)"),
                    List.of(
                            "ALTER TABLE proposal ADD COLUMN detail TEXT NOT NULL DEFAULT '{}'",
                            "ALTER TABLE proposal ADD COLUMN requester TEXT NOT NULL DEFAULT ''",
                            "ALTER TABLE proposal ADD COLUMN effect TEXT NOT NULL DEFAULT ''",
                            "ALTER TABLE proposal ADD COLUMN held INTEGER NOT NULL DEFAULT 0",
                            "ALTER TABLE proposal ADD COLUMN free_at INTEGER NOT NULL DEFAULT 0",
                            "ALTER TABLE proposal ADD COLUMN created INTEGER NOT NULL DEFAULT 0",
                            "CREATE UNIQUE INDEX proposal_held ON proposal (effect) WHERE held = 1",
                            "CREATE INDEX proposal_effect ON proposal (effect, created)",
                            "CREATE INDEX proposal_requester ON proposal (requester, created)",
                            "CREATE INDEX proposal_state ON proposal (state)",
                            "DROP TABLE effect",
                            "DROP TABLE attempt",
                            "CREATE TABLE attempt (key TEXT NOT NULL, at INTEGER NOT NULL,"
                                    + " proposal TEXT NOT NULL, PRIMARY KEY (key, at, proposal))",
                            "CREATE TABLE failure (environment TEXT NOT NULL, at INTEGER NOT NULL,"
                                    + " proposal TEXT NOT NULL, PRIMARY KEY (proposal))",
                            "CREATE TABLE issued (challenge TEXT PRIMARY KEY, subject TEXT NOT NULL,"
                                    + " statement TEXT NOT NULL)",
                            "DROP TABLE evidence",
                            "CREATE TABLE evidence (challenge TEXT PRIMARY KEY, digest TEXT NOT NULL"
                                    + " UNIQUE, subject TEXT NOT NULL, statement TEXT NOT NULL,"
                                    + " signature TEXT NOT NULL)",
                            "CREATE INDEX evidence_subject ON evidence (subject)",
                            "CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL)"),
                    List.of(
                            "CREATE TABLE call (principal TEXT NOT NULL, at INTEGER NOT NULL,"
                                    + " calls INTEGER NOT NULL, PRIMARY KEY (principal, at))"),
                    List.of(
                            "ALTER TABLE clock ADD COLUMN machine INTEGER NOT NULL DEFAULT 0",
                            "UPDATE clock SET machine = millis"));

    /** The newest version. */
    static final int VERSION = STEPS.size();

    private Schema() {}

    /** Brings the tables from any earlier version to {@code version}, within the caller's transaction. */
    static void upgrade(Connection database, int version) throws SQLException, StoreException {
        try (Statement statement = database.createStatement()) {
            int found;
            try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
                found = row.next() ? row.getInt(1) : 0;
            }
            if (found > VERSION) {
                throw new StoreException(
                        "the store has version "
                                + found
                                + ", newer than "
                                + VERSION
                                + ": use the newer program");
            }
            for (List<String> step : STEPS.subList(found, Math.max(found, version))) {
                for (String sql : step) {
                    statement.execute(sql);
                }
            }
            statement.execute("PRAGMA user_version = " + Math.max(found, version));
        }
    }
}
