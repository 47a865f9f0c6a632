package dev.countergate.server.config;

import dev.countergate.policy.token.Digest;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Remembers what a load looked at: the files with a hash of their content, the folders, and the variables. Not thread safe.
 */
final class RecordedSources implements Sources {
    /** In place of a hash. */
    static final String UNREADABLE = "unreadable";

    /** In place of a hash. */
    static final String FOLDER = "folder";

    private final Sources sources;
    private final Map<Path, String> files = new LinkedHashMap<>();
    private final Set<String> variables = new TreeSet<>();

    RecordedSources(Sources sources) {
        this.sources = sources;
    }

    @Override
    public Optional<String> variable(String name) {
        variables.add(name);
        return sources.variable(name);
    }

    @Override
    public byte[] read(Path file) throws IOException {
        try {
            byte[] bytes = sources.read(file);
            files.put(file, hash(bytes));
            return bytes;
        } catch (IOException failure) {
            files.put(file, UNREADABLE);
            throw failure;
        }
    }

    @Override
    public boolean isFolder(Path path) {
        files.put(path, look(sources, path));
        return sources.isFolder(path);
    }

    /** What stands for {@code path} as it is now: two of the same content are one. */
    static String look(Sources sources, Path path) {
        if (sources.isFolder(path)) {
            return FOLDER;
        }
        try {
            return hash(sources.read(path));
        } catch (IOException gone) {
            return UNREADABLE;
        }
    }

    Map<Path, String> files() {
        return files;
    }

    Set<String> variables() {
        return variables;
    }

    private static String hash(byte[] bytes) {
        return Digest.of(bytes).hex();
    }

    /** Why a file could not be read, in words. */
    static String reason(IOException failure) {
        return switch (failure) {
            case NoSuchFileException missing -> "there is no such file";
            case AccessDeniedException denied -> "this account may not read it";
            default -> String.valueOf(failure.getMessage());
        };
    }
}
