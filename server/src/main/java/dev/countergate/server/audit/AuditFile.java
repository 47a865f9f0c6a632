package dev.countergate.server.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.log.Checkpoint;
import dev.countergate.policy.log.MerkleTree;
import dev.countergate.policy.log.NoteKey;
import dev.countergate.policy.token.CanonicalJson;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.UtcTime;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;

/**
 * Verifies an exported log by itself: its lines, their chain, every signed checkpoint, and that what it says of proposals can
 * have happened ({@link ProposalLives}). Reads it once, line by line; the work grows with its length.
 */
public final class AuditFile {
    /** The most leaves before a checkpoint, so that what is held in memory has a bound. */
    static final int UNSIGNED_MAX = 100;

    private static final JsonFactory JSON = new JsonFactory();

    /** What there is to say of a log. */
    public sealed interface Verdict {
        /** Every leaf is as it was signed; {@code size} of them. */
        record Good(long size) implements Verdict {}

        /**
         * Not as it was signed.
         *
         * @param first the first leaf, from 0, that is certainly bad or, when {@code last} is another, that may be
         * @param last the last that may be the first bad one
         */
        record Tampered(long first, long last, String why) implements Verdict {}

        /** Good as far as {@code size} leaves, and nothing can be said of what follows. */
        record CannotTell(long size, String why) implements Verdict {}
    }

    /** A leaf since the last checkpoint: what it hashes to, and what it says the one before did. */
    private record Link(Digest hash, String previous, JsonNode leaf) {}

    private final NoteKey key;
    private final List<Link> unsigned = new ArrayList<>();
    private final ProposalLives lives = new ProposalLives();
    private MerkleTree signed = new MerkleTree();
    private String signedLast = "";
    private boolean isCheckpointLast;

    /** Whether a checkpoint names the key, so that this is its log, and not some other file. */
    private boolean isKeyNamed;

    /** Whether the leaves say which checkpoint stands before them, as those of the first version did not. */
    private boolean isSealedSaid;

    private AuditFile(NoteKey key) {
        this.key = key;
    }

    /**
     * Verifies the log {@code file} holds.
     *
     * @param head a checkpoint seen before, whose leaves must be there still
     */
    public static Verdict verify(InputStream file, NoteKey key, @Nullable Checkpoint head)
            throws IOException {
        return new AuditFile(key).read(new BufferedInputStream(file, 1 << 16), head);
    }

    /**
     * A checkpoint as it was kept: a signed note, a {@code log.head}, or the last line of an export; empty when {@code key}
     * did not sign it.
     */
    public static Optional<Checkpoint> head(String text, NoteKey key) {
        String note =
                CanonicalJson.read(text.strip().getBytes(UTF_8))
                                instanceof Checked.Valid<JsonNode>(JsonNode line)
                        ? line.path("checkpoint").asString("")
                        : text;
        return HeadFiles.parse(note, key).map(HeadFiles.Said::checkpoint);
    }

    private Verdict read(InputStream file, @Nullable Checkpoint head) throws IOException {
        boolean isHeadMet = head == null || head.size() == 0;
        for (Optional<Line> next = Line.of(file); next.isPresent(); next = Line.of(file)) {
            Line line = next.get();
            if (isKeyNamed && line.end() == Line.End.OF_FILE && isCutOff(line.bytes())) {
                return cannotTell(
                        "it ends within a line: it was cut off in copying: take a whole copy");
            }
            Optional<Verdict> fault =
                    switch (line.end()) {
                        case OF_LINE -> line(line.bytes());
                        case OF_FILE -> Optional.of(bad("the last line has no end"));
                        case OF_ROOM ->
                                Optional.of(
                                        bad("a line is longer than " + Leaf.BYTES_MAX + " bytes"));
                    };
            if (fault.isPresent()) {
                return isKeyNamed || isKeyNamedBelow(file)
                        ? fault.get()
                        : cannotTell(
                                "no checkpoint in it names this key: it is no log, another key's,"
                                        + " or only the beginning of one");
            }
            if (head != null && isCheckpointLast && signed.size() == head.size()) {
                if (!signed.root().equals(head.root())) {
                    return new Verdict.Tampered(
                            0, head.size() - 1, "another log than the one seen before");
                }
                isHeadMet = true;
            }
        }
        if (!isCheckpointLast) {
            return cannotTell("no checkpoint stands over what follows: export it again");
        }
        if (head != null && head.size() > signed.size()) {
            return bad("leaves seen before are missing");
        }
        return isHeadMet
                ? new Verdict.Good(signed.size())
                : new Verdict.CannotTell(0, "no checkpoint of the size seen before");
    }

