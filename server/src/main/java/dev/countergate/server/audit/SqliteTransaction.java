package dev.countergate.server.audit;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.log.Checkpoint;
import dev.countergate.policy.log.MerkleTree;
import dev.countergate.policy.secret.Redactor;
import dev.countergate.policy.token.CanonicalJson;
import dev.countergate.policy.token.Digest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One transaction on SQLite; all SQL that changes rows is here. */
final class SqliteTransaction implements Store.Transaction {
    /** Members that others recompute or verify, and so must stand in the log to the byte. */
    private static final Set<String> EXACT = Set.of("core", "statement", "signature");

    /** What canonical JSON has no form for. Who says it, agent or backend, may not keep a leaf out of the log. */
    private static final Pattern UNSAYABLE =
            Pattern.compile("[\\p{Cs}\\p{IsNoncharacter_Code_Point}]");

    private final Connection database;
    private final LogKey key;
    private final Redactor redactor;
    private final StoreClock clock;
    private final SqliteRows rows;
    private final MerkleTree tree;
    private String last;
    private long signedSize;
    private @Nullable String note;
    private Instant newest = Instant.EPOCH;

    SqliteTransaction(Connection database, LogKey key, Redactor redactor, StoreClock clock)
            throws StoreException {
        this.database = database;
        this.key = key;
        this.redactor = redactor;
        this.clock = clock;
        this.rows = new SqliteRows(database);
        try (PreparedStatement query =
                        database.prepareStatement("SELECT size, subtrees, last FROM tree");
                ResultSet row = query.executeQuery()) {
            row.next();
            String subtrees = row.getString(2);
            this.tree =
                    new MerkleTree(
                            row.getLong(1),
                            subtrees.isEmpty()
                                    ? List.of()
                                    : Arrays.stream(subtrees.split(",")).map(Digest::new).toList());
            this.last = row.getString(3);
            this.signedSize = tree.size();
        } catch (SQLException | IllegalArgumentException failed) {
            throw new StoreException("cannot read the log's tree", failed);
        }
    }

    @Override
    public long append(Leaf leaf) throws StoreException {
        rows.requireOpen();
        return switch (lineOf(leaf)) {
            case Checked.Valid<byte[]>(byte[] line) -> append(line, leaf.time());
            case Checked.Invalid<byte[]>(var faults) ->
                    throw new StoreException("the log cannot hold this: " + faults.getFirst());
        };
    }

    private long append(byte[] line, Instant time) throws StoreException {
        long index = tree.size();
        newest = time.isAfter(newest) ? time : newest;
        update("INSERT INTO leaf VALUES (?, ?)", index, line);
        tree.add(line);
        last = MerkleTree.leafHash(line).hex();
        if (tree.size() - signedSize == AuditFile.UNSIGNED_MAX) {
            sign();
        }
        return index;
    }

    /** Appends a leaf that nobody waits for: one the log cannot hold is said to be missing, and stops nothing. */
    void appendWaiting(Leaf leaf) throws StoreException {
        if (lineOf(leaf) instanceof Checked.Valid<byte[]>(byte[] line)) {
            append(line, leaf.time());
        } else {
            append(
                    new Leaf(
                            "unrecorded",
                            leaf.time(),
                            Map.of("kind_of", leaf.kind(), "calls", "1")));
        }
    }

    private Checked<byte[]> lineOf(Leaf leaf) {
        Map<String, String> members = new HashMap<>();
        for (Map.Entry<String, String> member : leaf.members().entrySet()) {
            String clean = redactor.redact(member.getValue());
            boolean isExact = EXACT.contains(member.getKey());
            if (isExact && !clean.equals(member.getValue())) {
                return Checked.invalid(
                        new Fault(member.getKey(), "the value of a secret stands in it"));
            }
            members.put(
                    member.getKey(),
                    isExact ? clean : UNSAYABLE.matcher(clean).replaceAll("\uFFFD"));
        }
        return CanonicalJson.write(
                new Leaf(leaf.kind(), leaf.time(), members).at(tree.size(), last, signedSize),
                Leaf.BYTES_MAX);
    }

