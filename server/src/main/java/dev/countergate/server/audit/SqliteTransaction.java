package dev.countergate.server.audit;

import dev.countergate.policy.call.Checked;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One transaction on SQLite; all SQL that changes rows is here. */
final class SqliteTransaction implements Store.Transaction {
    private final Connection database;
    private final LogKey key;
    private final Redactor redactor;
    private final MerkleTree tree;
    private String last;
    private long signedSize;
    private @Nullable String note;

    SqliteTransaction(Connection database, LogKey key, Redactor redactor) throws StoreException {
        this.database = database;
        this.key = key;
        this.redactor = redactor;
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
        Map<String, String> members = new HashMap<>();
        leaf.members().forEach((name, value) -> members.put(name, redactor.redact(value)));
        long index = tree.size();
        byte[] line = canonical(new Leaf(leaf.kind(), leaf.time(), members).at(index, last));
        update("INSERT INTO leaf VALUES (?, ?)", index, line);
        tree.add(line);
        last = MerkleTree.leafHash(line).hex();
        if (tree.size() - signedSize == AuditFile.UNSIGNED_MAX) {
            sign();
        }
        return index;
    }

    /** Keeps the tree, and a checkpoint over what was appended; gives its note when there was anything. */
    Optional<String> seal() throws StoreException {
        if (tree.size() != signedSize) {
            sign();
        }
        if (note != null) {
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

    MerkleTree tree() {
        return tree;
    }

    private void sign() throws StoreException {
        note = key.note(new Checkpoint(LogKey.ORIGIN, tree.size(), tree.root()));
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("checkpoint", note).put("last", last);
        update("INSERT INTO checkpoint VALUES (?, ?)", tree.size(), canonical(line));
        signedSize = tree.size();
    }

    private static byte[] canonical(ObjectNode line) throws StoreException {
        return switch (CanonicalJson.write(line)) {
            case Checked.Valid<byte[]>(byte[] bytes) -> bytes;
            case Checked.Invalid<byte[]>(var faults) ->
                    throw new StoreException("the log cannot hold this: " + faults.getFirst());
        };
    }

    @Override
    public boolean insert(Store.Proposal proposal) throws StoreException {
        return update(
                        "INSERT INTO proposal VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
                        proposal.id(),
                        proposal.core(),
                        proposal.digest().hex(),
                        proposal.state())
                == 1;
    }

    @Override
    public Optional<Store.Proposal> proposal(String id) throws StoreException {
        try (PreparedStatement query =
                database.prepareStatement(
                        "SELECT core, digest, state, version FROM proposal WHERE id = ?")) {
            query.setString(1, id);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                Store.Proposal found =
                        new Store.Proposal(id, row.getString(1), row.getString(3), row.getLong(4));
                if (!found.digest().hex().equals(row.getString(2))) {
                    throw new StoreException(
                            "proposal `" + id + "` is not what it was: restore the store");
                }
                return Optional.of(found);
            }
        } catch (SQLException failed) {
            throw new StoreException("cannot read a proposal", failed);
        }
    }

    @Override
    public boolean move(Store.Proposal seen, String state) throws StoreException {
        return update(
                        "UPDATE proposal SET state = ?, version = version + 1"
                                + " WHERE id = ? AND state = ? AND version = ? AND digest = ?",
                        state,
                        seen.id(),
                        seen.state(),
                        seen.version(),
                        seen.digest().hex())
                == 1;
    }

    @Override
    public boolean consume(String challenge, Digest evidence) throws StoreException {
        return update(
                        "INSERT INTO evidence VALUES (?, ?) ON CONFLICT DO NOTHING",
                        challenge,
                        evidence.hex())
                == 1;
    }

    @Override
    public long count(String key, Instant window) throws StoreException {
        return number(
                "INSERT INTO attempt VALUES (?, ?, 1)"
                        + " ON CONFLICT (key, window) DO UPDATE SET count = count + 1"
                        + " RETURNING count",
                key,
                window.toEpochMilli());
    }

    @Override
    public Instant clock(Instant now) throws StoreException {
        return Instant.ofEpochMilli(
                number(
                        "INSERT INTO clock VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET millis ="
                                + " max(millis, excluded.millis) RETURNING millis",
                        now.toEpochMilli()));
    }

    @Override
    public boolean take(String effect, String proposal) throws StoreException {
        return update("INSERT INTO effect VALUES (?, ?) ON CONFLICT DO NOTHING", effect, proposal)
                == 1;
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
        PreparedStatement statement = database.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }
}
