package dev.countergate.server.operator;

import dev.countergate.policy.token.Digest;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.Approvers;
import dev.countergate.server.authority.Approvers.Found;
import dev.countergate.server.authority.Approvers.KeyLine;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps in the log whose key was whose, so that an old approval can be checked by the log alone. */
public final class KeyLeaves implements Approvers.Watcher {
    /** The kind of leaf that adds or removes one key. */
    static final String KIND = "approver";

    private static final String ADD = "add";
    private static final String REMOVE = "remove";
    private static final Logger LOG = LoggerFactory.getLogger(KeyLeaves.class);

    private final OperatorLog log;

    /** Records in {@code log}. */
    public KeyLeaves(OperatorLog log) {
        this.log = log;
    }

    /** The leaves of these changes. */
    static List<Map<String, String>> of(List<KeyLine> added, List<KeyLine> removed) {
        return Stream.concat(
                        removed.stream().map(line -> leaf(REMOVE, line)),
                        added.stream().map(line -> leaf(ADD, line)))
                .toList();
    }

    /** The leaves that take {@code leaves} back, of a change that could not be made. */
    static List<Map<String, String>> undoing(List<Map<String, String>> leaves) {
        return leaves.stream()
                .map(
                        leaf -> {
                            Map<String, String> undone = new HashMap<>(leaf);
                            undone.put("action", ADD.equals(leaf.get("action")) ? REMOVE : ADD);
                            return Map.copyOf(undone);
                        })
                .toList();
    }

    private static Map<String, String> leaf(String action, KeyLine line) {
        return Map.of("action", action, "person", line.person().name(), "line", line.text());
    }

    @Override
    public void writes(Digest content) throws IOException {
        try {
            log.settleApprovers(content);
        } catch (StoreException unrecorded) {
            throw new IOException(unrecorded.getMessage(), unrecorded);
        }
    }

    @Override
    public boolean isAnothers(Digest content) throws IOException {
        try {
            Optional<Digest> written = log.approvers();
            if (written.isEmpty() && !content.equals(Digest.of())) {
                // Put there before the daemon wrote it for the first time.
                log.settleApprovers(content);
            }
            return written.isPresent() && !written.get().equals(content);
        } catch (StoreException unrecorded) {
            throw new IOException(unrecorded.getMessage(), unrecorded);
        }
    }

    @Override
    public void found(Found found) throws IOException {
        if (found.isFirst() && found.content().equals(Digest.of())) {
            return;
        }
        if (!found.isFirst()) {
            LOG.atWarn()
                    .addKeyValue("holds", found.holds())
                    .log("the approvers file was changed by another hand");
        }
        try {
            log.record(
                    "approvers_found",
                    Map.of(
                            "by",
                            found.isFirst() ? "the daemon as it began" : "another hand",
                            "digest",
                            found.content().hex(),
                            "holds",
                            found.holds()));
            for (Map<String, String> leaf : of(found.added(), found.removed())) {
                log.record(KIND, leaf);
            }
        } catch (StoreException unrecorded) {
            throw new IOException(unrecorded.getMessage(), unrecorded);
        }
    }
}
