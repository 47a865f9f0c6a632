package dev.countergate.server.runbook;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.result.VisibleText;
import dev.countergate.policy.secret.Redactor;
import dev.countergate.server.call.ResourceService;
import dev.countergate.server.runbook.RunbookFolder.LeftOutException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runbooks agents may read: those that lie in the folder when somebody asks. Their text is the operator's, and is
 * shown as foreign text is: secrets out, hidden characters visible.
 *
 * <p>INVARIANT: what an agent says is looked up among the URIs of the files found, and never becomes a path. Thread safe.
 */
public final class Runbooks implements ResourceService {
    /** For how long what was found is taken to be there still. */
    static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Runbooks.class);
    private static final String SCHEME = "runbook:///";
    private static final String MARKDOWN = "text/markdown";
    private static final int TITLE_MAX = 128;

    private final Supplier<Optional<Path>> folder;
    private final Supplier<Redactor> redactor;
    private final Readers readers;
    private final LongSupplier ticker;

    private @Nullable Look last;
    private Map<Path, Known> known = Map.of();

    /**
     * Those of the folder that is named at the time.
     *
     * @param folder where they lie; empty while there are none to be had
     * @param redactor takes secrets out of them
     * @param readers is told of each that is read
     * @param ticker nanoseconds that never go back
     */
    public Runbooks(
            Supplier<Optional<Path>> folder,
            Supplier<Redactor> redactor,
            Readers readers,
            LongSupplier ticker) {
        this.folder = folder;
        this.readers = readers;
        this.redactor = redactor;
        this.ticker = ticker;
    }

    /** Who is told what was read, and by whom. */
    @FunctionalInterface
    public interface Readers {
        /** {@code caller} is about to get the runbook at {@code uri}. */
        void read(Caller caller, String uri);
    }

    /**
     * What a look at the folder found.
     *
     * @param runbooks in the order of their names
     * @param leftOut files that are no runbooks to be read, each with the reason
     */
    public record Listing(List<Resource> runbooks, List<String> leftOut) {
        public Listing {
            runbooks = List.copyOf(runbooks);
            leftOut = List.copyOf(leftOut);
        }
    }

    /** One look: the folder, when, and the files found by their URIs. */
    private record Look(Path folder, long atNanos, Map<String, Path> files, Listing listing) {}

    /** What is known of a file as long as it stays as it is: its title, or why it is left out. */
    private record Known(FileTime modified, long bytes, String title, @Nullable String leftOut) {}

    @Override
    public boolean isOffered() {
        return folder.get().isPresent();
    }

    @Override
    public List<Resource> list() {
        return listing().runbooks();
    }

    /** All there are, and what is left out. */
    public Listing listing() {
        return look().map(Look::listing).orElse(new Listing(List.of(), List.of()));
    }

    @Override
    public Optional<String> read(Caller caller, String uri) {
        Optional<Look> look = look();
        Path file = look.isEmpty() ? null : look.get().files().get(uri);
        if (look.isEmpty() || file == null) {
            return Optional.empty();
        }
        try {
            String text = RunbookFolder.at(look.get().folder()).text(file).replace("\r\n", "\n");
            readers.read(caller, uri);
            return Optional.of(VisibleText.visible(redactor.get().redact(text)));
        } catch (IOException gone) {
            LOG.atWarn().addKeyValue("uri", uri).setCause(gone).log("a runbook cannot be read");
            return Optional.empty();
        }
    }

    private synchronized Optional<Look> look() {
        Path now = folder.get().orElse(null);
        if (now == null) {
            return Optional.empty();
        }
        Look before = last;
        if (before == null
                || !before.folder().equals(now)
                || ticker.getAsLong() - before.atNanos() > LOOK_AGAIN.toNanos()) {
            before = lookAt(now);
            last = before;
        }
        return Optional.of(before);
    }

    private Look lookAt(Path path) {
        Map<String, Path> files = new LinkedHashMap<>();
        Map<Path, Known> next = new HashMap<>();
        List<Resource> runbooks = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        try {
            RunbookFolder root = RunbookFolder.at(path);
            for (Path file : root.files()) {
                if (files.size() == RunbookFolder.FILES_MAX) {
                    leftOut.add("more than " + RunbookFolder.FILES_MAX + " runbooks");
                    break;
                }
                Known each = know(root, file);
                next.put(file, each);
                String name = VisibleText.line(file.toString());
                if (each.leftOut() == null) {
                    String uri = uri(file);
                    files.put(uri, file);
                    runbooks.add(new Resource(uri, name, each.title(), MARKDOWN, each.bytes()));
                } else {
                    leftOut.add(name + ": " + each.leftOut());
                }
            }
        } catch (IOException gone) {
            LOG.atWarn().setCause(gone).log("the folder of runbooks cannot be read");
            leftOut.add("the folder cannot be read");
        }
        known = next;
        return new Look(path, ticker.getAsLong(), files, new Listing(runbooks, leftOut));
    }

    /** A file is read again when its time or length is another. */
    private Known know(RunbookFolder root, Path file) {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(root.real(file), BasicFileAttributes.class);
            Known before = known.get(file);
            FileTime modified = attributes.lastModifiedTime();
            if (before != null
                    && before.modified().equals(modified)
                    && before.bytes() == attributes.size()) {
                return before;
            }
            String title =
                    Heading.first(root.text(file)).orElse(String.valueOf(file.getFileName()));
            return new Known(modified, attributes.size(), shown(title), null);
        } catch (LeftOutException reason) {
            return leftOut(String.valueOf(reason.getMessage()));
        } catch (IOException unreadable) {
            return leftOut("it cannot be read");
        }
    }

    /** Never the same as the file found next time. */
    private static Known leftOut(String reason) {
        return new Known(FileTime.fromMillis(0), -1, "", reason);
    }

    private String shown(String title) {
        String line = VisibleText.line(redactor.get().redact(title));
        return line.length() <= TITLE_MAX
                ? line
                : line.substring(
                                0,
                                Character.isHighSurrogate(line.charAt(TITLE_MAX - 1))
                                        ? TITLE_MAX - 1
                                        : TITLE_MAX)
                        + "...";
    }

    private static String uri(Path file) {
        StringBuilder uri = new StringBuilder(SCHEME);
        String separator = "";
        for (Path segment : file) {
            uri.append(separator);
            for (byte each : segment.toString().getBytes(UTF_8)) {
                boolean isPlain =
                        (each >= 'a' && each <= 'z')
                                || (each >= 'A' && each <= 'Z')
                                || (each >= '0' && each <= '9')
                                || "-._~".indexOf(each) >= 0;
                if (isPlain) {
                    uri.append((char) each);
                } else {
                    uri.append(String.format(Locale.ROOT, "%%%02X", each));
                }
            }
            separator = "/";
        }
        return uri.toString();
    }
}
