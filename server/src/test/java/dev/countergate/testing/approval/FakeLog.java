package dev.countergate.testing.approval;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.log.Checkpoint;
import dev.countergate.policy.log.MerkleTree;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** A log as it is exported: leaves, and after each write a checkpoint. Its notes bear a signature nobody checks here. */
public final class FakeLog {
    private static final JsonMapper JSON = new JsonMapper();

    private final List<String> lines = new ArrayList<>();
    private final MerkleTree tree = new MerkleTree();

    /** Adds leaves of these kinds, and one checkpoint over all. */
    public synchronized void write(String... kinds) {
        for (String kind : kinds) {
            leaf(kind);
        }
        checkpoint();
    }

    /** Adds a leaf without a checkpoint. */
    public synchronized void leaf(String kind) {
        String line =
                JSON.writeValueAsString(
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("index", tree.size())
                                .put("kind", kind));
        lines.add(line);
        tree.add(line.getBytes(UTF_8));
    }

    /** Adds a checkpoint over what is there. */
    public synchronized void checkpoint() {
        String note =
                new Checkpoint("countergate", tree.size(), tree.root()).text()
                        + "\n\u2014 countergate AAAA\n";
        lines.add(
                JSON.writeValueAsString(
                        JsonNodeFactory.instance.objectNode().put("checkpoint", note)));
    }

    /** What {@code audit_read} answers. */
    public synchronized List<String> read(long from, int limit) {
        long first = from < 0 ? Math.max(0, tree.size() + from) : from;
        List<String> page = new ArrayList<>();
        long index = 0;
        for (String line : lines) {
            boolean isLeaf = line.startsWith("{\"index\"");
            index += isLeaf ? 1 : 0;
            if (index > first && page.size() < limit) {
                page.add(line);
            }
        }
        return page;
    }
}