    /** Keeps the tree, and a checkpoint over what was appended; gives its note when there was anything. */
    Optional<String> seal() throws StoreException {
        if (tree.size() != signedSize) {
            sign();
        }
        if (note != null) {
            // What comes after a restart is not dated before this, whatever the machine tells then.
            clock(newest);
            update(
                    "UPDATE tree SET size = ?, subtrees = ?, last = ?",
                    tree.size(),
                    tree.subtrees().stream().map(Digest::hex).collect(Collectors.joining(",")),
                    last);
        }
        return Optional.ofNullable(note);
    }

    long size() {
        return tree.size();
    }

    /** Why nothing may be written on top of what is there. */
    Optional<String> fault(long epoch, List<HeadFiles.Head> heads) throws StoreException {
        try {
            return new OpeningCheck(database, key.known()).fault(tree, last, epoch, heads);
        } catch (SQLException failed) {
            throw new StoreException("cannot read the log", failed);
        }
    }

    /** The last checkpoint's note, of a log that has leaves. */
    Optional<String> signedNote() throws StoreException {
        try {
            return new OpeningCheck(database, key.known()).note(tree.size());
        } catch (SQLException failed) {
            throw new StoreException("cannot read the log", failed);
        }
    }

    /** Nothing can be done with it from here on, whoever still holds it. */
    void end() {
        rows.end();
    }

    private void sign() throws StoreException {
        note = key.note(new Checkpoint(LogKey.ORIGIN, tree.size(), tree.root()));
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("checkpoint", note).put("last", last);
        switch (CanonicalJson.write(line)) {
            case Checked.Valid<byte[]>(byte[] bytes) ->
                    update("INSERT INTO checkpoint VALUES (?, ?)", tree.size(), bytes);
            // INVARIANT: a note is short ASCII save for its dash, and a hash is hexadecimal.
            case Checked.Invalid<byte[]>(var faults) ->
                    throw new IllegalStateException(faults.toString());
        }
        signedSize = tree.size();
    }

    @Override
    public Optional<Store.Proposal> proposal(String id) throws StoreException {
        return rows.proposal(id);
    }

    @Override
    public List<String> ids(Collection<String> states) throws StoreException {
        return rows.ids(states);
    }

    @Override
    public List<String> idsCoded(String code, int newest) throws StoreException {
        return rows.idsCoded(code, newest);
    }

    @Override
    public List<String> idsOf(String requester, int limit) throws StoreException {
        return rows.idsOf(requester, limit);
    }

    @Override
    public int count(String requester, Collection<String> states) throws StoreException {
        return rows.count(requester, states);
    }

    @Override
    public int count(String requester, Instant since) throws StoreException {
        return rows.count(requester, since);
    }

    @Override
    public List<Store.Proposal> proposalsUnder(String effect, Collection<String> states)
            throws StoreException {
        return rows.proposalsUnder(effect, states);
    }

    @Override
    public List<Store.Proposal> proposalsUnder(String effect, Instant since) throws StoreException {
        return rows.proposalsUnder(effect, since);
    }

    @Override
    public int attempts(String counted, Instant since) throws StoreException {
        return rows.attempts(counted, since);
    }

    @Override
    public Map<Instant, Integer> calls(String principal, Instant since) throws StoreException {
        return rows.calls(principal, since);
    }

    @Override
    public int failures(String environment, Instant since) throws StoreException {
        return rows.failures(environment, since);
    }

    @Override
    public Optional<String> issued(String challenge, String subject) throws StoreException {
        return rows.issued(challenge, subject);
    }

    @Override
    public List<Store.Evidence> evidence(String subject) throws StoreException {
        return rows.evidence(subject);
    }

    @Override
    public Optional<String> fact(String name) throws StoreException {
        return rows.fact(name);
    }

