package dev.countergate.server.daemon;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A listening Unix socket that was never open to more users than it is now. Java cannot set the umask, under which a
 * socket file would be made 0600; so it is made inside a directory of mode 0700, given its mode and group there, and
 * then moved to its place, over whatever a daemon that was killed left behind.
 */
final class BoundSocket implements AutoCloseable {
    /** Connections that may wait to be taken up: as many agents as may come back at once after a restart. */
    private static final int WAITING_MAX = 256;

    private final ServerSocketChannel channel;
    private final Path path;

    private BoundSocket(ServerSocketChannel channel, Path path) {
        this.channel = channel;
        this.path = path;
    }

    /**
     * Listens at {@code path}, replacing what is there: the caller holds the lock of the state directory.
     *
     * @param group who may connect besides the owner, or null for nobody
     */
    static BoundSocket bind(Path path, @Nullable String group) throws IOException {
        Path closed = Objects.requireNonNull(path.getParent()).resolve(".bind");
        Path made = closed.resolve("s");
        Files.deleteIfExists(made);
        Files.deleteIfExists(closed);
        Files.createDirectory(
                closed,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(made), WAITING_MAX);
            PosixFileAttributeView view =
                    Files.getFileAttributeView(made, PosixFileAttributeView.class);
            if (group == null) {
                view.setPermissions(PosixFilePermissions.fromString("rw-------"));
            } else {
                give(view, group, path);
                view.setPermissions(PosixFilePermissions.fromString("rw-rw----"));
            }
            Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
            return new BoundSocket(channel, path);
        } catch (IOException failure) {
            channel.close();
            throw failure;
        } finally {
            Files.deleteIfExists(made);
            Files.deleteIfExists(closed);
        }
    }

    private static void give(PosixFileAttributeView made, String group, Path path)
            throws IOException {
        GroupPrincipal known;
        try {
            known =
                    path.getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByGroupName(group);
        } catch (UserPrincipalNotFoundException unknown) {
            throw new IOException(
                    "there is no group `" + group + "`, which `" + path + "` is to be open to",
                    unknown);
        }
        try {
            made.setGroup(known);
        } catch (FileSystemException refused) {
            throw new IOException(
                    "`"
                            + path
                            + "` cannot be opened to the group `"
                            + group
                            + "`: this account has to be one of it",
                    refused);
        }
    }

    /** What accepts connections. */
    ServerSocketChannel channel() {
        return channel;
    }

    /** Stops listening and removes the file. */
    @Override
    public void close() throws IOException {
        // First the file: who comes now finds nobody, in place of a connection that nobody takes
        // up.
        Files.deleteIfExists(path);
        channel.close();
    }
}
