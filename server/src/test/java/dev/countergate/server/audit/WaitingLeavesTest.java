package dev.countergate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.secret.Redactor;
import dev.countergate.policy.secret.Secret;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leaves nobody waits for, and what becomes of them while the log cannot be written. */
class WaitingLeavesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir Path directory;

    @Test
    void come_into_the_log_by_themselves_and_in_order() throws Exception {
        try (SqliteStore store = open()) {
            for (int i = 0; i < 250; i++) {
                store.later(leaf("t" + i));
            }
            until(() -> store.size() == 250);
            List<String> leaves = leaves(store);
            for (int i = 0; i < 250; i++) {
                assertThat(leaves.get(i))
                        .contains("\"index\":" + i + ",", "\"tool\":\"t" + i + "\"");
            }
        }
    }

    @Test
    void stand_before_the_leaves_of_a_later_write() throws Exception {
        try (SqliteStore store = open()) {
            for (int i = 0; i < 20; i++) {
                int number = i;
                store.later(leaf("read" + number));
                store.write(in -> in.append(leaf("write" + number)));
            }
            assertThat(leaves(store)).hasSize(40);
            for (int i = 0; i < 20; i++) {
                assertThat(leaves(store).get(2 * i)).contains("\"read" + i + "\"");
                assertThat(leaves(store).get(2 * i + 1)).contains("\"write" + i + "\"");
            }
        }
    }

    @Test
    void outlive_a_write_that_fails() throws Exception {
        try (SqliteStore store = open()) {
            store.later(leaf("kept"));
            assertThatThrownBy(
                            () ->
                                    store.write(
                                            in -> {
                                                throw new IllegalStateException("bug");
                                            }))
                    .isInstanceOf(IllegalStateException.class);
            until(() -> store.size() == 1);
            assertThat(leaves(store).getFirst()).contains("\"kept\"");
            assertThat(store.trouble()).isEmpty();
        }
    }

    @Test
    void are_written_when_the_store_closes() throws Exception {
        try (SqliteStore store = open()) {
            store.later(leaf("last"));
        }
        try (SqliteStore store = open()) {
            assertThat(leaves(store)).hasSize(1);
        }
    }

    @Test
    void that_the_log_cannot_hold_are_said_to_be_missing_and_stop_nothing() throws Exception {
        try (SqliteStore store = open()) {
            store.later(leaf("before"));
            store.later(new Leaf("read", Instant.EPOCH, Map.of("core", "\ud800")));
            store.later(leaf("x".repeat(1 << 20)));
            store.later(leaf("after"));
            until(() -> store.size() == 4);
            assertThat(leaves(store).get(1))
                    .contains("\"kind\":\"unrecorded\"", "\"kind_of\":\"read\"");
            assertThat(leaves(store).get(2)).contains("\"kind\":\"unrecorded\"");
            assertThat(leaves(store).get(3)).contains("\"after\"");
        }
    }

    @Test
    void say_who_did_what_whatever_characters_were_used() throws Exception {
        try (SqliteStore store = open()) {
            store.later(leaf("\ud800 \uffff \ufdd0 \ud83f\udffe \ud83d\ude00"));
            store.write(in -> in.append(leaf("\udc00 \ufffe")));
            assertThat(leaves(store)).hasSize(2);
            assertThat(leaves(store).getFirst())
                    .contains("\"kind\":\"read\"", "\"\ufffd \ufffd \ufffd \ufffd \ud83d\ude00\"");
            assertThat(leaves(store).getLast()).contains("\"\ufffd \ufffd\"");
            Leaf exact = new Leaf("proposed", Instant.EPOCH, Map.of("core", "\uffff"));
            assertThatThrownBy(() -> store.write(in -> in.append(exact)))
                    .hasMessageContaining("cannot hold");
        }
    }

    @Test
    void that_find_no_room_are_told_of_and_counted_in_the_log() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (SqliteStore store = open()) {
            Thread holder = holding(store, busy, go);
            busy.await();
            for (int i = 0; i < Waiting.LEAVES_MAX; i++) {
                store.later(leaf("t"));
            }
            assertThat(store.trouble()).isEmpty();
            store.later(leaf("lost"));
            store.later(leaf("lost"));
            assertThat(store.trouble()).hasValueSatisfying(t -> assertThat(t).contains("2 calls"));
            go.countDown();
            holder.join();
            until(() -> store.size() == Waiting.LEAVES_MAX + 1);
            assertThat(store.trouble()).isEmpty();
            assertThat(store.read(-1, 1).lines().getFirst())
                    .contains("\"kind\":\"unrecorded\"", "\"calls\":\"2\"");
        }
    }

    @Test
    void wait_while_the_log_cannot_be_written_and_come_in_when_it_can() throws Exception {
        try (SqliteStore store = open()) {
            store.write(in -> in.append(leaf("first")));
            sql("CREATE TRIGGER no BEFORE INSERT ON leaf BEGIN SELECT RAISE(ABORT, 'full'); END");
            store.later(leaf("second"));
            until(() -> store.trouble().isPresent());
            assertThatThrownBy(() -> store.write(in -> in.append(leaf("refused"))))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("full");
            sql("DROP TRIGGER no");
            until(() -> store.trouble().isEmpty());
            assertThat(leaves(store)).hasSize(2);
            assertThat(leaves(store).getLast()).contains("\"second\"");
        }
    }

    @Test
    void keep_what_others_recompute_to_the_byte_or_not_at_all() throws Exception {
        Redactor redactor = Redactor.of(List.of(new Secret("TOKEN", "hunter-two")));
        try (SqliteStore store = SqliteStore.open(directory, redactor)) {
            for (String name : List.of("core", "statement", "signature")) {
                Leaf leaf = new Leaf("proposed", Instant.EPOCH, Map.of(name, "a hunter-two"));
                assertThatThrownBy(() -> store.write(in -> in.append(leaf)))
                        .hasMessageContaining("cannot hold");
            }
            store.write(in -> in.append(leaf("a hunter-two")));
            assertThat(leaves(store)).hasSize(1);
            assertThat(leaves(store).getFirst()).contains("\"a [secret TOKEN]\"");
            assertThat(store.trouble()).isEmpty();
        }
    }

    @Test
    void have_room_for_the_largest_core_with_every_character_escaped() throws Exception {
        try (SqliteStore store = open()) {
            store.write(in -> in.append(leaf("\"".repeat(64 << 10))));
            assertThatThrownBy(() -> store.write(in -> in.append(leaf("x".repeat(Leaf.BYTES_MAX)))))
                    .hasMessageContaining("cannot hold");
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            store.export(out);
            assertThat(out.size()).isGreaterThan(128 << 10);
        }
        assertThat(StoredLog.verify(directory)).contains(new AuditFile.Verdict.Good(1));
    }

    private static Thread holding(SqliteStore store, CountDownLatch busy, CountDownLatch go) {
        return Thread.ofPlatform()
                .start(
                        () -> {
                            try {
                                store.write(
                                        in -> {
                                            busy.countDown();
                                            try {
                                                go.await();
                                            } catch (InterruptedException stopped) {
                                                Thread.currentThread().interrupt();
                                            }
                                            return true;
                                        });
                            } catch (StoreException failed) {
                                throw new IllegalStateException(failed);
                            }
                        });
    }

    private static Leaf leaf(String tool) {
        return new Leaf("read", Instant.EPOCH, Map.of("tool", tool));
    }

    private static List<String> leaves(SqliteStore store) throws StoreException {
        return store.read(0, LogPages.LEAVES_MAX).lines().stream()
                .filter(line -> !line.startsWith("{\"checkpoint\""))
                .toList();
    }

    private static void until(BooleanSupplier isSo) {
        Instant end = Instant.now().plus(PATIENCE);
        while (!isSo.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(end);
            Thread.onSpinWait();
        }
    }

    private SqliteStore open() throws StoreException {
        return SqliteStore.open(directory, Redactor.of(List.of()));
    }

    private void sql(String sql) throws Exception {
        try (Connection database =
                DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("store.db"))) {
            database.createStatement().execute(sql);
        }
    }
}
