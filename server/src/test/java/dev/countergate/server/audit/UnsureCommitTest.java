package dev.countergate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.secret.Redactor;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commits that fail, with or without having happened, and files that cannot be opened again at once. */
class UnsureCommitTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private enum Fate {
        GOOD,
        FAILS_BEFORE,
        FAILS_AFTER
    }

    @TempDir Path directory;
    private volatile Fate fate = Fate.GOOD;
    private volatile boolean canOpen = true;
    private @Nullable SqliteStore opened;

    /** A file whose next commit fails, once. */
    private final class Faulty extends SqliteFile {
        Faulty(Path path, Connection connection) {
            super(path, connection);
        }

        @Override
        void commit() throws StoreException {
            Fate now = fate;
            fate = Fate.GOOD;
            if (now != Fate.FAILS_BEFORE) {
                super.commit();
            }
            if (now != Fate.GOOD) {
                throw new StoreException("cannot write the store", new SQLException("I/O error"));
            }
        }
    }

    @BeforeEach
    void open() throws StoreException {
        Redactor none = Redactor.of(List.of());
        opened =
                SqliteStore.open(
                        directory,
                        List.of(),
                        () -> none,
                        StoreClock.system(),
                        path -> {
                            if (!canOpen) {
                                throw new StoreException("gone", new SQLException("no disk"));
                            }
                            return SqliteFile.open(path, Faulty::new);
                        });
        store().write(in -> in.append(leaf("first")));
    }

    @AfterEach
    void close() {
        store().close();
    }

    private SqliteStore store() {
        return Objects.requireNonNull(opened);
    }

    @Test
    void a_commit_that_happened_all_the_same_is_a_success() throws Exception {
        store().later(leaf("waiting"));
        fate = Fate.FAILS_AFTER;
        assertThat(store().<Long>write(in -> in.append(leaf("second")))).isEqualTo(2);
        assertThat(store().trouble()).isEmpty();
        store().write(in -> in.append(leaf("third")));
        assertThat(leaves()).isEqualTo(List.of("first", "waiting", "second", "third"));
    }

    @Test
    void a_commit_that_did_not_happen_is_told_and_can_be_done_again() throws Exception {
        store().later(leaf("waiting"));
        fate = Fate.FAILS_BEFORE;
        assertThatThrownBy(() -> store().write(in -> in.append(leaf("second"))))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        failed -> assertThat(failed.mayHaveHappened()).isFalse());
        store().write(in -> in.append(leaf("second")));
        assertThat(leaves()).isEqualTo(List.of("first", "waiting", "second"));
        assertThat(store().trouble()).isEmpty();
    }

    @Test
    void what_cannot_be_settled_at_once_is_said_to_be_unsure_and_settled_later() throws Exception {
        for (Fate each : List.of(Fate.FAILS_AFTER, Fate.FAILS_BEFORE)) {
            canOpen = false;
            fate = each;
            assertThatThrownBy(
                            () ->
                                    store().write(
                                                    in -> {
                                                        store().later(leaf("waiting"));
                                                        return in.append(leaf(each.name()));
                                                    }))
                    .isInstanceOfSatisfying(
                            StoreException.class,
                            failed -> assertThat(failed.mayHaveHappened()).isTrue());
            assertThat(store().trouble()).isPresent();
            assertThatThrownBy(() -> store().write(in -> in.append(leaf("refused"))))
                    .hasMessageContaining("gone");
            canOpen = true;
            until(() -> store().trouble().isEmpty());
        }
        assertThat(leaves())
                .isEqualTo(List.of("first", Fate.FAILS_AFTER.name(), "waiting", "waiting"));
    }

    @Test
    void a_group_that_may_have_happened_is_not_written_twice() throws Exception {
        for (Fate each : List.of(Fate.FAILS_AFTER, Fate.FAILS_BEFORE)) {
            fate = each;
            store().later(leaf(each.name()));
            until(() -> fate == Fate.GOOD && store().trouble().isEmpty());
            store().write(in -> true);
        }
        assertThat(leaves())
                .isEqualTo(List.of("first", Fate.FAILS_AFTER.name(), Fate.FAILS_BEFORE.name()));
    }

    private List<String> leaves() throws StoreException {
        assertThat(StoredLog.verify(directory))
                .hasValueSatisfying(
                        verdict -> assertThat(verdict).isInstanceOf(AuditFile.Verdict.Good.class));
        return store().read(0, LogPages.LEAVES_MAX).lines().stream()
                .filter(line -> line.contains("\"tool\":"))
                .map(line -> line.replaceAll(".*\"tool\":\"([^\"]*)\".*", "$1"))
                .toList();
    }

    private static Leaf leaf(String tool) {
        return new Leaf("read", Instant.EPOCH, Map.of("tool", tool));
    }

    private static void until(BooleanSupplier isSo) {
        Instant end = Instant.now().plus(PATIENCE);
        while (!isSo.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(end);
            Thread.onSpinWait();
        }
    }
}
