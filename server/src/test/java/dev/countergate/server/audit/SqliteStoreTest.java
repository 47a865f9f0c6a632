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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteStoreTest {
    private static final Leaf LEAF = new Leaf("read", Instant.EPOCH, Map.of("tool", "t"));
    private static final List<String> ONLY_PENDING = List.of("PENDING");
    private static final Store.Proposal PENDING = proposal("p", true, 0);

    @TempDir Path directory;

    @Test
    void moves_a_proposal_once_from_what_was_seen() throws StoreException {
        try (SqliteStore store = open()) {
            assertThat(store.<Boolean>write(in -> in.insert(PENDING))).isTrue();
            assertThat(store.<Boolean>write(in -> in.insert(PENDING))).isFalse();
            Store.Proposal next = PENDING.as("APPROVED", "{\"a\":1}", true, Instant.EPOCH);
            Store.Proposal other = PENDING.as("REJECTED", "{}", false, Instant.EPOCH);
            assertThat(store.<Boolean>write(in -> in.move(PENDING, next))).isTrue();
            assertThat(store.<Boolean>write(in -> in.move(PENDING, other))).isFalse();
            assertThat(store.<Optional<Store.Proposal>>read(rows -> rows.proposal("p")))
                    .hasValueSatisfying(
                            found -> {
                                assertThat(found.state()).isEqualTo("APPROVED");
                                assertThat(found.version()).isEqualTo(1);
                                assertThat(found.detail()).isEqualTo("{\"a\":1}");
                            });
        }
    }

    @Test
    void lets_one_proposal_at_a_time_hold_an_effect_key() throws StoreException {
        try (SqliteStore store = open()) {
            Store.Proposal second = proposal("q", true, 5);
            assertThat(store.<Boolean>write(in -> in.insert(PENDING))).isTrue();
            assertThat(store.<Boolean>write(in -> in.insert(second))).isFalse();
            assertThat(store.<Boolean>write(in -> in.insert(proposal("r", false, 3)))).isTrue();
            Store.Proposal over = PENDING.as("EXPIRED", "{}", false, Instant.EPOCH);
            assertThat(store.<Boolean>write(in -> in.move(PENDING, over))).isTrue();
            assertThat(store.<Boolean>write(in -> in.insert(second))).isTrue();
            assertThat(
                            store
                                    .read(rows -> rows.proposalsUnder("e", Instant.ofEpochMilli(3)))
                                    .stream()
                                    .map(Store.Proposal::id))
                    .containsExactly("q", "r");
            assertThat(store.<List<String>>read(rows -> rows.ids(List.of("PENDING", "EXPIRED"))))
                    .containsExactly("p", "r", "q");
            assertThat(
                            store.<List<Store.Proposal>>read(
                                    rows -> rows.proposalsUnder("e", ONLY_PENDING)))
                    .extracting(Store.Proposal::id)
                    .containsExactly("q", "r");
            assertThat(
                            store.<List<Store.Proposal>>read(
                                    rows -> rows.proposalsUnder("f", ONLY_PENDING)))
                    .isEmpty();
            assertThat(store.<Integer>read(rows -> rows.count("unix:ana", ONLY_PENDING)))
                    .isEqualTo(2);
            assertThat(store.<Integer>read(rows -> rows.count("unix:bo", ONLY_PENDING))).isZero();
            assertThat(store.<List<String>>read(rows -> rows.idsOf("unix:ana", 2))).hasSize(2);
            assertThat(store.<List<String>>read(rows -> rows.idsOf("unix:bo", 2))).isEmpty();
        }
    }

    @Test
    void refuses_a_proposal_whose_core_was_edited() throws Exception {
        try (SqliteStore store = open()) {
            store.write(in -> in.insert(PENDING));
        }
        sql("UPDATE proposal SET core = '{\"other\":1}'");
        try (SqliteStore store = open()) {
            assertThatThrownBy(() -> store.read(rows -> rows.proposal("p")))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("is not what it was");
        }
    }

    @Test
    void consumes_a_challenge_once_and_an_answer_once() throws StoreException {
        try (SqliteStore store = open()) {
            Store.Evidence answer = evidence(1, "p");
            Store.Evidence other = evidence(2, "p");
            assertThat(store.<Boolean>write(in -> in.consume("a", answer))).isTrue();
            assertThat(store.<Boolean>write(in -> in.consume("a", other))).isFalse();
            assertThat(store.<Boolean>write(in -> in.consume("b", answer))).isFalse();
            assertThat(store.<Boolean>write(in -> in.consume("c", evidence(3, "q")))).isTrue();
            assertThat(store.<List<Store.Evidence>>read(rows -> rows.evidence("p")))
                    .containsExactly(answer);
        }
    }

    @Test
    void gives_a_statement_back_for_its_own_subject_alone() throws StoreException {
        try (SqliteStore store = open()) {
            assertThat(store.<Boolean>write(in -> in.issue("a", "p", "one"))).isTrue();
            assertThat(store.<Boolean>write(in -> in.issue("a", "p", "two"))).isFalse();
            assertThat(store.<Optional<String>>read(rows -> rows.issued("a", "p"))).contains("one");
            assertThat(store.<Optional<String>>read(rows -> rows.issued("a", "q"))).isEmpty();
            assertThat(store.<Optional<String>>read(rows -> rows.issued("b", "p"))).isEmpty();
        }
    }

    @Test
    void counts_settles_raises_and_never_lets_the_clock_go_back() throws StoreException {
        try (SqliteStore store = open()) {
            store.write(
                    in -> {
                        in.attempt("k", Instant.ofEpochMilli(1), "p");
                        in.attempt("k", Instant.ofEpochMilli(1), "p");
                        in.attempt("k", Instant.ofEpochMilli(2), "q");
                        in.fail("prod", Instant.ofEpochMilli(1), "p");
                        in.fail("prod", Instant.ofEpochMilli(2), "p");
                        return in.settle("server", "one");
                    });
            assertThat(store.<String>write(in -> in.settle("server", "two"))).isEqualTo("one");
            assertThat(store.<Integer>read(rows -> rows.attempts("k", Instant.EPOCH))).isEqualTo(2);
            assertThat(store.<Integer>read(rows -> rows.attempts("k", Instant.ofEpochMilli(1))))
                    .isEqualTo(1);
            assertThat(store.<Integer>read(rows -> rows.attempts("l", Instant.EPOCH))).isZero();
            assertThat(store.<Integer>read(rows -> rows.failures("prod", Instant.EPOCH)))
                    .isEqualTo(1);
            assertThat(store.<Integer>read(rows -> rows.failures("staging", Instant.EPOCH)))
                    .isZero();
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
            assertThat(store.<Optional<Store.Proposal>>read(rows -> rows.proposal("p"))).isEmpty();
            assertThat(store.size()).isZero();
            assertThat(store.<Boolean>write(in -> in.insert(PENDING))).isTrue();
        }
    }

    @Test
    void keeps_its_key_to_itself_and_refuses_to_make_another() throws Exception {
        write(1);
        for (String name : List.of("log.key", "store.db", "log.head")) {
            assertThat(Files.getPosixFilePermissions(directory.resolve(name)))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
        Files.delete(directory.resolve("log.key"));
        assertThatThrownBy(this::open).hasMessageContaining("restore it");
    }

    /** An operator of a daemon with an account of its own checks what they exported by it. */
    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "rw-rw-rw-"})
    void lets_everybody_read_what_verifies_the_log(String before) throws Exception {
        write(1);
        Path half = directory.resolve("log.pub");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(half)))
                .isEqualTo("rw-r--r--");
        // As an earlier version, or another hand, left it.
        Files.setPosixFilePermissions(half, PosixFilePermissions.fromString(before));
        write(1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(half)))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void refuses_a_newer_version() throws Exception {
        write(3);
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

    private static Store.Proposal proposal(String id, boolean held, long created) {
        return new Store.Proposal(
                id,
                "{}",
                "PENDING",
                0,
                "{}",
                "unix:ana",
                "e",
                held,
                Instant.EPOCH,
                Instant.ofEpochMilli(created));
    }

    private static Store.Evidence evidence(int number, String subject) {
        return new Store.Evidence(
                Digest.of(new byte[] {(byte) number}), subject, "statement", "signature");
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
