package dev.countergate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.secret.Redactor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredLogTest {
    private static final int LEAVES = 1_100;

    @TempDir Path directory;

    @Test
    void finds_a_leaf_changed_deep_inside_while_the_store_is_open() throws Exception {
        assertThat(StoredLog.verify(directory)).isEmpty();
        try (SqliteStore store = SqliteStore.open(directory, Redactor.of(List.of()))) {
            assertThat(StoredLog.verify(directory)).contains(new AuditFile.Verdict.Good(0));
            write(store);
            assertThat(StoredLog.verify(directory)).contains(new AuditFile.Verdict.Good(LEAVES));
            sql("UPDATE leaf SET line = CAST(replace(line, 't', 'u') AS BLOB) WHERE position = 3");
            assertTamperedAt(3);
        }
    }

    @Test
    void finds_that_the_end_is_missing() throws Exception {
        try (SqliteStore store = SqliteStore.open(directory, Redactor.of(List.of()))) {
            write(store);
        }
        sql("DELETE FROM leaf WHERE position >= 1000");
        sql("DELETE FROM checkpoint WHERE size > 1000");
        assertTamperedAt(1_000);
        Files.delete(directory.resolve("log.head"));
        assertTamperedAt(1_000);
        sql("DELETE FROM leaf");
        sql("DELETE FROM checkpoint");
        assertTamperedAt(0);
    }

    @Test
    void cannot_tell_without_the_key() throws Exception {
        try (SqliteStore store = SqliteStore.open(directory, Redactor.of(List.of()))) {
            write(store);
        }
        Files.writeString(directory.resolve("log.head"), "no head");
        assertCannotTell();
        Files.delete(directory.resolve("log.head"));
        Files.writeString(directory.resolve("log.pub"), "no key");
        assertCannotTell();
        Files.delete(directory.resolve("log.pub"));
        assertCannotTell();
        Files.writeString(directory.resolve("store.db"), "no database ".repeat(500));
        assertCannotTell();
    }

    private void assertCannotTell() {
        assertThat(StoredLog.verify(directory))
                .hasValueSatisfying(
                        verdict ->
                                assertThat(verdict)
                                        .isInstanceOf(AuditFile.Verdict.CannotTell.class));
    }

    private void assertTamperedAt(long leaf) {
        assertThat(StoredLog.verify(directory))
                .hasValueSatisfying(
                        verdict ->
                                assertThat(verdict)
                                        .isInstanceOfSatisfying(
                                                AuditFile.Verdict.Tampered.class,
                                                found ->
                                                        assertThat(found.first()).isEqualTo(leaf)));
    }

    private static void write(SqliteStore store) throws StoreException {
        store.write(
                in -> {
                    for (int i = 0; i < LEAVES; i++) {
                        in.append(new Leaf("read", Instant.EPOCH, Map.of("tool", "t")));
                    }
                    return true;
                });
    }

    private void sql(String sql) throws Exception {
        try (Connection database =
                DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("store.db"))) {
            database.createStatement().execute(sql);
        }
    }
}
