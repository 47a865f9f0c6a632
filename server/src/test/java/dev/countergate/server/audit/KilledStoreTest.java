package dev.countergate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.countergate.policy.secret.Redactor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that are killed while they write, and disks that are full for a while. */
@Tag("long")
class KilledStoreTest {
    private static final Pattern NUMBER = Pattern.compile("\"number\":\"n([0-9]+)\"");
    private static final int ROUNDS = 4;
    private static final int ROUNDS_SLOW = 100;

    @TempDir Path directory;

    @Test
    void keeps_all_it_acknowledged_when_it_is_killed_at_any_moment() throws Exception {
        kill(ROUNDS, 20261121);
    }

    @Tag("slow")
    @Test
    void keeps_all_it_acknowledged_when_it_is_killed_very_often() throws Exception {
        kill(ROUNDS_SLOW, System.nanoTime());
    }

    private void kill(int rounds, long seed) throws Exception {
        Random random = new Random(seed);
        Set<Long> acknowledged = new HashSet<>();
        for (int round = 0; round < rounds; round++) {
            try (StoreChild child = StoreChild.start(directory, 0, 40)) {
                int wanted = 1 + random.nextInt(40);
                for (int i = 0; i < wanted; i++) {
                    read(child, acknowledged);
                }
                // Somewhere within the transactions that follow, and their commits.
                long nanos = random.nextInt(20_000_000);
                for (long end = System.nanoTime() + nanos; System.nanoTime() < end; ) {
                    Thread.onSpinWait();
                }
                child.kill();
                while (read(child, acknowledged)) {
                    // What it said before it died counts.
                }
            }
            assertKept(acknowledged, "seed " + seed + ", round " + round);
        }
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(rounds);
    }

    private static boolean read(StoreChild child, Set<Long> acknowledged) throws IOException {
        String said = child.next();
        if (said.startsWith("ok ")) {
            assertThat(acknowledged.add(Long.valueOf(said.substring(3)))).isTrue();
        } else {
            assertThat(said).isEqualTo("end");
        }
        return !said.equals("end");
    }

    /** Halted within the third transaction, and right after it, before its head is kept. */
    @ParameterizedTest
    @ValueSource(ints = {3, -3})
    void keeps_what_was_committed_between_the_steps(int halt) throws Exception {
        Set<Long> acknowledged = new HashSet<>();
        try (StoreChild child = StoreChild.start(directory, halt, 40)) {
            while (read(child, acknowledged)) {
                // Until it halts.
            }
        }
        Files.writeString(directory.resolve("log.head.new"), "half a he");
        assertThat(acknowledged).contains(1L).doesNotContain(4L);
        assertKept(acknowledged, "halted");
    }

    /** All that was acknowledged, and nothing by halves: the log and the rows tell the same. */
    private void assertKept(Set<Long> acknowledged, String when) throws Exception {
        try (SqliteStore store = SqliteStore.open(directory, Redactor.of(List.of()))) {
            assertThat(store.trouble()).as(when).isEmpty();
            Set<Long> logged = new HashSet<>();
            Store.Lines page = store.read(0, LogPages.LEAVES_MAX);
            for (long from = 0; page.next() != from; page = store.read(from, 500)) {
                from = page.next();
                for (String line : page.lines()) {
                    Matcher number = NUMBER.matcher(line);
                    if (number.find()) {
                        assertThat(logged.add(Long.valueOf(number.group(1)))).as(when).isTrue();
                    }
                }
            }
            assertThat(logged).as(when).containsAll(acknowledged);
            for (long i = 0; i < store.size() + 2; i++) {
                String name = "n" + i;
                boolean isKept = store.read(rows -> rows.fact(name).isPresent());
                assertThat(logged.contains(i)).as(when + " " + name).isEqualTo(isKept);
            }
        }
        assertThat(StoredLog.verify(directory))
                .hasValueSatisfying(
                        verdict ->
                                assertThat(verdict)
                                        .as(when)
                                        .isInstanceOf(AuditFile.Verdict.Good.class));
    }

    @Test
    void refuses_while_the_disk_is_full_and_goes_on_when_it_is_not() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "util-linux is there");
        Set<Long> acknowledged = new HashSet<>();
        Set<Long> refused = new HashSet<>();
        try (StoreChild child = StoreChild.start(directory, 0, 20_000)) {
            assertThat(read(child, acknowledged)).isTrue();
            limit(child, "600000");
            boolean isTroubled = false;
            while (refused.size() < 3 || !isTroubled) {
                isTroubled |= note(child.next(), acknowledged, refused);
            }
            limit(child, "unlimited");
            int before = acknowledged.size();
            while (acknowledged.size() < before + 3) {
                note(child.next(), acknowledged, refused);
            }
        }
        assertKept(acknowledged, "after a full disk");
        assertThat(refused).isNotEmpty().doesNotContainAnyElementsOf(acknowledged);
        try (SqliteStore store = SqliteStore.open(directory, Redactor.of(List.of()))) {
            for (long number : refused) {
                assertThat(store.<Boolean>read(rows -> rows.fact("n" + number).isPresent()))
                        .isFalse();
            }
        }
    }

    private static boolean note(String said, Set<Long> acknowledged, Set<Long> refused) {
        if (said.startsWith("ok ")) {
            acknowledged.add(Long.valueOf(said.substring(3)));
        } else if (said.startsWith("no ")) {
            refused.add(Long.valueOf(said.substring(3)));
        } else {
            assertThat(said).matches("trouble|unsure [0-9]+");
        }
        return said.equals("trouble");
    }

    /** Files beyond this many bytes cannot grow, as on a disk that is full. */
    private static void limit(StoreChild child, String bytes) throws Exception {
        Process limiting =
                new ProcessBuilder(
                                "/usr/bin/prlimit",
                                "--pid",
                                "" + child.pid(),
                                "--fsize=" + bytes + ":unlimited")
                        .start();
        assertThat(limiting.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(limiting.exitValue()).isZero();
    }
}
