package dev.countergate.server.approver;

import dev.countergate.policy.token.SshPublicKey;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the running ssh-agent holds (draft-ietf-sshm-ssh-agent, section 3.5). A key in there signs for every process of its
 * user, without a person: it cannot approve.
 */
public final class SshAgent {
    private static final byte REQUEST_IDENTITIES = 11;
    private static final byte IDENTITIES_ANSWER = 12;
    private static final int ANSWER_BYTES_MAX = 256 << 10;

    private SshAgent() {}

    /**
     * Refuses {@code key} if the agent of {@code $SSH_AUTH_SOCK} holds it.
     *
     * @throws RefusedException when it does, or does not say what it holds
     */
    public static void refuse(SshPublicKey key, Map<String, String> environment)
            throws RefusedException {
        String socket = environment.getOrDefault("SSH_AUTH_SOCK", "");
        if (socket.isEmpty()) {
            return;
        }
        try {
            Path path = Path.of(socket);
            if (Files.exists(path) && holds(path, key)) {
                throw new RefusedException(
                        "KEY_IN_AGENT",
                        "the running ssh-agent holds "
                                + key.fingerprint()
                                + " and would sign for any process: take it out with `ssh-add -d`,"
                                + " or use a key kept for approvals");
            }
        } catch (IOException | InvalidPathException unclear) {
            throw new RefusedException(
                    "KEY_IN_AGENT",
                    "the ssh-agent at `"
                            + socket
                            + "` does not say what it holds: `unset SSH_AUTH_SOCK` if it is gone");
        }
    }

    private static boolean holds(Path socket, SshPublicKey key) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 1, REQUEST_IDENTITIES}));
            DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
            int length = in.readInt();
            if (length < 5 || length > ANSWER_BYTES_MAX) {
                throw new IOException("an answer of " + length + " bytes");
            }
            ByteBuffer answer = ByteBuffer.wrap(in.readNBytes(length));
            if (answer.limit() < length || answer.get() != IDENTITIES_ANSWER) {
                throw new IOException("not the list of keys");
            }
            return fingerprints(answer).contains(key.fingerprint());
        } catch (ConnectException gone) {
            // Its socket outlived it.
            return false;
        }
    }

    private static List<String> fingerprints(ByteBuffer answer) throws IOException {
        int count = answer.getInt();
        List<String> fingerprints = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            fingerprints.add(SshPublicKey.fingerprint(text(answer)));
            // Its comment.
            var _ = text(answer);
        }
        if (count < 0 || answer.hasRemaining()) {
            throw new IOException("another number of keys than it says");
        }
        return fingerprints;
    }

    private static byte[] text(ByteBuffer answer) throws IOException {
        int length = answer.remaining() < 4 ? -1 : answer.getInt();
        if (length < 0 || length > answer.remaining()) {
            throw new IOException("a length beyond the end");
        }
        byte[] text = new byte[length];
        answer.get(text);
        return text;
    }
}
