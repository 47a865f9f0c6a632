package dev.countergate.relay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where one daemon keeps what it holds, and where it can be reached: a function of the catalogue's path, so that relay,
 * daemon and command line agree without asking each other.
 *
 * <p>The directory is {@code ROOT/NAME-HASH}. ROOT is {@code $XDG_STATE_HOME/countergate}, else {@code
 * ~/.local/state/countergate}, on macOS as well; NAME is the catalogue's file name without its extension; HASH is the
 * first 8 hexadecimal digits of the SHA-256 of its absolute real path. Its mode is 0711, so that a group given {@code
 * agent.sock} can reach it, and its files are 0600.
 *
 * @param path absolute and normalised
 * @param sockets the directory of the sockets: {@code path} itself unless that makes their paths longer than {@link
 *     #SOCKET_PATH_BYTES_MAX}
 */
public record StateDirectory(Path path, Path sockets) {
    /** The longest path of a socket: the kernels' limit is 104 (macOS) or 108 (Linux), with a terminating zero. */
    public static final int SOCKET_PATH_BYTES_MAX = 100;

    private static final Set<PosixFilePermission> STATE_MODE =
            PosixFilePermissions.fromString("rwx--x--x");
    private static final Set<PosixFilePermission> PRIVATE_MODE =
            PosixFilePermissions.fromString("rwx------");
    private static final int NAME_CHARACTERS_MAX = 40;

    /** The state directory at {@code path}, wherever somebody asked to have it. */
    public static StateDirectory at(Path path, Map<String, String> environment) {
        Path absolute = path.toAbsolutePath().normalize();
        return new StateDirectory(absolute, socketsOf(absolute, environment));
    }

    /** The state directory of the catalogue at {@code catalogue}, which need not exist. */
    public static StateDirectory of(Path catalogue, Map<String, String> environment) {
        Path real;
        try {
            real = catalogue.toRealPath();
        } catch (IOException missing) {
            real = catalogue.toAbsolutePath().normalize();
        }
        return at(root(environment).resolve(name(real) + "-" + hash(real, 8)), environment);
    }

    /** The directory that holds the state directories of all of a user's daemons. */
    public static Path root(Map<String, String> environment) {
        Path given = absolute(environment.get("XDG_STATE_HOME"));
        return (given != null ? given : home(environment).resolve(".local").resolve("state"))
                .resolve("countergate");
    }

    /** The user's own catalogue: {@code $XDG_CONFIG_HOME/countergate/tools.yaml}, else below {@code ~/.config}. */
    public static Path userCatalogue(Map<String, String> environment) {
        Path given = absolute(environment.get("XDG_CONFIG_HOME"));
        return (given != null ? given : home(environment).resolve(".config"))
                .resolve("countergate")
                .resolve("tools.yaml");
    }

    /** The socket agents connect to. */
    public Path agentSocket() {
        return sockets.resolve("agent.sock");
    }

    /** The socket operators' commands connect to. */
    public Path operatorSocket() {
        return sockets.resolve("operator.sock");
    }

    /** What a daemon holds locked while it lives. */
    public Path lock() {
        return path.resolve("daemon.lock");
    }

    /** What a process holds locked while it starts a daemon. */
    public Path startLock() {
        return path.resolve("start.lock");
    }

    /** Where an auto-started daemon logs. */
    public Path log() {
        return path.resolve("daemon.log");
    }

    /** The variables the daemon was started with, as {@link EnvironmentRecord} keeps them. */
    public Path environmentRecord() {
        return path.resolve("environment");
    }

    /** The enrolled keys, in OpenSSH's allowed_signers format. */
    public Path approvers() {
        return path.resolve("approvers");
    }

    /** What this daemon is not to send, while it is there. */
    public Path freeze() {
        return path.resolve("freeze");
    }

    /** What none of a user's daemons is to send, while it is there. */
    public static Path freezeOfAll(Map<String, String> environment) {
        return root(environment).resolve("freeze");
    }

    /**
     * Makes the directories, where they are missing, with their modes.
     *
     * @throws IOException when one cannot be made, or the one for moved sockets belongs to somebody else or is open to
     *     others
     */
    public void create() throws IOException {
        if (!Files.isDirectory(path)) {
            Files.createDirectories(Objects.requireNonNull(path.getParent()));
            try {
                Files.createDirectory(path, PosixFilePermissions.asFileAttribute(STATE_MODE));
            } catch (FileAlreadyExistsException made) {
                return;
            }
            // The process's umask may have taken bits away.
            Files.setPosixFilePermissions(path, STATE_MODE);
        }
        if (!sockets.equals(path)) {
            createPrivate(Objects.requireNonNull(sockets.getParent()));
            createPrivate(sockets);
        }
    }

    /** Makes a directory in a place where others may write, and trusts it only if it is ours and closed. */
    private void createPrivate(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PRIVATE_MODE));
        } catch (FileAlreadyExistsException there) {
            PosixFileAttributes found =
                    Files.readAttributes(
                            directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!found.isDirectory()
                    || !found.owner().equals(Files.getOwner(path))
                    || found.permissions().contains(PosixFilePermission.GROUP_WRITE)
                    || found.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new IOException(
                        "`"
                                + directory
                                + "` is not a directory that only its owner can write to: remove it,"
                                + " or choose a shorter `--state`",
                        there);
            }
        }
    }

    private static Path socketsOf(Path path, Map<String, String> environment) {
        // operator.sock is the longest name in there.
        int bytes =
                path.resolve("operator.sock").toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes <= SOCKET_PATH_BYTES_MAX) {
            return path;
        }
        String owner = String.valueOf(owner(path, environment));
        Path runtime = absolute(environment.get("XDG_RUNTIME_DIR"));
        if (runtime == null) {
            // What XDG_RUNTIME_DIR is where systemd sets it: MCP clients launch servers without
            // that variable.
            Path usual = Path.of("/run/user").resolve(owner);
            runtime = Files.isDirectory(usual) ? usual : null;
        }
        Path folder =
                runtime != null
                        ? runtime.resolve("countergate")
                        : Path.of("/tmp").resolve("countergate-" + owner);
        return folder.resolve(hash(path, 16));
    }

    /** The number of the user whose daemon this is: the directory's owner, or before it exists, the home's. */
    private static Object owner(Path path, Map<String, String> environment) {
        try {
            return Files.getAttribute(
                    Files.isDirectory(path) ? path : home(environment), "unix:uid");
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException unknown) {
            return System.getProperty("user.name");
        }
    }

    private static Path home(Map<String, String> environment) {
        Path given = absolute(environment.get("HOME"));
        return given != null ? given : Path.of(System.getProperty("user.home"));
    }

    /** The XDG rule: a path that is not absolute is as good as none. */
    private static @Nullable Path absolute(@Nullable String text) {
        return text != null && text.startsWith("/") ? Path.of(text) : null;
    }

    private static String name(Path catalogue) {
        String file = String.valueOf(catalogue.getFileName());
        int dot = file.lastIndexOf('.');
        String base = dot > 0 ? file.substring(0, dot) : file;
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < base.length() && i < NAME_CHARACTERS_MAX; i++) {
            char c = base.charAt(i);
            boolean plain =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || c == '_'
                            || c == '.';
            name.append(plain ? c : '-');
        }
        return name.toString();
    }

    private static String hash(Path path, int digits) {
        try {
            byte[] sum =
                    MessageDigest.getInstance("SHA-256")
                            .digest(path.toString().getBytes(StandardCharsets.UTF_8));
            return Hex.of(sum).substring(0, digits);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
