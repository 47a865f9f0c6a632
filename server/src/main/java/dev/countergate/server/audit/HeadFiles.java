package dev.countergate.server.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.log.Checkpoint;
import dev.countergate.policy.log.NoteKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The log's last checkpoint outside of the store, in places that are not restored together with it, so that an older copy of
 * the store is noticed. A head that lags behind is harmless: it is never ahead of what is committed.
 */
final class HeadFiles {
    private static final Pattern EPOCH = Pattern.compile("epoch ([0-9]{1,18})\n");

    private final List<Path> places;

    HeadFiles(List<Path> places) {
        this.places = List.copyOf(places);
    }

    /**
     * What a head says.
     *
     * @param epoch how often the store had been opened
     */
    record Said(long epoch, Checkpoint checkpoint) {}

    /** What one place says. */
    record Head(Path place, Said said) {}

    /**
     * Sets the heads of a log that is gone aside: a directory without a store and without a key holds no older copy but
     * nothing, and what is made there is another log by another key.
     *
     * @return where they lie now
     */
    List<Path> setAside(Instant now) throws StoreException {
        List<Path> aside = new ArrayList<>();
        for (Path place : places) {
            if (Files.exists(place)) {
                Path other =
                        place.resolveSibling(place.getFileName() + ".gone-" + now.toEpochMilli());
                try {
                    Files.move(place, other, StandardCopyOption.ATOMIC_MOVE);
                } catch (IOException failed) {
                    throw new StoreException("cannot move `" + place + "` aside", failed);
                }
                aside.add(other);
            }
        }
        return aside;
    }

    boolean isAny() {
        return places.stream().anyMatch(Files::exists);
    }

    List<Head> read(NoteKey key) throws StoreException {
        List<Head> heads = new ArrayList<>();
        for (Path place : places) {
            if (Files.exists(place)) {
                try {
                    Optional<Said> said = parse(Files.readString(place), key);
                    heads.add(new Head(place, said.orElseThrow(() -> unsigned(place))));
                } catch (IOException failed) {
                    throw new StoreException("cannot read `" + place + "`", failed);
                }
            }
        }
        return heads;
    }

    private static StoreException unsigned(Path place) {
        return new StoreException(
                "`"
                        + place
                        + "` is not a checkpoint that `log.key` signed: restore both, or move it"
                        + " away to go on without knowing whether leaves are missing");
    }

    /** What a file says; empty when {@code key} did not sign it. */
    static Optional<Said> parse(String text, NoteKey key) {
        Matcher epoch = EPOCH.matcher(text);
        boolean isCounted = epoch.lookingAt();
        return key.open(isCounted ? text.substring(epoch.end()) : text)
                .flatMap(
                        note ->
                                Checkpoint.parse(note)
                                                instanceof
                                                Checked.Valid<Checkpoint>(Checkpoint seen)
                                        ? Optional.of(seen)
                                        : Optional.empty())
                .map(seen -> new Said(isCounted ? Long.parseLong(epoch.group(1)) : 0, seen));
    }

    /** Keeps the head in every place, so that each has the former or this one whole, whatever happens. */
    void keep(long epoch, String note) throws IOException {
        for (Path place : places) {
            Path folder = place.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            Path partly = place.resolveSibling(place.getFileName() + ".new");
            try (FileChannel file =
                    FileChannel.open(
                            partly,
                            Set.of(
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.TRUNCATE_EXISTING,
                                    StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")))) {
                ByteBuffer bytes = UTF_8.encode("epoch " + epoch + "\n" + note);
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
                file.force(true);
            }
            Files.move(partly, place, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
                entries.force(true);
            }
        }
    }
}