    /** Whether {@code bytes} are as a line is of which the end was lost: one object, whole or begun, and nothing else. */
    private static boolean isCutOff(byte[] bytes) {
        try (JsonParser tokens = JSON.createParser(ObjectReadContext.empty(), bytes)) {
            boolean isOpen = false;
            try {
                isOpen = tokens.nextToken() == JsonToken.START_OBJECT;
                boolean isObject = isOpen;
                while (isOpen) {
                    isOpen = tokens.nextToken() != null && !tokens.streamReadContext().inRoot();
                }
                return isObject && tokens.nextToken() == null;
            } catch (JacksonException unreadable) {
                return isOpen && tokens.currentLocation().getByteOffset() >= bytes.length;
            }
        }
    }

    /** Whether a checkpoint names the key in what was not read yet: a file where none does is not this key's log. */
    private boolean isKeyNamedBelow(InputStream file) throws IOException {
        for (Optional<Line> next = Line.of(file); next.isPresent(); next = Line.of(file)) {
            if (CanonicalJson.read(next.get().bytes(), Leaf.BYTES_MAX)
                            instanceof Checked.Valid<JsonNode>(JsonNode value)
                    && key.isNamedBy(value.path("checkpoint").stringValueOpt().orElse(""))) {
                return true;
            }
        }
        return false;
    }

    private Optional<Verdict> line(byte[] bytes) {
        if (!(CanonicalJson.read(bytes, Leaf.BYTES_MAX)
                instanceof Checked.Valid<JsonNode>(JsonNode value))) {
            return Optional.of(bad("not a canonical line"));
        }
        JsonNode note = value.path("checkpoint");
        isCheckpointLast = note.isString();
        if (isCheckpointLast) {
            return value.size() == 2
                    ? checkpoint(note.stringValue(), value.path("last"))
                    : Optional.of(bad("not a checkpoint"));
        }
        JsonNode index = value.path("index");
        JsonNode previous = value.path("previous");
        if (!index.isIntegralNumber()
                || index.longValue() != here()
                || !previous.isString()
                || !value.path("kind").isString()
                || UtcTime.parse(value.path("time").stringValueOpt().orElse("")).isEmpty()) {
            return Optional.of(bad("not leaf " + here()));
        }
        if (unsigned.size() == UNSIGNED_MAX) {
            return Optional.of(bad("no checkpoint within " + UNSIGNED_MAX + " leaves"));
        }
        JsonNode sealed = value.path("sealed");
        if (sealed.isMissingNode()
                ? isSealedSaid
                : !sealed.isIntegralNumber() || sealed.longValue() != signed.size()) {
            return Optional.of(bad("the checkpoint before this leaf is another, or was removed"));
        }
        unsigned.add(new Link(MerkleTree.leafHash(bytes), previous.stringValue(), value));
        // Which leaf is the changed one is found at the checkpoint, which says both neighbours.
        return Optional.empty();
    }

