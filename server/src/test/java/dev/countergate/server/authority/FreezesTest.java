package dev.countergate.server.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FreezesTest {
    private static final Instant SINCE = Instant.parse("2026-11-21T07:00:00.000Z");
    private static final Freeze ALL = new Freeze(null, "incident 7", SINCE, "ana");
    private static final Freeze PROD = new Freeze("prod", "three failures", SINCE, "breaker");

    @TempDir private Path folder;
    private Path own;
    private Path shared;
    private final List<Freeze> recorded = new ArrayList<>();
    private boolean isLogFull;

    @BeforeEach
    void name_the_files() throws IOException {
        own = Files.createDirectory(folder.resolve("state")).resolve("freeze");
        shared = folder.resolve("freeze");
    }

    private Freezes freezes() {
        return new Freezes(
                new FreezeFile(own),
                new FreezeFile(shared),
                made -> {
                    if (isLogFull) {
                        throw new IOException("no room in the log");
                    }
                    recorded.add(made);
                });
    }

    @Test
    void nothing_is_frozen_where_no_file_is() {
        assertThat(freezes().frozen("prod")).isEmpty();
        assertThat(freezes().all()).isEmpty();
    }

    @Test
    void a_freeze_of_everything_covers_every_environment_and_unknown_ones() throws IOException {
        Freezes freezes = freezes();
        freezes.freeze(ALL);

        assertThat(freezes.frozen("prod")).contains(ALL);
        assertThat(freezes.frozen("")).contains(ALL);
    }

    @Test
    void a_freeze_of_one_environment_leaves_the_others() throws IOException {
        Freezes freezes = freezes();
        freezes.freeze(PROD);

        assertThat(freezes.frozen("prod")).contains(PROD);
        assertThat(freezes.frozen("staging")).isEmpty();
        assertThat(freezes.frozen("Prod")).isEmpty();
        assertThat(freezes.frozen("")).isEmpty();
    }

    @Test
    void outlives_the_process() throws IOException {
        freezes().freeze(ALL);
        freezes().freeze(PROD);

        assertThat(freezes().all()).containsExactly(ALL, PROD);
        assertThat(Files.getPosixFilePermissions(own))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(folder.resolve("state").toFile().list()).containsExactly("freeze");
    }

    @Test
    void the_first_reason_stays() throws IOException {
        Freezes freezes = freezes();
        freezes.freeze(PROD);
        freezes.freeze(new Freeze("prod", "another", SINCE.plusSeconds(9), "bo"));

        assertThat(freezes.all()).containsExactly(PROD);
    }

    @Test
    void obeys_the_file_of_all_daemons_as_soon_as_it_appears_and_as_long_as_it_is_there()
            throws IOException {
        Freezes freezes = freezes();
        assertThat(freezes.frozen("prod")).isEmpty();

        new FreezeFile(shared).write(List.of(ALL));
        assertThat(freezes.frozen("prod")).contains(ALL);
        assertThat(freezes.shared()).containsExactly(ALL);

        Files.delete(shared);
        assertThat(freezes.frozen("prod")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "incident",
                "{}",
                "[]",
                "null",
                "{\"version\":1}",
                "{\"version\":1,\"frozen\":[]}",
                "{\"version\":1,\"frozen\":[{}]}",
                "{\"version\":2,\"frozen\":[{\"environment\":\"staging\",\"reason\":\"r\",\"since\":\"2026-11-21T07:00:00.000Z\",\"by\":\"ana\"}]}",
                "{\"version\":1,\"frozen\":[{\"environment\":\"\",\"reason\":\"r\",\"since\":\"2026-11-21T07:00:00.000Z\",\"by\":\"ana\"}]}",
                "{\"version\":1,\"frozen\":[{\"environment\":7,\"reason\":\"r\",\"since\":\"2026-11-21T07:00:00.000Z\",\"by\":\"ana\"}]}",
                "{\"version\":1,\"frozen\":[{\"environment\":\"staging\",\"reason\":\"r\",\"since\":\"yesterday\",\"by\":\"ana\"}]}",
                "{\"version\":1,\"frozen\":[{\"environment\":\"staging\",\"reason\":\"a\\u001b[2Jb\",\"since\":\"2026-11-21T07:00:00.000Z\",\"by\":\"ana\"}]}",
                "{\"version\":1,\"frozen\":[{\"environment\":\"staging\",\"reason\":\"r\",\"since\":\"2026-11-21T07:00:00.000Z\",\"by\":\"ana\"},{}]}",
                "{\"version\":1,\"frozen\":[{\"environment\":\"staging\",\"reason\":\"r\"",
            })
    void whatever_else_lies_there_freezes_everything(String text) throws IOException {
        Files.writeString(shared, text);
        assertThat(freezes().frozen("prod")).isPresent();
        Files.delete(shared);

        Files.writeString(own, text);
        assertThat(freezes().frozen("prod")).isPresent();
    }

    @Test
    void a_directory_a_dangling_link_and_a_file_too_large_freeze_everything() throws IOException {
        Files.createDirectory(shared);
        assertThat(freezes().frozen("prod")).isPresent();
        Files.delete(shared);

        Files.createSymbolicLink(shared, folder.resolve("nowhere"));
        assertThat(freezes().frozen("prod")).isPresent();
        Files.delete(shared);

        Files.writeString(shared, " ".repeat((1 << 20) + 1));
        assertThat(freezes().frozen("prod"))
                .hasValueSatisfying(freeze -> assertThat(freeze.reason()).contains("larger than"));
    }

    @Test
    void a_thaw_lifts_what_has_its_scope_and_nothing_else() throws IOException {
        Freezes freezes = freezes();
        freezes.freeze(ALL);
        freezes.freeze(PROD);

        freezes.thaw(null);
        assertThat(freezes.all()).containsExactly(PROD);
        assertThat(freezes().all()).containsExactly(PROD);

        freezes.thaw("staging");
        assertThat(freezes.all()).containsExactly(PROD);

        freezes.thaw("prod");
        assertThat(freezes.all()).isEmpty();
        assertThat(own).doesNotExist();
    }

    @Test
    void a_thaw_of_everything_lifts_the_file_of_all_daemons_too() throws IOException {
        new FreezeFile(shared).write(List.of(ALL, PROD));
        Freezes freezes = freezes();

        freezes.thaw(null);

        assertThat(freezes.all()).containsExactly(PROD);
        assertThat(new FreezeFile(shared).read()).containsExactly(PROD);
    }

    /** Whoever can remove the file is not thereby somebody who may thaw. */
    @Test
    void a_file_that_vanishes_lifts_nothing_this_process_knew_of() throws IOException {
        Freezes freezes = freezes();
        freezes.freeze(ALL);
        Files.delete(own);

        assertThat(freezes.frozen("prod")).contains(ALL);
        freezes.thaw(null);
        assertThat(freezes.frozen("prod")).isEmpty();
    }

    @Test
    void what_was_added_to_the_file_by_hand_counts_at_once_and_stays() throws IOException {
        Freezes freezes = freezes();
        new FreezeFile(own).write(List.of(PROD));
        assertThat(freezes.frozen("prod")).contains(PROD);

        freezes.freeze(ALL);
        assertThat(freezes().all()).containsExactly(ALL, PROD);
    }

    @Test
    void holds_even_when_it_cannot_be_written_down() throws IOException {
        Freezes freezes = freezes();
        Files.delete(own.getParent());

        assertThatThrownBy(() -> freezes.freeze(ALL)).isInstanceOf(IOException.class);
        assertThat(freezes.frozen("prod")).contains(ALL);
    }

    /** A disk that has room again: a freeze is to outlive the process, and to stand in the log. */
    @Test
    void is_written_down_and_recorded_once_that_can_be() throws IOException {
        Freezes freezes = freezes();
        Files.createDirectories(folder.resolve("state/freeze.new/in-the-way"));
        isLogFull = true;
        assertThatThrownBy(() -> freezes.freeze(PROD))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it is not written down")
                .hasMessageContaining("no room in the log");
        assertThat(freezes.frozen("prod")).contains(PROD);
        assertThat(freezes.unwritten()).containsExactly(PROD);
        assertThatThrownBy(freezes::keep).isInstanceOf(IOException.class);

        Files.delete(folder.resolve("state/freeze.new/in-the-way"));
        assertThatThrownBy(freezes::keep).hasMessage("it is not recorded yet: no room in the log");
        assertThat(freezes.unwritten()).isEmpty();
        assertThat(freezes().all()).containsExactly(PROD);

        isLogFull = false;
        freezes.keep();
        freezes.keep();
        assertThat(recorded).containsExactly(PROD);
    }

    @Test
    void a_freeze_that_was_lifted_before_it_could_be_written_down_is_not_written_down()
            throws IOException {
        Freezes freezes = freezes();
        Files.createDirectories(folder.resolve("state/freeze.new/in-the-way"));
        assertThatThrownBy(() -> freezes.freeze(PROD)).isInstanceOf(IOException.class);
        freezes.thaw("prod");
        Files.delete(folder.resolve("state/freeze.new/in-the-way"));

        freezes.keep();

        assertThat(own).doesNotExist();
        assertThat(freezes.all()).isEmpty();
    }

    /** Somebody removed it on purpose: it is told of, and not put back behind their back. */
    @Test
    void a_file_that_vanished_is_told_of_and_not_written_again() throws IOException {
        Freezes freezes = freezes();
        freezes.freeze(ALL);
        freezes.freeze(PROD);
        Files.delete(own);

        freezes.keep();

        assertThat(freezes.unwritten()).containsExactly(ALL, PROD);
        assertThat(own).doesNotExist();
        freezes.freeze(PROD);
        assertThat(freezes.unwritten()).isEmpty();
        assertThat(freezes().all()).containsExactly(ALL, PROD);
    }

    @Test
    void a_thaw_that_cannot_be_written_lifts_nothing() throws IOException {
        Files.createDirectory(shared);
        Files.createFile(shared.resolve("something"));
        Freezes freezes = freezes();
        freezes.freeze(ALL);

        assertThatThrownBy(() -> freezes.thaw(null)).isInstanceOf(IOException.class);
        assertThat(freezes().all()).hasSize(2);
        assertThat(freezes.all()).hasSize(2);
    }

    /** Asked right before each first byte, so it must not cost a send anything. */
    @Test
    void asking_costs_less_than_a_millisecond() {
        Freezes freezes = freezes();
        long begin = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            assertThat(freezes.frozen("prod")).isEmpty();
        }
        assertThat(System.nanoTime() - begin).isLessThan(1_000_000_000L);
    }
}