    @Override
    public boolean insert(Store.Proposal proposal) throws StoreException {
        return update(
                        "INSERT INTO proposal (id, core, digest, state, version, detail, requester,"
                                + " effect, held, free_at, created)"
                                + " VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)"
                                + " ON CONFLICT DO NOTHING",
                        proposal.id(),
                        proposal.core(),
                        proposal.checksum().hex(),
                        proposal.state(),
                        proposal.detail(),
                        proposal.requester(),
                        proposal.effect(),
                        proposal.held() ? 1 : 0,
                        proposal.freeAt().toEpochMilli(),
                        proposal.created().toEpochMilli())
                == 1;
    }

    @Override
    public boolean move(Store.Proposal seen, Store.Proposal next) throws StoreException {
        return update(
                        "UPDATE proposal SET state = ?, version = version + 1, detail = ?, held = ?,"
                                + " free_at = ?"
                                + " WHERE id = ? AND state = ? AND version = ? AND digest = ?",
                        next.state(),
                        next.detail(),
                        next.held() ? 1 : 0,
                        next.freeAt().toEpochMilli(),
                        seen.id(),
                        seen.state(),
                        seen.version(),
                        seen.checksum().hex())
                == 1;
    }

    @Override
    public boolean issue(String challenge, String subject, String statement) throws StoreException {
        return update(
                        "INSERT INTO issued VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                        challenge,
                        subject,
                        statement)
                == 1;
    }

    @Override
    public boolean consume(String challenge, Store.Evidence evidence) throws StoreException {
        return update(
                        "INSERT INTO evidence VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                        challenge,
                        evidence.digest().hex(),
                        evidence.subject(),
                        evidence.statement(),
                        evidence.signature())
                == 1;
    }

    @Override
    public void attempt(String counted, Instant at, String proposal) throws StoreException {
        update(
                "INSERT INTO attempt VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                counted,
                at.toEpochMilli(),
                proposal);
    }

    @Override
    public void count(String principal, Instant at, int calls) throws StoreException {
        update(
                "INSERT INTO call VALUES (?, ?, ?) ON CONFLICT (principal, at) DO UPDATE SET calls ="
                        + " calls + excluded.calls",
                principal,
                at.toEpochMilli(),
                calls);
    }

    @Override
    public void forgetCalls(Instant before) throws StoreException {
        update("DELETE FROM call WHERE at < ?", before.toEpochMilli());
    }

    @Override
    public void fail(String environment, Instant at, String proposal) throws StoreException {
        update(
                "INSERT INTO failure VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                environment,
                at.toEpochMilli(),
                proposal);
    }

    @Override
    public Instant clock(Instant now) throws StoreException {
        return Instant.ofEpochMilli(
                number(
                        "INSERT INTO clock VALUES (1, ?, ?) ON CONFLICT (one) DO UPDATE SET millis ="
                                + " max(millis, excluded.millis), machine = excluded.machine"
                                + " RETURNING millis",
                        now.toEpochMilli(),
                        clock.machineAt(now).toEpochMilli()));
    }

    @Override
    public String settle(String name, String value) throws StoreException {
        update("INSERT INTO fact VALUES (?, ?) ON CONFLICT DO NOTHING", name, value);
        return rows.fact(name).orElse(value);
    }

    @Override
    public long raise(String epoch) throws StoreException {
        return number(
                "INSERT INTO epoch VALUES (?, 1)"
                        + " ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
                epoch);
    }

    private int update(String sql, Object... values) throws StoreException {
        try (PreparedStatement statement = prepare(sql, values)) {
            return statement.executeUpdate();
        } catch (SQLException failed) {
            throw new StoreException("cannot write the store", failed);
        }
    }

    private long number(String sql, Object... values) throws StoreException {
        try (PreparedStatement statement = prepare(sql, values);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        } catch (SQLException failed) {
            throw new StoreException("cannot write the store", failed);
        }
    }

    private PreparedStatement prepare(String sql, Object... values) throws SQLException {
        rows.requireOpen();
        PreparedStatement statement = database.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }
}
