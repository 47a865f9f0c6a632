package dev.countergate.server.authority;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.token.AllowedSigners;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/**
 * Reads a file that says who may approve, if nobody but the directory's owner can have written it: what others may write
 * themselves they may enrol themselves in.
 */
final class SignersFile {
    private SignersFile() {}

    /** Its bytes, none when it is not there, or why they count for nothing. */
    static Checked<byte[]> bytes(Path path) {
        try {
            Path directory = Objects.requireNonNull(path.getParent());
            PosixFileAttributes around = Files.readAttributes(directory, PosixFileAttributes.class);
            if (isOpen(around)) {
                return refused(directory, "can be written to by others", "`chmod go-w` it");
            }
            PosixFileAttributes file =
                    Files.readAttributes(
                            path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!file.isRegularFile()) {
                return refused(path, "is not a file", "remove it");
            }
            if (!file.owner().equals(around.owner())) {
                return refused(
                        path, "belongs to " + file.owner().getName(), "remove it, or `chown` it");
            }
            if (isOpen(file)) {
                return refused(
                        path,
                        "can be written to by others, mode "
                                + PosixFilePermissions.toString(file.permissions()),
                        "look who is in it, then `chmod 600` it");
            }
            if (file.size() > AllowedSigners.LENGTH_MAX) {
                return refused(path, "is larger than " + AllowedSigners.LENGTH_MAX + " bytes", "");
            }
            return Checked.valid(Files.readAllBytes(path));
        } catch (NoSuchFileException absent) {
            return Checked.valid(new byte[0]);
        } catch (IOException failed) {
            return refused(path, "cannot be read: " + failed.getMessage(), "");
        }
    }

    /** The text of its bytes. */
    static Checked<String> text(Path path, byte[] bytes) {
        try {
            return Checked.valid(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException notText) {
            return refused(path, "is not UTF-8", "");
        }
    }

    private static boolean isOpen(PosixFileAttributes attributes) {
        return attributes.permissions().contains(PosixFilePermission.GROUP_WRITE)
                || attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE);
    }

    private static <T> Checked<T> refused(Path path, String problem, String remedy) {
        return Checked.invalid(new Fault("", "`" + path + "` " + problem, remedy));
    }
}
