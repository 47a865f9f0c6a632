package dev.countergate.server.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.log.Checkpoint;
import dev.countergate.policy.log.MerkleTree;
import dev.countergate.policy.secret.Redactor;
import dev.countergate.policy.token.Digest;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Stores of each earlier version, with what they held. */
class UpgradeTest {
    private static final int WITH_EPOCHS = 2;

    @TempDir Path directory;

    static Stream<Integer> earlier_versions() {
        return IntStream.range(1, Schema.VERSION).boxed();
    }

    @ParameterizedTest
    @MethodSource("earlier_versions")
    void keeps_log_and_rows_of_an_earlier_version_and_goes_on(int version) throws Exception {
        try (Connection database = database()) {
            Schema.upgrade(database, version);
            fill(database, version);
        }
        try (SqliteStore store = SqliteStore.open(directory, Redactor.of(List.of()))) {
            assertThat(store.trouble()).isEmpty();
            assertThat(store.<String>read(rows -> rows.proposal("p").orElseThrow().core()))
                    .isEqualTo("{}");
            assertThat(store.size()).isEqualTo(2);
            if (version >= WITH_EPOCHS) {
                assertThat(store.<Long>write(in -> in.raise("freeze"))).isEqualTo(4);
                Instant later = Instant.ofEpochMilli(7_000);
                assertThat(store.<Instant>write(in -> in.clock(Instant.EPOCH))).isEqualTo(later);
            }
            long next = store.write(in -> in.append(new Leaf("read", Instant.EPOCH, Map.of())));
            assertThat(next).isEqualTo(2);
        }
        assertThat(StoredLog.verify(directory)).contains(new AuditFile.Verdict.Good(3));
        try (Connection database = database();
                var row = database.createStatement().executeQuery("PRAGMA user_version")) {
            assertThat(row.getInt(1)).isEqualTo(Schema.VERSION);
        }
    }

    /** Two leaves as the first versions wrote them, with a checkpoint, and rows beside them. */
    private void fill(Connection database, int version) throws Exception {
        LogKey key = LogKey.in(directory, true);
        MerkleTree tree = new MerkleTree();
        String last = "";
        for (int i = 0; i < 2; i++) {
            ObjectNode leaf = new Leaf("read", Instant.EPOCH, Map.of()).at(i, last, 0);
            leaf.remove("sealed");
            byte[] line = leaf.toString().getBytes(UTF_8);
            tree.add(line);
            last = MerkleTree.leafHash(line).hex();
            update(database, "INSERT INTO leaf VALUES (?, ?)", i, line);
        }
        String note = key.note(new Checkpoint(LogKey.ORIGIN, 2, tree.root()));
        byte[] line =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("checkpoint", note)
                        .put("last", last)
                        .toString()
                        .getBytes(UTF_8);
        update(database, "INSERT INTO checkpoint VALUES (?, ?)", 2, line);
        update(
                database,
                "UPDATE tree SET size = ?, subtrees = ?, last = ?",
                2,
                tree.subtrees().getFirst().hex(),
                last);
        update(
                database,
                "INSERT INTO proposal (id, core, digest, state, version) VALUES (?, ?, ?, ?, ?)",
                "p",
                "{}",
                Digest.of("{}".getBytes(UTF_8)).hex(),
                "PENDING",
                0);
        if (version >= WITH_EPOCHS) {
            update(database, "INSERT INTO epoch VALUES (?, ?)", "freeze", 3);
            update(database, "INSERT INTO clock VALUES (?, ?)", 1, 7_000);
        }
    }

    private static void update(Connection database, String sql, Object... values) throws Exception {
        try (PreparedStatement statement = database.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            assertThat(statement.executeUpdate()).isEqualTo(1);
        }
    }

    private Connection database() throws Exception {
        return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("store.db"));
    }
}
