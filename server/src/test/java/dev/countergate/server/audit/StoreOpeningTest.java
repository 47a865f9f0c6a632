package dev.countergate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.countergate.policy.secret.Redactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found wrong when a store is opened, and what it still does then. */
class StoreOpeningTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir Path directory;
    @TempDir Path elsewhere;

    @Test
    void reads_an_older_copy_and_refuses_to_write_it() throws Exception {
        write(3);
        byte[] older = Files.readAllBytes(store());
        write(2);
        Files.write(store(), older);
        try (SqliteStore store = open()) {
            assertThat(store.trouble())
                    .hasValueSatisfying(
                            why ->
                                    assertThat(why)
                                            .contains("older", "5 leaves where 3 are", "restore"));
            assertThatThrownBy(() -> store.write(in -> in.append(leaf())))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("restore the newest copy");
            store.later(leaf());
            assertThat(store.read(0, 9).next()).isEqualTo(3);
            assertThat(store.size()).isEqualTo(3);
        }
    }

    @Test
    void begins_another_log_where_store_and_key_are_gone_and_sets_the_old_head_aside()
            throws Exception {
        write(3);
        for (Path file : filesIn(directory)) {
            Files.delete(file);
        }
        write(1);
        assertGood();
        assertThat(filesIn(elsewhere))
                .filteredOn(file -> String.valueOf(file.getFileName()).startsWith("head.gone-"))
                .hasSize(1);
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void notices_that_the_whole_directory_was_put_back_by_the_head_kept_elsewhere()
            throws Exception {
        write(3);
        byte[] older = Files.readAllBytes(store());
        byte[] olderHead = Files.readAllBytes(directory.resolve("log.head"));
        write(2);
        Files.write(store(), older);
        Files.write(directory.resolve("log.head"), olderHead);
        assertRefused("older than `" + elsewhere.resolve("head"));
        Files.delete(elsewhere.resolve("head"));
        assertGood();
    }

    @Test
    void notices_an_older_copy_that_has_as_many_leaves() throws Exception {
        write(3);
        byte[] older = Files.readAllBytes(store());
        write(0);
        Files.write(store(), older);
        assertRefused("older");
    }

    @Test
    void notices_an_older_copy_that_was_taken_while_it_was_open() throws Exception {
        Path log = directory.resolve("store.db-wal");
        byte[] older;
        byte[] olderLog;
        try (SqliteStore store = open()) {
            store.write(in -> in.append(leaf()));
            older = Files.readAllBytes(store());
            olderLog = Files.readAllBytes(log);
            store.write(in -> in.append(leaf()));
        }
        Files.write(store(), older);
        Files.write(log, olderLog);
        assertRefused("2 leaves where 1 are");
    }

    @Test
    void notices_another_log_of_the_same_length() throws Exception {
        write(3);
        byte[] before = Files.readAllBytes(store());
        write(2);
        byte[] head = Files.readAllBytes(directory.resolve("log.head"));
        Files.write(store(), before);
        Files.delete(directory.resolve("log.head"));
        Files.delete(elsewhere.resolve("head"));
        try (SqliteStore store = open()) {
            for (int i = 0; i < 4; i++) {
                store.write(in -> in.append(new Leaf("read", Instant.EPOCH, Map.of("o", "t"))));
            }
        }
        Files.write(directory.resolve("log.head"), head);
        assertRefused("another log");
    }

    @Test
    void is_content_with_a_head_that_lags_behind() throws Exception {
        write(3);
        byte[] head = Files.readAllBytes(directory.resolve("log.head"));
        write(2);
        Files.write(directory.resolve("log.head"), head);
        Files.write(elsewhere.resolve("head"), head);
        assertGood();
    }

    @Test
    void refuses_a_head_that_its_key_did_not_sign() throws Exception {
        write(3);
        Files.writeString(
                elsewhere.resolve("head"),
                Files.readString(elsewhere.resolve("head")).replace("\n3\n", "\n2\n"));
        assertThatThrownBy(this::open).hasMessageContaining("is not a checkpoint");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE leaf SET line = CAST('{}' AS BLOB) WHERE position = 1",
                "UPDATE leaf SET line = CAST('{}' AS BLOB) WHERE position = 299",
                "DELETE FROM leaf WHERE position = 299",
                "DELETE FROM leaf WHERE position = 290",
                "INSERT INTO leaf VALUES (300, CAST('{}' AS BLOB))",
                "UPDATE tree SET size = 299",
                "UPDATE tree SET size = 301",
                "UPDATE tree SET last = ''",
                "UPDATE tree SET subtrees = replace(subtrees, '1', '2')",
                "DELETE FROM checkpoint WHERE size = 300",
                "UPDATE checkpoint SET size = 301 WHERE size = 300",
                "UPDATE checkpoint SET line = (SELECT line FROM checkpoint WHERE size = 200)"
                        + " WHERE size = 300",
                "UPDATE checkpoint SET line = CAST('{}' AS BLOB) WHERE size = 300"
            })
    void writes_nothing_on_top_of_a_changed_log(String change) throws Exception {
        boolean isOld = change.endsWith("position = 1");
        writeAtOnce(300);
        sql(change);
        try (SqliteStore store = open()) {
            // What is deep inside is not hashed when the store is opened; `audit verify` finds it.
            assertThat(store.trouble().isPresent()).isEqualTo(!isOld);
            // What shows who did it is not to be written over.
            assertThat(store.trouble().orElse("keep as it is"))
                    .contains("as it is")
                    .doesNotContain("restore");
        } catch (StoreException unreadable) {
            assertThat(unreadable).hasMessageContaining("cannot read the log's tree");
        }
    }

    @Test
    void reads_what_it_may_not_write() throws Exception {
        assumeFalse("root".equals(System.getProperty("user.name")), "root may write everything");
        write(3);
        Files.setPosixFilePermissions(store(), PosixFilePermissions.fromString("r--------"));
        assertRefused("cannot be written");
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            }
        }
        assertGood();
    }

    @Test
    void refuses_to_write_while_a_head_cannot_be_kept_and_goes_on_when_it_can() throws Exception {
        Path blocked = elsewhere.resolve("blocked");
        Files.writeString(blocked, "a file where a directory is to be");
        Redactor none = Redactor.of(List.of());
        try (SqliteStore store =
                SqliteStore.open(
                        directory,
                        List.of(blocked.resolve("head")),
                        () -> none,
                        StoreClock.system())) {
            store.write(in -> in.append(leaf()));
            until(() -> store.trouble().isPresent());
            assertThatThrownBy(() -> store.write(in -> in.append(leaf())))
                    .hasMessageContaining("cannot keep the log's head");
            Files.delete(blocked);
            until(() -> store.trouble().isEmpty());
            store.write(in -> in.append(leaf()));
        }
        assertThat(Files.readString(blocked.resolve("head")))
                .startsWith("epoch 1\ncountergate\n2\n");
    }

    @Test
    void keeps_its_head_soon_after_each_transaction() throws Exception {
        try (SqliteStore store = open()) {
            store.write(in -> in.append(leaf()));
            until(() -> headSays("\n1\n"));
            store.write(in -> in.append(leaf()));
            until(() -> headSays("\n2\n"));
        }
    }

    private boolean headSays(String size) {
        try {
            return Files.exists(elsewhere.resolve("head"))
                    && Files.readString(elsewhere.resolve("head")).contains(size);
        } catch (IOException moving) {
            return false;
        }
    }

    private static void until(BooleanSupplier isSo) {
        Instant end = Instant.now().plus(PATIENCE);
        while (!isSo.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(end);
            Thread.onSpinWait();
        }
    }

    @Test
    void ends_every_transaction_with_its_work() throws Exception {
        try (SqliteStore store = open()) {
            Store.Transaction over = store.write(in -> in);
            assertThatThrownBy(() -> over.append(leaf())).hasMessageContaining("is over");
            assertThatThrownBy(() -> over.raise("freeze")).hasMessageContaining("is over");
            assertThatThrownBy(() -> over.proposal("p")).hasMessageContaining("is over");
            Store.Rows looked = store.read(rows -> rows);
            assertThatThrownBy(() -> looked.fact("f")).hasMessageContaining("is over");
        }
    }

    @Test
    void refuses_a_transaction_within_a_transaction_and_one_after_its_end() throws Exception {
        SqliteStore store = open();
        assertThatThrownBy(() -> store.write(in -> store.write(within -> true)))
                .isInstanceOf(IllegalStateException.class);
        store.close();
        assertThatThrownBy(() -> store.write(in -> true)).hasMessageContaining("closed");
        assertThatThrownBy(() -> store.read(0, 1)).hasMessageContaining("closed");
        store.later(leaf());
        store.close();
    }

    @Test
    void lets_others_read_what_is_committed_while_a_transaction_is_under_way() throws Exception {
        try (SqliteStore store = open()) {
            store.write(in -> in.append(leaf()));
            long seen =
                    store.write(
                            in -> {
                                in.append(leaf());
                                return store.read(0, 9).next();
                            });
            assertThat(seen).isEqualTo(1);
            assertThat(store.read(0, 9).next()).isEqualTo(2);
        }
    }

    @Test
    void reads_page_by_page_from_either_end() throws Exception {
        writeAtOnce(250);
        try (SqliteStore store = open()) {
            Store.Lines first = store.read(0, 100);
            assertThat(first.lines()).hasSize(101);
            assertThat(first.lines().getLast()).startsWith("{\"checkpoint\":");
            assertThat(first.next()).isEqualTo(100);
            assertThat(store.read(100, 30).lines()).hasSize(30);
            Store.Lines tail = store.read(-10, 100);
            assertThat(tail.lines()).hasSize(11);
            assertThat(tail.lines().getFirst()).contains("\"index\":240,");
            assertThat(tail.next()).isEqualTo(250);
            assertThat(store.read(250, 100)).isEqualTo(new Store.Lines(List.of(), 250));
            assertThat(store.read(-1_000, 1).lines().getFirst()).contains("\"index\":0,");
        }
    }

    private void assertRefused(String why) throws StoreException {
        try (SqliteStore store = open()) {
            assertThat(store.trouble()).hasValueSatisfying(w -> assertThat(w).contains(why));
            assertThatThrownBy(() -> store.write(in -> in.append(leaf())))
                    .isInstanceOf(StoreException.class);
        }
    }

    private void assertGood() throws StoreException {
        try (SqliteStore store = open()) {
            assertThat(store.trouble()).isEmpty();
            store.write(in -> in.append(leaf()));
        }
    }

    private void write(int leaves) throws StoreException, IOException {
        try (SqliteStore store = open()) {
            for (int i = 0; i < leaves; i++) {
                store.write(in -> in.append(leaf()));
            }
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).noneMatch(file -> file.toString().endsWith("-wal"));
        }
    }

    private void writeAtOnce(int leaves) throws StoreException {
        try (SqliteStore store = open()) {
            store.write(
                    in -> {
                        for (int i = 0; i < leaves; i++) {
                            in.append(leaf());
                        }
                        return true;
                    });
        }
    }

    private static Leaf leaf() {
        return new Leaf("read", Instant.EPOCH, Map.of("tool", "t"));
    }

    private Path store() {
        return directory.resolve("store.db");
    }

    private SqliteStore open() throws StoreException {
        Redactor none = Redactor.of(List.of());
        return SqliteStore.open(
                directory, List.of(elsewhere.resolve("head")), () -> none, StoreClock.system());
    }

    private void sql(String sql) throws Exception {
        try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + store())) {
            assertThat(database.createStatement().executeUpdate(sql)).isEqualTo(1);
        }
    }
}
