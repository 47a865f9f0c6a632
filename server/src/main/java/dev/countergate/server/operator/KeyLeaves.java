package dev.countergate.server.operator;

import dev.countergate.policy.token.Digest;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.Approvers;
import dev.countergate.server.authority.Approvers.Found;
import dev.countergate.server.authority.Approvers.KeyLine;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps in the log whose key was whose, so that an old approval can be checked by the log alone. */
public final class KeyLeaves implements Approvers.Watcher {
    /** The kind of leaf that adds or removes one key. */
    private static final String KIND = "approver";

    private static final Logger LOG = LoggerFactory.getLogger(KeyLeaves.class);

    private final OperatorLog log;

    /** Records in {@code log}. */
    public KeyLeaves(OperatorLog log) {
        this.log = log;
    }

    private void record(List<KeyLine> added, List<KeyLine> removed) throws StoreException {
        for (KeyLine line : removed) {
            log.record(KIND, leaf("remove", line));
        }
        for (KeyLine line : added) {
            log.record(KIND, leaf("add", line));
        }
    }

    private static Map<String, String> leaf(String action, KeyLine line) {
        return Map.of("action", action, "person", line.person().name(), "line", line.text());
    }

    @Override
    public void writes(Digest content, List<KeyLine> added, List<KeyLine> removed)
            throws IOException {
        try {
            log.settleApprovers(content);
            record(added, removed);
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
            record(found.added(), found.removed());
        } catch (StoreException unrecorded) {
            throw new IOException(unrecorded.getMessage(), unrecorded);
        }
    }
}
