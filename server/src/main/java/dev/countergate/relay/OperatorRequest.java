package dev.countergate.relay;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One question to a daemon over {@code operator.sock}, and its answer: one JSON object a line each.
 *
 * <p>A daemon that hangs keeps its sockets, so there is no asking without a time after which the question is given up; an
 * answer longer than {@link #ANSWER_BYTES_MAX} is refused.
 */
public final class OperatorRequest {
    /** The longest answer read. */
    public static final int ANSWER_BYTES_MAX = 1024 * 1024;

    private OperatorRequest() {}

    /**
     * Sends {@code line}, which has no line break, and gives the answer without its own.
     *
     * @param allowed how long that may take
     * @throws SocketTimeoutException when there is no whole answer by then
     * @throws IOException when nobody listens there, this user may not ask, or no whole answer comes
     */
    public static String send(Path operatorSocket, String line, Duration allowed)
            throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                AnswerLimit limit = new AnswerLimit(channel, allowed)) {
            try {
                return exchange(channel, operatorSocket, line);
            } catch (AsynchronousCloseException late) {
                throw limit.timeout(late);
            }
        }
    }

    private static String exchange(SocketChannel channel, Path operatorSocket, String line)
            throws IOException {
        channel.connect(UnixDomainSocketAddress.of(operatorSocket));
        ByteBuffer question = ByteBuffer.wrap((line + '\n').getBytes(StandardCharsets.UTF_8));
        while (question.hasRemaining()) {
            channel.write(question);
        }
        ByteBuffer answer = ByteBuffer.allocate(8 * 1024);
        while (channel.read(answer) >= 0) {
            if (answer.position() > 0 && answer.get(answer.position() - 1) == '\n') {
                return new String(answer.array(), 0, answer.position() - 1, StandardCharsets.UTF_8);
            }
            if (!answer.hasRemaining()) {
                answer = larger(answer);
            }
        }
        throw new IOException("the daemon ended before it answered");
    }

    private static ByteBuffer larger(ByteBuffer full) throws IOException {
        if (full.capacity() >= ANSWER_BYTES_MAX) {
            throw new IOException("the answer is longer than " + ANSWER_BYTES_MAX + " bytes");
        }
        return ByteBuffer.allocate(2 * full.capacity()).put(full.flip());
    }
}
