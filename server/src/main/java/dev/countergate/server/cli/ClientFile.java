package dev.countergate.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * A JSON file that an MCP client keeps and that people edit. It is written as a whole or not at all, keeps its mode, its
 * owner and the link that leads to it, and the file before is kept beside it.
 */
final class ClientFile {
    /** What follows a file's name in that of the file before. */
    static final String BEFORE = ".before-countergate";

    private static final long BYTES_MAX = 64L << 20;

    private final Path path;
    private final Path real;
    private final byte @Nullable [] bytes;
    private final EditedJson json;

    private ClientFile(Path path, Path real, byte @Nullable [] bytes, EditedJson json) {
        this.path = path;
        this.real = real;
        this.bytes = bytes;
        this.json = json;
    }

    /**
     * Reads it; one that is not there is an empty object.
     *
     * @param comments whether its client takes JSON with comments
     * @throws IOException where it cannot be read, or is not understood whole
     */
    static ClientFile read(Path path, boolean comments) throws IOException {
        if (!Files.exists(path)) {
            if (Files.isSymbolicLink(path)) {
                throw new IOException("`" + path + "` is a link to nothing: mend it first");
            }
            return new ClientFile(path, path, null, EditedJson.parse("", comments));
        }
        Path real = path.toRealPath();
        if (Files.size(real) > BYTES_MAX) {
            throw new IOException("`" + path + "` is longer than " + BYTES_MAX + " bytes");
        }
        byte[] bytes = Files.readAllBytes(real);
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return new ClientFile(path, real, bytes, EditedJson.parse(text, comments));
        } catch (JacksonException broken) {
            throw new IOException(
                    "`"
                            + path
                            + "` is not plain JSON (line "
                            + broken.getLocation().getLineNr()
                            + "), so it is left as it is",
                    broken);
        } catch (IllegalArgumentException | CharacterCodingException other) {
            throw new IOException(
                    "`" + path + "` is not a JSON object in UTF-8, so it is left as it is", other);
        }
    }

    Path path() {
        return path;
    }

    /** What is in it. */
    EditedJson json() {
        return json;
    }

    /** Whether there is such a file. */
    boolean exists() {
        return bytes != null;
    }

    /**
     * Puts {@code changed} in its place.
     *
     * @return whether anything was to be changed
     * @throws IOException when somebody else changed it since it was read, or it cannot be written; it is then as it was
     */
    boolean write(EditedJson changed) throws IOException {
        if (changed.text().equals(json.text()) && exists()) {
            return false;
        }
        Path folder = Objects.requireNonNull(real.toAbsolutePath().getParent());
        Files.createDirectories(folder);
        Path fresh =
                Files.createTempFile(
                        folder,
                        "." + real.getFileName(),
                        ".new",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try {
            try (FileChannel file = FileChannel.open(fresh, Set.of(StandardOpenOption.WRITE))) {
                ByteBuffer written = ByteBuffer.wrap(changed.text().getBytes(UTF_8));
                while (written.hasRemaining()) {
                    file.write(written);
                }
                file.force(true);
            }
            if (exists()) {
                keepOwnerAndMode(fresh);
                Files.copy(
                        real,
                        before(),
                        StandardCopyOption.REPLACE_EXISTING,
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
            requireUnchanged();
            Files.move(fresh, real, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
        return true;
    }

    /** Where the file before is kept. */
    Path before() {
        return real.resolveSibling(real.getFileName() + BEFORE);
    }

    private void keepOwnerAndMode(Path fresh) throws IOException {
        PosixFileAttributes old = Files.readAttributes(real, PosixFileAttributes.class);
        PosixFileAttributeView view =
                Files.getFileAttributeView(
                        fresh, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        PosixFileAttributes made = view.readAttributes();
        try {
            if (!made.owner().equals(old.owner())) {
                view.setOwner(old.owner());
            }
            if (!made.group().equals(old.group())) {
                view.setGroup(old.group());
            }
        } catch (IOException denied) {
            throw new IOException(
                    "`"
                            + path
                            + "` belongs to "
                            + old.owner().getName()
                            + ":"
                            + old.group().getName()
                            + ", which cannot be kept: run this as that user",
                    denied);
        }
        view.setPermissions(old.permissions());
    }

    /** Its client may write it at any moment: what came between is not lost, but for the blink between this and the move. */
    private void requireUnchanged() throws IOException {
        byte[] now;
        try {
            now = Files.readAllBytes(real);
        } catch (NoSuchFileException none) {
            now = null;
        }
        if (!Arrays.equals(now, bytes)) {
            throw new IOException(
                    "`" + path + "` was changed by another program just now: run this again");
        }
    }
}
