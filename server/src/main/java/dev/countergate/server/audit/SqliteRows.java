package dev.countergate.server.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.change.Core;
import dev.countergate.policy.token.Digest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Looks at rows on SQLite; all SQL that changes none is here. */
final class SqliteRows implements Store.Rows {
    private static final String PROPOSAL =
            "SELECT id, core, state, version, detail, requester, effect, held, free_at, created,"
                    + " digest FROM proposal";

    private final Connection database;
    private boolean isOver;

    SqliteRows(Connection database) {
        this.database = database;
    }

    /** Nothing can be looked at through it from here on, whoever still holds it. */
    void end() {
        isOver = true;
    }

    void requireOpen() {
        if (isOver) {
            throw new IllegalStateException("the transaction is over");
        }
    }

    /** Makes something of one row. */
    @FunctionalInterface
    private interface Making<T> {
        T of(ResultSet row) throws SQLException, StoreException;
    }

    @Override
    public Optional<Store.Proposal> proposal(String id) throws StoreException {
        return first(query(PROPOSAL + " WHERE id = ?", SqliteRows::proposalOf, id));
    }

    @Override
    public List<String> ids(Collection<String> states) throws StoreException {
        return query(
                "SELECT id FROM proposal WHERE state IN ("
                        + marks(states)
                        + ") ORDER BY created, id",
                row -> row.getString(1),
                states.toArray());
    }

    @Override
    public List<String> idsCoded(String code, int newest) throws StoreException {
        return query(
                        "SELECT id, core FROM proposal ORDER BY created DESC, id LIMIT ?",
                        row ->
                                Core.digest(row.getString(2).getBytes(UTF_8)).code().equals(code)
                                        ? Optional.of(row.getString(1))
                                        : Optional.<String>empty(),
                        newest)
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public List<String> idsOf(String requester, int limit) throws StoreException {
        return query(
                "SELECT id FROM proposal WHERE requester = ? ORDER BY created DESC, id LIMIT ?",
                row -> row.getString(1),
                requester,
                limit);
    }

    @Override
    public int count(String requester, Collection<String> states) throws StoreException {
        return count(
                "SELECT count(*) FROM proposal WHERE requester = ? AND state IN ("
                        + marks(states)
                        + ")",
                values(requester, states));
    }

    @Override
    public int count(String requester, Instant since) throws StoreException {
        return count(
                "SELECT count(*) FROM proposal WHERE requester = ? AND created > ?",
                requester,
                since.toEpochMilli());
    }

    @Override
    public List<Store.Proposal> proposalsUnder(String effect, Collection<String> states)
            throws StoreException {
        return query(
                PROPOSAL
                        + " WHERE effect = ? AND state IN ("
                        + marks(states)
                        + ") ORDER BY created DESC, id",
                SqliteRows::proposalOf,
                values(effect, states));
    }

    @Override
    public List<Store.Proposal> proposalsUnder(String effect, Instant since) throws StoreException {
        return query(
                PROPOSAL + " WHERE effect = ? AND created >= ? ORDER BY created DESC, id",
                SqliteRows::proposalOf,
                effect,
                since.toEpochMilli());
    }

    @Override
    public int attempts(String key, Instant since) throws StoreException {
        return count(
                "SELECT count(*) FROM attempt WHERE key = ? AND at > ?", key, since.toEpochMilli());
    }

    @Override
    public Map<Instant, Integer> calls(String principal, Instant since) throws StoreException {
        Map<Instant, Integer> calls = new LinkedHashMap<>();
        for (Map.Entry<Instant, Integer> each :
                query(
                        "SELECT at, calls FROM call WHERE principal = ? AND at >= ? ORDER BY at",
                        row -> Map.entry(Instant.ofEpochMilli(row.getLong(1)), row.getInt(2)),
                        principal,
                        since.toEpochMilli())) {
            calls.put(each.getKey(), each.getValue());
        }
        return calls;
    }

    @Override
    public int failures(String environment, Instant since) throws StoreException {
        return count(
                "SELECT count(*) FROM failure WHERE environment = ? AND at > ?",
                environment,
                since.toEpochMilli());
    }

    @Override
    public Optional<String> issued(String challenge, String subject) throws StoreException {
        return first(
                query(
                        "SELECT statement FROM issued WHERE challenge = ? AND subject = ?",
                        row -> row.getString(1),
                        challenge,
                        subject));
    }

    @Override
    public List<Store.Evidence> evidence(String subject) throws StoreException {
        return query(
                "SELECT digest, subject, statement, signature FROM evidence WHERE subject = ?",
                row ->
                        new Store.Evidence(
                                new Digest(row.getString(1)),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4)),
                subject);
    }

    @Override
    public Optional<String> fact(String name) throws StoreException {
        return first(query("SELECT value FROM fact WHERE name = ?", row -> row.getString(1), name));
    }

    private static Store.Proposal proposalOf(ResultSet row) throws SQLException, StoreException {
        Store.Proposal found =
                new Store.Proposal(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getLong(4),
                        row.getString(5),
                        row.getString(6),
                        row.getString(7),
                        row.getInt(8) == 1,
                        Instant.ofEpochMilli(row.getLong(9)),
                        Instant.ofEpochMilli(row.getLong(10)));
        if (!found.checksum().hex().equals(row.getString(11))) {
            throw new StoreException(
                    "proposal `" + found.id() + "` is not what it was: restore the store");
        }
        return found;
    }

    private static Object[] values(String first, Collection<String> more) {
        return Stream.concat(Stream.of(first), more.stream()).toArray();
    }

    private static String marks(Collection<String> values) {
        return String.join(", ", Collections.nCopies(values.size(), "?"));
    }

    private int count(String sql, Object... values) throws StoreException {
        return first(query(sql, row -> row.getInt(1), values)).orElse(0);
    }

    private <T> List<T> query(String sql, Making<T> making, Object... values)
            throws StoreException {
        requireOpen();
        try (PreparedStatement statement = database.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            List<T> found = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(making.of(row));
                }
            }
            return found;
        } catch (SQLException | IllegalArgumentException failed) {
            throw new StoreException("cannot read the store", failed);
        }
    }

    private static <T> Optional<T> first(List<T> found) {
        return found.stream().findFirst();
    }
}
