package dev.countergate.server.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.log.Checkpoint;
import dev.countergate.policy.log.NoteKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The log where it is kept, verified from its first leaf to its last, beside the daemon that writes it. */
public final class StoredLog {
    private StoredLog() {}

    /** What there is to say of the log in a state directory; empty when there is none. */
    public static Optional<AuditFile.Verdict> verify(Path directory) {
        Path store = directory.resolve("store.db");
        if (!Files.exists(store)) {
            return Optional.empty();
        }
        try (CommittedView view = new CommittedView(store);
                Lines lines = new Lines(view)) {
            if (!(NoteKey.parse(Files.readString(directory.resolve("log.pub")))
                    instanceof Checked.Valid<NoteKey>(NoteKey key))) {
                return Optional.of(new AuditFile.Verdict.CannotTell(0, "`log.pub` is no key"));
            }
            // Both are looked at before the log, which grows meanwhile.
            Checkpoint head = head(directory.resolve("log.head"), key);
            long size = view.at(LogPages::size);
            AuditFile.Verdict verdict = AuditFile.verify(lines, key, head);
            boolean isShort =
                    lines.next == 0
                            ? size > 0 || head != null
                            : verdict instanceof AuditFile.Verdict.Good(long found) && found < size;
            if (isShort) {
                return Optional.of(
                        new AuditFile.Verdict.Tampered(
                                lines.next, lines.next, "leaves are missing at the end"));
            }
            return Optional.of(lines.next == 0 ? new AuditFile.Verdict.Good(0) : verdict);
        } catch (IOException | StoreException unreadable) {
            return Optional.of(
                    new AuditFile.Verdict.CannotTell(
                            0, "cannot read the log: " + unreadable.getMessage()));
        }
    }

    private static @Nullable Checkpoint head(Path place, NoteKey key) throws IOException {
        if (!Files.exists(place)) {
            return null;
        }
        return AuditFile.head(Files.readString(place), key)
                .orElseThrow(() -> new IOException("`" + place + "` is no head of this log"));
    }

    /** The export's bytes, a page at a time. */
    private static final class Lines extends InputStream {
        private final CommittedView view;
        private InputStream page = InputStream.nullInputStream();
        private long next;

        Lines(CommittedView view) {
            this.view = view;
        }

        @Override
        public int read() throws IOException {
            int found = page.read();
            return found >= 0 || !turn() ? found : page.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int found = page.read(into, offset, length);
            return found >= 0 || !turn() ? found : page.read(into, offset, length);
        }

        private boolean turn() throws IOException {
            try {
                Store.Lines lines =
                        view.at(database -> LogPages.read(database, next, LogPages.LEAVES_MAX));
                next = lines.next();
                page =
                        new ByteArrayInputStream(
                                String.join("\n", lines.lines())
                                        .concat(lines.lines().isEmpty() ? "" : "\n")
                                        .getBytes(UTF_8));
                return !lines.lines().isEmpty();
            } catch (StoreException failed) {
                throw new IOException(failed);
            }
        }
    }
}
