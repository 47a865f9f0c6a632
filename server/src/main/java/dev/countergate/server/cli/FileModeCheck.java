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

/** Whether the state directory and what lies in it belong to one account, the daemon's, and are closed to others. */
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

    /**
     * @param user who looks
     * @param isAnswering whether the daemon gives this user answers, as it gives operators of another account than its own
     */
    static List<Diagnosis> of(StateDirectory state, String user, boolean isAnswering) {
        if (!Files.isDirectory(state.path())) {
            return List.of(
                    Diagnosis.note("state", "`" + state.path() + "` does not exist yet", ""));
        }
        try {
            return of(state, Files.getOwner(state.path()).getName(), user, isAnswering);
        } catch (IOException unreadable) {
            return List.of(unreadable(state, "the daemon's user", unreadable));
        }
    }

    private static List<Diagnosis> of(
            StateDirectory state, String owner, String user, boolean isAnswering) {
        List<Diagnosis> found = new ArrayList<>();
        check(state.path(), owner, DIRECTORY_MOST, found);
        boolean isTheirs = owner.equals(user);
        try (Stream<Path> files = Files.list(state.path())) {
            files.sorted().forEach(file -> check(file, owner, most(file), found));
        } catch (IOException unreadable) {
            // Closed to others than its owner is how it should be.
            if (isTheirs) {
                found.add(unreadable(state, owner, unreadable));
            }
        }
        if (!state.sockets().equals(state.path()) && Files.exists(state.sockets())) {
            check(state.sockets(), owner, DIRECTORY_MOST, found);
            for (Path socket : List.of(state.agentSocket(), state.operatorSocket())) {
                if (Files.exists(socket)) {
                    check(socket, owner, SOCKET_MOST, found);
                }
            }
        }
        if (!isTheirs) {
            String detail = "`" + state.path() + "` belongs to " + owner;
            found.add(
                    isAnswering
                            ? Diagnosis.note(
                                    "state",
                                    detail + ", and so does the daemon",
                                    "what is closed to you is looked at when this is run as "
                                            + owner)
                            : Diagnosis.problem(
                                    "state",
                                    detail + ", and no daemon there answers you",
                                    "run this as " + owner));
        }
        if (found.isEmpty()) {
            found.add(Diagnosis.ok("state", "`" + state.path() + "` is this user's alone"));
        }
        return found;
    }

    private static Diagnosis unreadable(StateDirectory state, String owner, IOException why) {
        return Diagnosis.problem(
                "state", "`" + state.path() + "` cannot be read: " + why, "run this as " + owner);
    }

    private static Set<PosixFilePermission> most(Path file) {
        return switch (String.valueOf(file.getFileName())) {
            case "agent.sock", "operator.sock" -> SOCKET_MOST;
            case "log.pub", "log.head" -> PUBLIC_MOST;
            default -> FILE_MOST;
        };
    }

    private static void check(
            Path path, String owner, Set<PosixFilePermission> most, List<Diagnosis> found) {
        try {
            PosixFileAttributes attributes =
                    Files.readAttributes(
                            path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.owner().getName().equals(owner)) {
                found.add(
                        Diagnosis.problem(
                                "state",
                                String.format(
                                        Locale.ROOT,
                                        "`%s` belongs to %s",
                                        path,
                                        attributes.owner().getName()),
                                String.format(
                                        Locale.ROOT,
                                        "find out who put it there; `chown %s %s` where it is the"
                                                + " daemon's",
                                        owner,
                                        path)));
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
