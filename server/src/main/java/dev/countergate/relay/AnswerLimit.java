package dev.countergate.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * Closes a connection to a daemon that gives no answer in time: one that hangs keeps its sockets. Whoever reads or writes
 * meanwhile meets an {@link AsynchronousCloseException}.
 */
public final class AnswerLimit implements AutoCloseable {
    private final Duration allowed;
    private final Thread closing;

    /** Closes {@code channel} after {@code allowed}, unless this is closed before. */
    public AnswerLimit(SocketChannel channel, Duration allowed) {
        this.allowed = allowed;
        this.closing = Thread.ofVirtual().start(() -> closeAfter(allowed, channel));
    }

    /** What {@code late}, which came of it, says to a person. */
    public SocketTimeoutException timeout(AsynchronousCloseException late) {
        SocketTimeoutException timeout =
                new SocketTimeoutException(
                        "the daemon gave no answer in " + allowed.toSeconds() + " s");
        timeout.initCause(late);
        return timeout;
    }

    private static void closeAfter(Duration allowed, SocketChannel channel) {
        try {
            Thread.sleep(allowed);
            channel.close();
        } catch (InterruptedException answered) {
            Thread.currentThread().interrupt();
        } catch (IOException unclosed) {
            throw new UncheckedIOException(unclosed);
        }
    }

    @Override
    public void close() {
        closing.interrupt();
    }
}
