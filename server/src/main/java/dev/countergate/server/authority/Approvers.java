package dev.countergate.server.authority;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.token.AllowedSigners;
import dev.countergate.policy.token.AllowedSigners.Signer;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.SshPublicKey;
import dev.countergate.policy.token.Statement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The enrolled keys: the {@code approvers} file of a state directory, in OpenSSH's allowed_signers format, so that stock
 * {@code ssh-keygen -Y verify} reads it too. It is read for every use, and a fault in it refuses all of it. Thread safe.
 */
public final class Approvers {
    /** Told when the file is another than the one this process wrote or saw last. */
    @FunctionalInterface
    public interface Watcher {
        /**
         * Records it; no key counts before that is done.
         *
         * @throws IOException when it cannot be recorded
         */
        void found(Found found) throws IOException;

        /**
         * Records what this process is about to write; throws when that cannot be kept, and then it is not written.
         *
         * @param added the lines of keys that are not there yet
         * @param removed the lines of keys that will not be there any more
         */
        default void writes(Digest content, List<KeyLine> added, List<KeyLine> removed)
                throws IOException {}

        /** Whether what lies there at a first look is another hand's: not what an earlier process wrote last. */
        default boolean isAnothers(Digest content) throws IOException {
            return false;
        }
    }

    /**
     * What a look at the file found.
     *
     * @param isFirst whether it is this process's first look
     * @param content of the file's bytes
     * @param holds what it holds now, one line
     * @param added the lines of keys that were not there before; at the first look all
     * @param removed the lines of keys that were
     */
    public record Found(
            boolean isFirst,
            Digest content,
            String holds,
            List<KeyLine> added,
            List<KeyLine> removed) {
        public Found {
            added = List.copyOf(added);
            removed = List.copyOf(removed);
        }
    }

    /**
     * A key's line of the file.
     *
     * @param text as it stands there
     */
    public record KeyLine(Person person, String text) {}

    private final Path path;
    private final ZoneId zone;
    private final Watcher watcher;
    private @Nullable Digest seen;

    /** The last lines that could be read. */
    private List<KeyLine> known = List.of();

    private boolean isChangedByOthers;

    /**
     * The keys in the file at {@code path}, which need not be there.
     *
     * @param zone of the times in it without a {@code Z}
     */
    public Approvers(Path path, ZoneId zone, Watcher watcher) {
        this.path = path;
        this.zone = zone;
        this.watcher = watcher;
    }

    /**
     * The keys enrolled now, or every reason why none of them counts. Not to be asked within a transaction of the store: the
     * watcher may write to it.
     */
    public Checked<AllowedSigners> read() {
        return look().then(content -> Checked.valid(content.signers()));
    }

    /**
     * Decides by the keys enrolled.
     *
     * @param <E> that refuses
     * @param <F> that fails
     */
    @FunctionalInterface
    public interface Deciding<T, E extends Exception, F extends Exception> {
        /** Decides by {@code keys}, or knows why none of them counts. */
        T by(Checked<AllowedSigners> keys) throws E, F;
    }

    /**
     * Has something decided by the keys enrolled now. Until it is, none is enrolled or struck out, and no such change is
     * recorded: a decision stands in the log on the same side of it as it was made on.
     */
    public synchronized <T, E extends Exception, F extends Exception> T decide(
            Deciding<T, E, F> deciding) throws E, F {
        return deciding.by(read());
    }

    /** Whether something else than this daemon changed the file since it started, or while none ran. */
    public synchronized boolean isChangedByOthers() {
        return isChangedByOthers;
    }

    /** What is to become of the file; nothing is written before {@link #make}. */
    public final class Change {
        private final Content before;
        private final Content after;

        private Change(Content before, Content after) {
            this.before = before;
            this.after = after;
        }

        /** The keys there are then. */
        public AllowedSigners signers() {
            return after.signers();
        }

        private List<KeyLine> added() {
            return without(after.lines(), before.lines());
        }

        private List<KeyLine> removed() {
            return without(before.lines(), after.lines());
        }

        /**
         * Has it recorded and writes it; on disk when this returns. Nobody decides by the keys meanwhile.
         *
         * @throws IOException when it cannot be written, or the file is no longer the one this was prepared for; it is then
         *     as it was
         */
        public void make() throws IOException {
            synchronized (Approvers.this) {
                if (!(look() instanceof Checked.Valid<Content>(Content now))
                        || !now.digest().equals(before.digest())) {
                    throw new IOException("`" + path + "` was changed meanwhile");
                }
                watcher.writes(after.digest(), added(), removed());
                try {
                    DurableFile.replace(path, after.text());
                } catch (IOException unwritten) {
                    watcher.writes(before.digest(), removed(), added());
                    throw unwritten;
                }
                seen = after.digest();
                known = after.lines();
            }
        }
    }

