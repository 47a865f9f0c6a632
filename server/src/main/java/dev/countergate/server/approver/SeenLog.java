package dev.countergate.server.approver;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.log.Checkpoint;
import dev.countergate.policy.log.MerkleTree;
import dev.countergate.policy.token.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an approver remembers of a daemon's log, away from the daemon: how far it went, and the roots over it. Whoever later
 * takes a leaf out, changes one or puts an older log back is found out by the first approver who looks again. It is not
 * known here which key signs the log: {@code countergate audit verify} checks that.
 */
public final class SeenLog {
    /** Lines asked for at a time. */
    static final int PAGE_LINES = 500;

    /** How often the end of a log that keeps growing is looked for. */
    private static final int ROUNDS = 10;

    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;
    private MerkleTree tree = new MerkleTree();
    private MerkleTree agreed = new MerkleTree();
    private String note = "";

    /**
     * @param file where it is remembered
     */
    public SeenLog(Path file) {
        this.file = file;
    }

    /** Where a log is read. */
    @FunctionalInterface
    public interface Pages {
        /**
         * Lines of the log as they are exported.
         *
         * @param from the index of the first leaf, or negative: so many from the end
         * @param limit lines at most
         */
        List<String> read(long from, int limit) throws IOException, RefusedException;
    }

    /**
     * Checks that the log goes on from what is remembered, and remembers where it ends now.
     *
     * @param server whose log it is
     * @throws RefusedException when it does not
     */
    public void check(String server, Pages pages) throws IOException, RefusedException {
        recall(server);
        for (int i = 0; i < ROUNDS; i++) {
            if (readOn(pages) || isAtEnd(pages)) {
                remember(server);
                return;
            }
        }
        throw forked("it ends elsewhere each time one looks");
    }

    /** Reads what is new; whether a checkpoint agreed with it. */
    private boolean readOn(Pages pages) throws IOException, RefusedException {
        long agreedBefore = agreed.size();
        long before;
        do {
            before = tree.size();
            for (String line : pages.read(tree.size(), PAGE_LINES)) {
                take(line);
            }
        } while (tree.size() > before);
        return agreed.size() > agreedBefore;
    }

    private void take(String line) throws RefusedException {
        JsonNode json = json(line);
        if (json.has("checkpoint")) {
            Checkpoint said = checkpoint(json);
            if (said.size() > tree.size()) {
                throw forked("leaves are missing below a checkpoint");
            }
            if (said.size() == tree.size()) {
                agree(said, json);
            }
            return;
        }
        if (json.path("index").asLong(-1) != tree.size()) {
            throw forked("leaf " + tree.size() + " is missing");
        }
        tree.add(line.getBytes(UTF_8));
    }

    /** Whether the log ends where this one does; it may have grown meanwhile. */
    private boolean isAtEnd(Pages pages) throws IOException, RefusedException {
        long size = 0;
        boolean isAgreed = tree.size() == 0;
        for (String line : pages.read(-1, PAGE_LINES)) {
            JsonNode json = json(line);
            if (!json.has("checkpoint")) {
                size = json.path("index").asLong(-1) + 1;
            } else if (checkpoint(json).size() == tree.size()) {
                agree(checkpoint(json), json);
                isAgreed = true;
            }
        }
        if (size < tree.size()) {
            throw new RefusedException(
                    "LOG_SHRANK",
                    "this daemon's log has "
                            + size
                            + " leaves and had "
                            + tree.size()
                            + " when it was last looked at"
                            + advice());
        }
        return size == tree.size() && isAgreed;
    }

    private void agree(Checkpoint said, JsonNode json) throws RefusedException {
        if (!said.root().equals(tree.root())) {
            throw forked("its checkpoint over " + said.size() + " leaves has another root");
        }
        agreed = new MerkleTree(tree.size(), tree.subtrees());
        note = json.path("checkpoint").asString("");
    }

    private Checkpoint checkpoint(JsonNode json) throws RefusedException {
        String signed = json.path("checkpoint").asString("");
        int end = signed.indexOf("\n\n");
        if (end > 0
                && Checkpoint.parse(signed.substring(0, end + 1))
                        instanceof Checked.Valid<Checkpoint>(Checkpoint said)) {
            return said;
        }
        throw forked("one of its checkpoints is none");
    }

    private JsonNode json(String line) throws RefusedException {
        try {
            return JSON.readTree(line);
        } catch (JacksonException notJson) {
            throw forked("one of its lines is not JSON");
        }
    }

    private RefusedException forked(String how) {
        return new RefusedException(
                "LOG_FORKED",
                "this daemon's log is not the one that was last looked at: " + how + advice());
    }

    private String advice() {
        return ": it was cut or rewritten; approve nothing here until somebody has explained it (if"
                + " you put another log there yourself, remove `"
                + file
                + "`)";
    }

    private void recall(String server) throws IOException, RefusedException {
        JsonNode kept;
        try {
            kept = JSON.readTree(Files.readString(file));
            tree =
                    new MerkleTree(
                            kept.path("size").asLong(-1),
                            kept.path("subtrees")
                                    .valueStream()
                                    .map(each -> new Digest(each.asString("")))
                                    .toList());
        } catch (NoSuchFileException never) {
            return;
        } catch (JacksonException | IllegalArgumentException broken) {
            throw new IOException(
                    "`" + file + "` is damaged: remove it to look at the log anew", broken);
        }
        if (!kept.path("server").asString("").equals(server)) {
            throw forked("another server answers, `" + server + "`");
        }
        agreed = new MerkleTree(tree.size(), tree.subtrees());
        note = kept.path("checkpoint").asString("");
    }

    private void remember(String server) throws IOException {
        ObjectNode kept = JsonNodeFactory.instance.objectNode();
        kept.put("server", server).put("size", agreed.size()).put("checkpoint", note);
        agreed.subtrees().forEach(each -> kept.withArray("/subtrees").add(each.hex()));
        Path folder = Objects.requireNonNull(file.getParent());
        Files.createDirectories(
                folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path fresh = Files.createTempFile(folder, "." + file.getFileName(), ".new");
        try {
            Files.writeString(fresh, JSON.writeValueAsString(kept) + "\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
