package dev.countergate.server.audit;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.log.Checkpoint;
import dev.countergate.policy.log.MerkleTree;
import dev.countergate.policy.log.NoteKey;
import dev.countergate.policy.token.CanonicalJson;
import dev.countergate.policy.token.Digest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What is looked at when a store is opened: the tree against the signed checkpoint over it, the last leaves against the tree,
 * and the heads kept elsewhere against the checkpoints. A number of hashes with a bound; a change deep inside is found by
 * {@link AuditFile} alone.
 */
final class OpeningCheck {
    /** The leaves since the last multiple of this are hashed again. */
    private static final long TAIL = 256;

    private static final String CHANGED =
            "the log was changed within the store: keep the state directory as it is, and find out who"
                    + " wrote to it";

    private final Connection database;
    private final NoteKey key;

    OpeningCheck(Connection database, NoteKey key) {
        this.database = database;
        this.key = key;
    }

    /** Why nothing may be written on top of this; empty when all is well. */
    Optional<String> fault(MerkleTree tree, String last, long epoch, List<HeadFiles.Head> heads)
            throws SQLException {
        if (!isSealed(tree, last) || !isTailGood(tree, last)) {
            return Optional.of(CHANGED);
        }
        for (HeadFiles.Head head : heads) {
            Checkpoint seen = head.said().checkpoint();
            if (seen.size() > tree.size() || head.said().epoch() > epoch) {
                return Optional.of(
                        String.format(
                                Locale.ROOT,
                                "the store is older than `%s` says, which saw %d leaves where %d"
                                        + " are: restore the newest copy of the state directory; or,"
                                        + " to go on without what came after, move that file away",
                                head.place(),
                                seen.size(),
                                tree.size()));
            }
            if (!checkpoint(seen.size()).equals(Optional.of(seen))) {
                return Optional.of(
                        String.format(
                                Locale.ROOT,
                                "the store has another log than `%s` saw at %d leaves: restore the"
                                        + " newest copy of the state directory",
                                head.place(),
                                seen.size()));
            }
        }
        return Optional.empty();
    }

    /** Whether the last checkpoint is signed and over just this tree, and no leaf stands outside of it. */
    private boolean isSealed(MerkleTree tree, String last) throws SQLException {
        if (number("SELECT count(*) FROM leaf WHERE position >= ?", tree.size()) != 0
                || number("SELECT count(*) FROM checkpoint WHERE size > ?", tree.size()) != 0) {
            return false;
        }
        if (tree.size() == 0) {
            return last.isEmpty();
        }
        return checkpoint(tree.size())
                .equals(Optional.of(new Checkpoint(LogKey.ORIGIN, tree.size(), tree.root())));
    }

    /** Whether the leaves of the small subtrees make them, and the last leaf is the one that is said to be. */
    private boolean isTailGood(MerkleTree tree, String last) throws SQLException {
        if (tree.size() == 0) {
            return true;
        }
        long from = tree.size() - tree.size() % TAIL;
        MerkleTree tail = new MerkleTree();
        Optional<byte[]> leaf = line("SELECT line FROM leaf WHERE position = ?", tree.size() - 1);
        for (long position = from; position < tree.size(); position++) {
            leaf = line("SELECT line FROM leaf WHERE position = ?", position);
            leaf.ifPresent(tail::add);
        }
        int small = tail.subtrees().size();
        List<Digest> stored = tree.subtrees();
        return tail.size() == tree.size() - from
                && tail.subtrees().equals(stored.subList(stored.size() - small, stored.size()))
                && leaf.map(each -> MerkleTree.leafHash(each).hex()).equals(Optional.of(last));
    }

    /** The checkpoint of that size, when there is one that the log's key signed. */
    private Optional<Checkpoint> checkpoint(long size) throws SQLException {
        return note(size)
                .flatMap(key::open)
                .flatMap(
                        text ->
                                Checkpoint.parse(text)
                                                instanceof
                                                Checked.Valid<Checkpoint>(Checkpoint checkpoint)
                                        ? Optional.of(checkpoint)
                                        : Optional.empty());
    }

    /** The note kept as the checkpoint of that size. */
    Optional<String> note(long size) throws SQLException {
        return line("SELECT line FROM checkpoint WHERE size = ?", size)
                .flatMap(
                        bytes ->
                                CanonicalJson.read(bytes)
                                                instanceof Checked.Valid<JsonNode>(JsonNode value)
                                        ? value.path("checkpoint").stringValueOpt()
                                        : Optional.empty());
    }

    private long number(String sql, long value) throws SQLException {
        try (PreparedStatement query = database.prepareStatement(sql)) {
            query.setLong(1, value);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    private Optional<byte[]> line(String sql, long value) throws SQLException {
        try (PreparedStatement query = database.prepareStatement(sql)) {
            query.setLong(1, value);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.ofNullable(row.getBytes(1)) : Optional.empty();
            }
        }
    }
}
