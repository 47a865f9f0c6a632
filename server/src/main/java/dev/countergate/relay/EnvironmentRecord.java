package dev.countergate.relay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The variables a catalogue names, as the daemon was started with them: what a relay compares its own with. Never a
 * value: the file holds a salt and, for each variable, its name and 16 hexadecimal digits of SHA-256(salt, name, zero,
 * value), or {@code -} where it was not set. Mode 0600.
 */
public final class EnvironmentRecord {
    private static final int DIGITS = 16;
    private static final int FILE_BYTES_MAX = 64 * 1024;

    private EnvironmentRecord() {}

    /** Writes the record of {@code names} as they are in {@code environment}, replacing the one before at once. */
    public static void write(Path file, Set<String> names, Map<String, String> environment)
            throws IOException {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        String salt = Hex.of(random);
        StringBuilder text = new StringBuilder("salt ").append(salt).append('\n');
        for (String name : names) {
            text.append(name).append(' ').append(hash(salt, name, environment)).append('\n');
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(
                fresh,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, text, StandardOpenOption.WRITE);
        try {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException odd) {
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /**
     * The variables that {@code environment} sets to something else than the daemon has. One it does not set at all is
     * not among them: MCP clients start servers with most variables taken away, and that says nothing.
     *
     * @return their names; empty as well where there is no record, or none this user may read
     */
    public static List<String> differences(Path file, Map<String, String> environment) {
        List<String> differing = new ArrayList<>();
        String salt = null;
        for (String line : lines(file)) {
            int space = line.lastIndexOf(' ');
            if (space < 0) {
                continue;
            }
            String name = line.substring(0, space);
            if (salt == null) {
                salt = line.substring(space + 1);
            } else if (environment.get(name) != null
                    && !hash(salt, name, environment).equals(line.substring(space + 1))) {
                differing.add(name);
            }
        }
        return differing;
    }

    private static List<String> lines(Path file) {
        try {
            if (Files.size(file) <= FILE_BYTES_MAX) {
                return Files.readAllLines(file);
            }
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException unreadable) {
            // Another user's daemon: its environment is none of this relay's business.
            return List.of();
        }
        return List.of();
    }

    private static String hash(String salt, String name, Map<String, String> environment) {
        @Nullable String value = environment.get(name);
        if (value == null) {
            return "-";
        }
        try {
            byte[] sum =
                    MessageDigest.getInstance("SHA-256")
                            .digest((salt + name + '\0' + value).getBytes(StandardCharsets.UTF_8));
            return Hex.of(sum).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
