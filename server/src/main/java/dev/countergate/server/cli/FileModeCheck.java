package dev.countergate.server.cli;

import dev.countergate.relay.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Whether the state directory and what lies in it belong to this user and are closed to others. */
final class FileModeCheck {
    /** What others may have of the directory itself: to pass through it to a socket opened to their group. */
    private static final Set<PosixFilePermission> DIRECTORY_MOST =
            PosixFilePermissions.fromString("rwx--x--x");

    private static final Set<PosixFilePermission> FILE_MOST =
            PosixFilePermissions.fromString("rw-------");

    /** What checks the log holds no secret. */
    private static final Set<PosixFilePermission> PUBLIC_MOST =
            PosixFilePermissions.fromString("rw-r--r--");

    /** A socket may have been opened to a group on purpose. */
    private static final Set<PosixFilePermission> SOCKET_MOST =
            PosixFilePermissions.fromString("rw-rw----");

    private FileModeCheck() {}

    static List<Diagnosis> of(StateDirectory state) {
        if (!Files.isDirectory(state.path())) {
            return List.of(
                    Diagnosis.note("state", "`" + state.path() + "` does not exist yet", ""));
        }
        List<Diagnosis> found = new ArrayList<>();
        check(state.path(), DIRECTORY_MOST, found);
        try (Stream<Path> files = Files.list(state.path())) {
            files.sorted().forEach(file -> check(file, most(file), found));
        } catch (IOException unreadable) {
            found.add(
                    Diagnosis.problem(
                            "state",
                            "`" + state.path() + "` cannot be read: " + unreadable.getMessage(),
                            "run this as the daemon's user"));
        }
        if (!state.sockets().equals(state.path()) && Files.exists(state.sockets())) {
            check(state.sockets(), DIRECTORY_MOST, found);
            for (Path socket : List.of(state.agentSocket(), state.operatorSocket())) {
                if (Files.exists(socket)) {
                    check(socket, SOCKET_MOST, found);
                }
            }
        }
        if (found.isEmpty()) {
            found.add(Diagnosis.ok("state", "`" + state.path() + "` is this user's alone"));
        }
        return found;
    }

    private static Set<PosixFilePermission> most(Path file) {
        return switch (String.valueOf(file.getFileName())) {
            case "agent.sock", "operator.sock" -> SOCKET_MOST;
            case "log.pub", "log.head" -> PUBLIC_MOST;
            default -> FILE_MOST;
        };
    }

    private static void check(Path path, Set<PosixFilePermission> most, List<Diagnosis> found) {
        try {
            PosixFileAttributes attributes =
                    Files.readAttributes(
                            path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            String user = System.getProperty("user.name");
            if (!attributes.owner().getName().equals(user)) {
                found.add(
                        Diagnosis.problem(
                                "state",
                                String.format(
                                        Locale.ROOT,
                                        "`%s` belongs to %s",
                                        path,
                                        attributes.owner().getName()),
                                "run this as that user, or remove it"));
            }
            Set<PosixFilePermission> tooMuch = EnumSet.noneOf(PosixFilePermission.class);
            tooMuch.addAll(attributes.permissions());
            tooMuch.removeAll(most);
            if (!tooMuch.isEmpty()) {
                found.add(
                        Diagnosis.problem(
                                "state",
                                String.format(
                                        Locale.ROOT,
                                        "`%s` has mode %s",
                                        path,
                                        PosixFilePermissions.toString(attributes.permissions())),
                                String.format(Locale.ROOT, "`chmod %s %s`", octal(most), path)));
            }
        } catch (IOException gone) {
            // A file of a daemon that is just ending.
        }
    }

    private static String octal(Set<PosixFilePermission> permissions) {
        int bits = 0;
        for (PosixFilePermission each : PosixFilePermission.values()) {
            bits = bits << 1 | (permissions.contains(each) ? 1 : 0);
        }
        return Integer.toOctalString(bits);
    }
}
