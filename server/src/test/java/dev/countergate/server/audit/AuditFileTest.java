package dev.countergate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.log.Checkpoint;
import dev.countergate.policy.log.MerkleTree;
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
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Tag("long")
class AuditFileTest {
    private static final int[] BATCHES = {1, 30, 19};

    @TempDir Path directory;
    private byte[] log = {};
    private NoteKey key = new NoteKey("none", new byte[32]);

    @BeforeEach
    void export() throws StoreException, IOException {
        export(BATCHES);
    }

    private void export(int... batches) throws StoreException, IOException {
        Path place = Files.createTempDirectory(directory, "state");
        try (SqliteStore store = SqliteStore.open(place, Redactor.of(List.of()))) {
            for (int batch : batches) {
                store.write(
                        in -> {
                            for (int i = 0; i < batch; i++) {
                                in.append(new Leaf("read", Instant.EPOCH, Map.of("tool", "t" + i)));
                            }
                            return true;
                        });
            }
            log = exported(store);
        }
        key = keyIn(place);
    }

    private static byte[] exported(SqliteStore store) throws StoreException, IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        store.export(out);
        return out.toByteArray();
    }

    private static NoteKey keyIn(Path place) throws IOException {
        if (NoteKey.parse(Files.readString(place.resolve("log.pub")))
                instanceof Checked.Valid<NoteKey>(NoteKey known)) {
            return known;
        }
        throw new IOException("no key");
    }

    @Test
    void calls_an_untouched_log_good() throws IOException {
        assertThat(verify(log, null)).isEqualTo(new AuditFile.Verdict.Good(50));
    }

    @Test
    void finds_every_changed_byte_of_a_small_log_with_its_leaf() throws Exception {
        export(1, 2);
        findsChangedBytes(3, 1);
    }

    @Tag("slow")
    @Test
    void finds_every_changed_byte_of_a_large_log_with_its_leaf() throws IOException {
        findsChangedBytes(50, 1, 2, 32);
    }

    /** Changes every byte, each mask in turn. */
    private void findsChangedBytes(int leaves, int... masks) throws IOException {
        long leaf = 0;
        boolean isCheckpoint = log[2] == 'c';
        for (int i = 0; i < log.length; i++) {
            for (int mask : masks) {
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
        assertThat(leaf).isEqualTo(leaves);
    }

    @Test
    void finds_removed_doubled_and_swapped_leaves() throws IOException {
        List<String> lines = lines();
        for (int i = 0; i < lines.size() - 1; i++) {
            List<String> removed = new ArrayList<>(lines);
            removed.remove(i);
            assertTampered(removed);
            List<String> doubled = new ArrayList<>(lines);
            doubled.add(i, lines.get(i));
            // The same checkpoint twice says the same; a leaf twice does not.
            if (!lines.get(i).startsWith("{\"checkpoint\"")) {
                assertTampered(doubled);
            }
            List<String> swapped = new ArrayList<>(lines);
            swapped.set(i, lines.get(i + 1));
            swapped.set(i + 1, lines.get(i));
            assertTampered(swapped);
        }
    }

    @Test
    void finds_a_removed_checkpoint_at_the_leaf_after_it() throws IOException {
        List<String> lines = new ArrayList<>(lines());
        lines.remove(1);
        assertThat(verify(bytes(lines), null))
                .isInstanceOfSatisfying(
                        AuditFile.Verdict.Tampered.class,
                        found -> {
                            assertThat(found.first()).isEqualTo(1);
                            assertThat(found.why()).contains("checkpoint before");
                        });
    }

    @Test
    void reads_leaves_of_the_first_version_and_none_of_it_after_newer_ones() throws Exception {
        Path place = Files.createTempDirectory(directory, "older");
        SqliteStore.open(place, Redactor.of(List.of())).close();
        LogKey signer = LogKey.in(place, false);
        MerkleTree tree = new MerkleTree();
        List<String> lines = new ArrayList<>();
        add(lines, tree, signer, false);
        add(lines, tree, signer, true);
        key = signer.known();
        assertThat(verify(bytes(lines), null)).isEqualTo(new AuditFile.Verdict.Good(2));
        add(lines, tree, signer, false);
        assertThat(verify(bytes(lines), null))
                .isInstanceOfSatisfying(
                        AuditFile.Verdict.Tampered.class,
                        found -> assertThat(found.first()).isEqualTo(2));
    }

    private static void add(List<String> lines, MerkleTree tree, LogKey signer, boolean isSealed)
            throws StoreException {
        String previous =
                lines.isEmpty()
                        ? ""
                        : MerkleTree.leafHash(
                                        lines.get(lines.size() - 2)
                                                .getBytes(StandardCharsets.UTF_8))
                                .hex();
        ObjectNode leaf =
                new Leaf("read", Instant.EPOCH, Map.of()).at(tree.size(), previous, tree.size());
        if (!isSealed) {
            leaf.remove("sealed");
        }
        lines.add(leaf.toString());
        byte[] bytes = lines.getLast().getBytes(StandardCharsets.UTF_8);
        tree.add(bytes);
        String note = signer.note(new Checkpoint(LogKey.ORIGIN, tree.size(), tree.root()));
        lines.add(
                JsonNodeFactory.instance
                        .objectNode()
                        .put("checkpoint", note)
                        .put("last", MerkleTree.leafHash(bytes).hex())
                        .toString());
    }

    @Test
    void finds_signed_leaves_that_tell_of_what_cannot_have_happened() throws Exception {
        Path place = Files.createTempDirectory(directory, "lies");
        try (SqliteStore store = SqliteStore.open(place, Redactor.of(List.of()))) {
            store.write(in -> in.append(new Leaf("read", Instant.EPOCH, Map.of("tool", "t"))));
            store.write(
                    in -> {
                        in.append(new Leaf("read", Instant.EPOCH, Map.of("tool", "t")));
                        return in.append(
                                new Leaf(
                                        "sending",
                                        Instant.EPOCH,
                                        Map.of("proposal", "p", "state", "SENDING")));
                    });
            log = exported(store);
        }
        key = keyIn(place);
        assertThat(verify(log, null))
                .isEqualTo(
                        new AuditFile.Verdict.Tampered(
                                2, 2, "`sending` of a proposal that no leaf before it proposes"));
    }

    private void assertTampered(List<String> lines) throws IOException {
        assertThat(verify(bytes(lines), null)).isInstanceOf(AuditFile.Verdict.Tampered.class);
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

    @Test
    void cannot_tell_what_stood_behind_the_place_where_a_copy_was_cut_off() throws Exception {
        Path place = Files.createTempDirectory(directory, "cut");
        try (SqliteStore store = SqliteStore.open(place, Redactor.of(List.of()))) {
            for (int i = 0; i < 2; i++) {
                store.write(
                        in ->
                                in.append(
                                        new Leaf(
                                                "read",
                                                Instant.EPOCH,
                                                Map.of("tool", "\u00e9\u20ac\ud83d\ude00\"\\\n"))));
            }
            log = exported(store);
        }
        key = keyIn(place);
        int second = new String(log, StandardCharsets.ISO_8859_1).indexOf("{\"index\":1");
        for (int length = 1; length < log.length; length++) {
            boolean isEnded = log[length - 1] == '\n';
            int good = length < second ? 0 : 1;
            AuditFile.Verdict verdict = verify(Arrays.copyOf(log, length), null);
            if (!isEnded || length < second) {
                assertThat(verdict)
                        .as("cut after %d bytes", length)
                        .isInstanceOfSatisfying(
                                AuditFile.Verdict.CannotTell.class,
                                found -> assertThat(found.size()).isEqualTo(good));
            }
        }
    }

    @Test
    void calls_what_no_copying_leaves_at_the_end_tampered() throws IOException {
        for (String end : List.of("x", "{}{", "{\"index\":50]}", "[[]", "{\"a\":1}*", "\u0000")) {
            ByteArrayOutputStream longer = new ByteArrayOutputStream();
            longer.writeBytes(log);
            longer.writeBytes(end.getBytes(StandardCharsets.UTF_8));
            assertThat(verify(longer.toByteArray(), null))
                    .as(end)
                    .isInstanceOf(AuditFile.Verdict.Tampered.class);
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