    /** Enrolling {@code key} as {@code person}'s for approvals and nothing else, or why it is not to be. */
    public Checked<Change> adding(Person person, SshPublicKey key) {
        return look().then(
                        now ->
                                content(lines(now.text()) + line(person, key))
                                        .then(then -> Checked.valid(new Change(now, then))));
    }

    /**
     * Striking out keys of {@code person}, or why they are not to be. The last key stays: without one, whoever has the
     * daemon's account could enrol another.
     *
     * @param fingerprint of the one key meant, or null for all
     */
    public Checked<Change> removing(Person person, @Nullable String fingerprint) {
        return look().then(now -> without(now, person, fingerprint));
    }

    private Checked<Change> without(Content now, Person person, @Nullable String fingerprint) {
        Set<Integer> struck =
                now.signers().signers().stream()
                        .filter(each -> each.person().equals(person))
                        .filter(
                                each ->
                                        fingerprint == null
                                                || each.key().fingerprint().equals(fingerprint))
                        .map(Signer::line)
                        .collect(Collectors.toSet());
        if (struck.isEmpty()) {
            return Checked.invalid(
                    new Fault(
                            "",
                            "`" + person + "` has no such key here",
                            "`countergate approver list` shows them"));
        }
        if (struck.size() == now.signers().signers().size()) {
            return Checked.invalid(
                    new Fault("", "no key would be left", "enrol another key first"));
        }
        List<String> lines = List.of(now.text().split("\n", -1));
        String left =
                IntStream.range(0, lines.size())
                        .filter(i -> !struck.contains(i + 1))
                        .mapToObj(lines::get)
                        .collect(Collectors.joining("\n"));
        return content(left).then(then -> Checked.valid(new Change(now, then)));
    }

    private static String lines(String text) {
        return text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
    }

    private static String line(Person person, SshPublicKey key) {
        return person + " namespaces=\"" + Statement.NAMESPACE + "\" " + key.line() + "\n";
    }

    private record Content(String text, Digest digest, AllowedSigners signers) {
        private List<KeyLine> lines() {
            List<String> all = List.of(text.split("\n", -1));
            return signers.signers().stream()
                    .map(each -> new KeyLine(each.person(), all.get(each.line() - 1)))
                    .toList();
        }
    }

    private static List<KeyLine> without(List<KeyLine> lines, List<KeyLine> others) {
        return lines.stream().filter(each -> !others.contains(each)).toList();
    }

    private synchronized Checked<Content> look() {
        return SignersFile.bytes(path)
                .then(
                        bytes -> {
                            Checked<Content> content =
                                    SignersFile.text(path, bytes).then(this::content);
                            Digest digest = Digest.of(bytes);
                            if (digest.equals(seen)) {
                                return content;
                            }
                            List<KeyLine> lines =
                                    content instanceof Checked.Valid<Content>(Content good)
                                            ? good.lines()
                                            : known;
                            try {
                                watcher.found(
                                        new Found(
                                                seen == null,
                                                digest,
                                                holds(content),
                                                without(lines, known),
                                                without(known, lines)));
                                isChangedByOthers |= seen != null || watcher.isAnothers(digest);
                            } catch (IOException unrecorded) {
                                return Checked.invalid(
                                        new Fault(
                                                "",
                                                "what `"
                                                        + path
                                                        + "` holds cannot be recorded, so none of it"
                                                        + " counts: "
                                                        + unrecorded.getMessage()));
                            }
                            seen = digest;
                            known = lines;
                            return content;
                        });
    }

    private Checked<Content> content(String text) {
        return AllowedSigners.parse(text, zone)
                .then(
                        signers ->
                                Checked.valid(
                                        new Content(
                                                text,
                                                Digest.of(text.getBytes(StandardCharsets.UTF_8)),
                                                signers)));
    }

    private static String holds(Checked<Content> content) {
        return switch (content) {
            case Checked.Valid<Content>(Content good) -> good.signers().signers().size() + " keys";
            case Checked.Invalid<Content>(List<Fault> faults) ->
                    "nothing that can be read: " + faults.getFirst().text();
        };
    }
}
