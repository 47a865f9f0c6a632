package dev.countergate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.secret.Redactor;
import dev.countergate.policy.token.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest {
    private static final Leaf LEAF = new Leaf("read", Instant.EPOCH, Map.of("tool", "t"));
    private static final Store.Proposal PENDING = new Store.Proposal("p", "{}", "PENDING", 0);

    @TempDir Path directory;

    @Test
    void moves_a_proposal_once_from_what_was_seen() throws StoreException {
        try (SqliteStore store = open()) {
            assertThat(store.<Boolean>write(in -> in.insert(PENDING))).isTrue();
            assertThat(store.<Boolean>write(in -> in.insert(PENDING))).isFalse();
            assertThat(store.<Boolean>write(in -> in.move(PENDING, "APPROVED"))).isTrue();
            assertThat(store.<Boolean>write(in -> in.move(PENDING, "REJECTED"))).isFalse();
            assertThat(store.<Optional<Store.Proposal>>write(in -> in.proposal("p")))
                    .contains(new Store.Proposal("p", "{}", "APPROVED", 1));
        }
    }

    @Test
    void consumes_a_challenge_once_and_an_answer_once() throws StoreException {
        try (SqliteStore store = open()) {
            Digest answer = Digest.of(new byte[] {1});
            Digest other = Digest.of(new byte[] {2});
            assertThat(store.<Boolean>write(in -> in.consume("a", answer))).isTrue();
            assertThat(store.<Boolean>write(in -> in.consume("a", other))).isFalse();
            assertThat(store.<Boolean>write(in -> in.consume("b", answer))).isFalse();
        }
    }

    @Test
    void counts_takes_raises_and_never_lets_the_clock_go_back() throws StoreException {
        try (SqliteStore store = open()) {
            assertThat(store.<Long>write(in -> in.count("k", Instant.EPOCH))).isEqualTo(1);
            assertThat(store.<Long>write(in -> in.count("k", Instant.EPOCH))).isEqualTo(2);
            assertThat(store.<Boolean>write(in -> in.take("e", "p"))).isTrue();
            assertThat(store.<Boolean>write(in -> in.take("e", "q"))).isFalse();
            assertThat(store.<Long>write(in -> in.raise("freeze"))).isEqualTo(1);
            assertThat(store.<Long>write(in -> in.raise("freeze"))).isEqualTo(2);
            Instant later = Instant.ofEpochMilli(9);
            assertThat(store.<Instant>write(in -> in.clock(later))).isEqualTo(later);
            assertThat(store.<Instant>write(in -> in.clock(Instant.EPOCH))).isEqualTo(later);
        }
    }

    @Test
    void keeps_nothing_of_work_that_throws() throws StoreException {
        try (SqliteStore store = open()) {
            assertThatThrownBy(
                            () ->
                                    store.write(
                                            in -> {
                                                in.insert(PENDING);
                                                in.append(LEAF);
                                                throw new IllegalStateException("bug");
                                            }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(store.<Optional<Store.Proposal>>write(in -> in.proposal("p"))).isEmpty();
            assertThat(store.size()).isZero();
        }
    }

    @Test
    void keeps_its_key_to_itself_and_refuses_to_make_another() throws Exception {
        write(1);
        for (String name : List.of("log.key", "store.db")) {
            assertThat(Files.getPosixFilePermissions(directory.resolve(name)))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
        Files.delete(directory.resolve("log.key"));
        assertThatThrownBy(this::open).hasMessageContaining("restore it");
    }

    @Test
    void notices_an_older_copy() throws Exception {
        write(1);
        byte[] older = Files.readAllBytes(directory.resolve("store.db"));
        write(1);
        Files.write(directory.resolve("store.db"), older);
        assertThatThrownBy(this::open).hasMessageContaining("the store is older than");
    }

    @Test
    void refuses_a_changed_leaf_and_a_newer_version() throws Exception {
        write(3);
        sql("UPDATE leaf SET line = CAST('{}' AS BLOB) WHERE position = 1");
        assertThatThrownBy(this::open).hasMessageContaining("changed within the store");
        sql("PRAGMA user_version = 99");
        assertThatThrownBy(this::open).hasMessageContaining("use the newer program");
    }

    @Test
    void refuses_a_file_that_is_no_database() throws IOException {
        Files.writeString(directory.resolve("store.db"), "not a database ".repeat(500));
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("restore it from a copy");
    }

    @Test
    void brings_version_1_up_to_date() throws Exception {
        try (Connection database = database()) {
            Schema.upgrade(database, 1);
        }
        sql("INSERT INTO proposal VALUES ('p', '{}', '" + PENDING.digest() + "', 'PENDING', 0)");
        try (SqliteStore store = open()) {
            assertThat(store.<Optional<Store.Proposal>>write(in -> in.proposal("p")))
                    .contains(PENDING);
            assertThat(store.<Long>write(in -> in.raise("freeze"))).isEqualTo(1);
        }
    }

    private void write(int leaves) throws StoreException {
        try (SqliteStore store = open()) {
            for (int i = 0; i < leaves; i++) {
                store.write(in -> in.append(LEAF));
            }
        }
    }

    private SqliteStore open() throws StoreException {
        return SqliteStore.open(directory, Redactor.of(List.of()));
    }

    private Connection database() throws Exception {
        return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("store.db"));
    }

    private void sql(String sql) throws Exception {
        try (Connection database = database()) {
            database.createStatement().execute(sql);
        }
    }
}
