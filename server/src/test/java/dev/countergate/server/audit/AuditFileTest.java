package dev.countergate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.log.Checkpoint;
import dev.countergate.policy.log.NoteKey;
import dev.countergate.policy.secret.Redactor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditFileTest {
    private static final int[] BATCHES = {1, 30, 19};

    @TempDir Path directory;
    private byte[] log = {};
    private NoteKey key = new NoteKey("none", new byte[32]);

    @BeforeEach
    void export() throws StoreException, IOException {
        try (SqliteStore store = SqliteStore.open(directory, Redactor.of(List.of()))) {
            for (int batch : BATCHES) {
                store.write(
                        in -> {
                            for (int i = 0; i < batch; i++) {
                                in.append(new Leaf("read", Instant.EPOCH, Map.of("tool", "t" + i)));
                            }
                            return true;
                        });
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            store.export(out);
            log = out.toByteArray();
        }
        if (NoteKey.parse(Files.readString(directory.resolve("log.pub")))
                instanceof Checked.Valid<NoteKey>(NoteKey known)) {
            key = known;
        }
    }

    @Test
    void calls_an_untouched_log_good() throws IOException {
        assertThat(verify(log, null)).isEqualTo(new AuditFile.Verdict.Good(50));
    }

    @Test
    void finds_a_changed_byte_with_its_leaf() throws IOException {
        findsChangedBytes(7, 1);
    }

    @Tag("slow")
    @Test
    void finds_every_changed_byte_with_its_leaf() throws IOException {
        findsChangedBytes(1, 1, 32);
    }

    /** Changes every {@code stride}-th byte, in a pattern that meets each place of the lines. */
    private void findsChangedBytes(int stride, int... masks) throws IOException {
        long leaf = 0;
        boolean isCheckpoint = log[2] == 'c';
        for (int i = 0; i < log.length; i++) {
            for (int mask : i % stride == 0 ? masks : new int[0]) {
                byte[] changed = log.clone();
                changed[i] ^= (byte) mask;
                assertThat(verify(changed, null))
                        .as("byte %d changed by %d", i, mask)
                        .isInstanceOfSatisfying(
                                AuditFile.Verdict.Tampered.class,
                                found -> assertThat(found.first()).isEqualTo(found.last()))
                        .extracting(found -> ((AuditFile.Verdict.Tampered) found).first())
                        .isEqualTo(leaf);
            }
            if (log[i] == '\n' && i + 1 < log.length) {
                leaf += isCheckpoint ? 0 : 1;
                isCheckpoint = log[i + 3] == 'c';
            }
        }
        assertThat(leaf).isEqualTo(50);
    }

    @Test
    void finds_removed_doubled_and_swapped_leaves() throws IOException {
        List<String> lines = lines();
        for (int i = 0; i < lines.size() - 1; i++) {
            // A checkpoint says nothing that the next does not, so only leaves are missed.
            if (lines.get(i).startsWith("{\"index\"")) {
                List<String> removed = new ArrayList<>(lines);
                removed.remove(i);
                assertThat(verify(bytes(removed), null))
                        .isInstanceOf(AuditFile.Verdict.Tampered.class);
                List<String> doubled = new ArrayList<>(lines);
                doubled.add(i, lines.get(i));
                assertThat(verify(bytes(doubled), null))
                        .isInstanceOf(AuditFile.Verdict.Tampered.class);
                List<String> swapped = new ArrayList<>(lines);
                swapped.set(i, lines.get(i + 1));
                swapped.set(i + 1, lines.get(i));
                assertThat(verify(bytes(swapped), null))
                        .isInstanceOf(AuditFile.Verdict.Tampered.class);
            }
        }
    }

    @Test
    void never_calls_a_truncated_log_good_when_its_head_is_known() throws IOException {
        String text = new String(log, StandardCharsets.UTF_8);
        List<String> lines = lines();
        Checkpoint head = head(lines.getLast());
        assertThat(verify(log, head)).isEqualTo(new AuditFile.Verdict.Good(50));
        for (int length = 0; length < text.length(); length += 101) {
            assertThat(verify(Arrays.copyOf(log, length), head))
                    .isNotInstanceOf(AuditFile.Verdict.Good.class);
        }
    }

    private Checkpoint head(String line) throws IOException {
        String note =
                new tools.jackson.databind.json.JsonMapper()
                        .readTree(line)
                        .get("checkpoint")
                        .stringValue();
        if (Checkpoint.parse(key.open(note).orElseThrow())
                instanceof Checked.Valid<Checkpoint>(Checkpoint head)) {
            return head;
        }
        throw new IOException("no checkpoint");
    }

    private List<String> lines() {
        return new String(log, StandardCharsets.UTF_8).lines().toList();
    }

    private static byte[] bytes(List<String> lines) {
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private AuditFile.Verdict verify(byte[] file, @Nullable Checkpoint head) throws IOException {
        return AuditFile.verify(new ByteArrayInputStream(file), key, head);
    }
}