    private Optional<Verdict> checkpoint(String note, JsonNode last) {
        isKeyNamed |= key.isNamedBy(note);
        Optional<String> text = key.open(note);
        if (text.isEmpty()
                || !(Checkpoint.parse(text.get())
                        instanceof Checked.Valid<Checkpoint>(Checkpoint said))
                || !last.isString()) {
            return Optional.of(bad("a checkpoint that the log's key did not sign"));
        }
        if (said.size() != here()) {
            return Optional.of(bad("a checkpoint over another number of leaves"));
        }
        String lastHash = unsigned.isEmpty() ? signedLast : unsigned.getLast().hash().hex();
        MerkleTree tree = treeWith(-1, said.root());
        if (!said.root().equals(tree.root())) {
            return Optional.of(culprit(last.stringValue(), said.root()));
        }
        if (!lastHash.equals(last.stringValue()) || !isChained()) {
            return Optional.of(bad("a checkpoint whose `last` is not the last leaf's hash"));
        }
        for (int i = 0; i < unsigned.size(); i++) {
            Optional<String> impossible = lives.next(unsigned.get(i).leaf());
            if (impossible.isPresent()) {
                long at = signed.size() + i;
                return Optional.of(new Verdict.Tampered(at, at, impossible.get()));
            }
        }
        isSealedSaid |= unsigned.stream().anyMatch(link -> link.leaf().has("sealed"));
        signed = tree;
        signedLast = lastHash;
        unsigned.clear();
        return Optional.empty();
    }

    private boolean isChained() {
        String before = signedLast;
        for (Link link : unsigned) {
            if (!link.previous().equals(before)) {
                return false;
            }
            before = link.hash().hex();
        }
        return true;
    }

    /**
     * The one leaf that, were it what its neighbour says of it, would make the signed root; else all since the last
     * checkpoint are under suspicion, for whoever rewrites one leaf can rewrite what the others say of it.
     */
    private Verdict culprit(String last, Digest root) {
        for (int i = 0; i < unsigned.size(); i++) {
            String said = after(i, last);
            if (Digest.isValid(said) && treeWith(i, new Digest(said)).root().equals(root)) {
                return new Verdict.Tampered(
                        signed.size() + i, signed.size() + i, "a leaf was changed");
            }
        }
        return new Verdict.Tampered(
                signed.size(), Math.max(signed.size(), here() - 1), "leaves were rewritten");
    }

    /** The tree over all leaves so far, the one at {@code replaced} (none when -1) hashing to {@code instead}. */
    private MerkleTree treeWith(int replaced, Digest instead) {
        MerkleTree tree = new MerkleTree(signed.size(), signed.subtrees());
        for (int i = 0; i < unsigned.size(); i++) {
            tree.addHash(i == replaced ? instead : unsigned.get(i).hash());
        }
        return tree;
    }

    private String after(int i, String last) {
        return i + 1 < unsigned.size() ? unsigned.get(i + 1).previous() : last;
    }

    private long here() {
        return signed.size() + unsigned.size();
    }

    private Verdict cannotTell(String why) {
        return new Verdict.CannotTell(signed.size(), why);
    }

    private Verdict bad(String why) {
        return new Verdict.Tampered(here(), here(), why);
    }

    /** A line without its end, as far as one may reach; the rest of a longer one is passed over. */
    private static final class Line {
        private enum End {
            OF_LINE,
            OF_ROOM,
            OF_FILE
        }

        private final byte[] bytes;
        private final End end;

        private Line(byte[] bytes, End end) {
            this.bytes = bytes;
            this.end = end;
        }

        /** The next line of {@code file}; empty at its end. */
        static Optional<Line> of(InputStream file) throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            int next = file.read();
            while (next >= 0 && next != '\n' && line.size() < Leaf.BYTES_MAX) {
                line.write(next);
                next = file.read();
            }
            if (next < 0 && line.size() == 0) {
                return Optional.empty();
            }
            End end = next < 0 ? End.OF_FILE : next == '\n' ? End.OF_LINE : End.OF_ROOM;
            while (next >= 0 && next != '\n') {
                next = file.read();
            }
            return Optional.of(new Line(line.toByteArray(), end));
        }

        byte[] bytes() {
            return bytes;
        }

        End end() {
            return end;
        }
    }
}
