package dev.countergate.server.runbook;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The markdown files of one folder. A link counts as the file it leads to, where that lies in the folder; hidden files and
 * folders are left out, and links to folders are not followed.
 *
 * <p>Thread safe: it keeps nothing.
 */
final class RunbookFolder {
    /** The longest runbook. */
    static final int FILE_BYTES_MAX = 256 * 1024;

    /** The most runbooks. */
    static final int FILES_MAX = 500;

    /** How deep folders may nest, the files in the folder itself being at 1. */
    static final int DEPTH_MAX = 4;

    /** How many files and folders of any kind are looked at. */
    private static final int ENTRIES_MAX = 10_000;

    private final Path root;

    private RunbookFolder(Path root) {
        this.root = root;
    }

    /**
     * The folder at {@code path}.
     *
     * @throws IOException when there is none
     */
    static RunbookFolder at(Path path) throws IOException {
        return new RunbookFolder(path.toRealPath());
    }

    /** A file that is not served. */
    static final class LeftOutException extends IOException {
        private static final long serialVersionUID = 1L;

        LeftOutException(String reason) {
            super(reason);
        }
    }

    /** The paths of markdown files below the folder, in the order of their names; one more than are served, if there are. */
    List<Path> files() throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(
                root,
                Set.of(),
                DEPTH_MAX,
                new SimpleFileVisitor<>() {
                    private int entries;

                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path folder, BasicFileAttributes attributes) {
                        return !folder.equals(root) && isHidden(folder)
                                ? FileVisitResult.SKIP_SUBTREE
                                : next();
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (!isHidden(file) && isMarkdown(file)) {
                            found.add(root.relativize(file));
                        }
                        return next();
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException unreadable) {
                        return next();
                    }

                    private FileVisitResult next() {
                        return ++entries < ENTRIES_MAX
                                ? FileVisitResult.CONTINUE
                                : FileVisitResult.TERMINATE;
                    }
                });
        found.sort(Comparator.comparing(Path::toString));
        return found.subList(0, Math.min(found.size(), FILES_MAX + 1));
    }

    private static boolean isHidden(Path path) {
        return String.valueOf(path.getFileName()).startsWith(".");
    }

    private static boolean isMarkdown(Path path) {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        return name.endsWith(".md") || name.endsWith(".markdown");
    }

    /**
     * Where {@code file} really is.
     *
     * @throws LeftOutException when that is outside the folder, or no regular file
     */
    Path real(Path file) throws IOException {
        Path real = root.resolve(file).toRealPath();
        if (!real.startsWith(root)) {
            throw new LeftOutException("a link out of the folder");
        }
        if (!Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
            throw new LeftOutException("not a regular file");
        }
        return real;
    }

    /**
     * The text of {@code file}.
     *
     * @throws LeftOutException when it is too long, or no text
     */
    String text(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(real(file), LinkOption.NOFOLLOW_LINKS)) {
            bytes = in.readNBytes(FILE_BYTES_MAX + 1);
        }
        if (bytes.length > FILE_BYTES_MAX) {
            throw new LeftOutException("longer than " + FILE_BYTES_MAX + " bytes");
        }
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException notText) {
            throw new LeftOutException("not text in UTF-8");
        }
    }
}
