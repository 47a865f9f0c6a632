package dev.countergate.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a daemon that takes connections and says nothing. */
@Timeout(30)
class AnswerLimitTest {
    private static final Duration SOON = Duration.ofMillis(50);

    @TempDir private Path folder;
    private Path socket;
    private ServerSocketChannel hanging;

    @BeforeEach
    void hang() throws IOException {
        socket = folder.resolve("s");
        hanging =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(UnixDomainSocketAddress.of(socket));
    }

    @AfterEach
    void close() throws IOException {
        hanging.close();
    }

    @Test
    void ends_a_question_that_is_not_answered() {
        assertThatThrownBy(() -> OperatorRequest.send(socket, "{}", SOON))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageStartingWith("the daemon gave no answer in ");
    }

    @Test
    void ends_what_reads_through_streams_too() throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                AnswerLimit limit = new AnswerLimit(channel, SOON)) {
            assertThatThrownBy(() -> Channels.newInputStream(channel).read())
                    .isInstanceOfSatisfying(
                            AsynchronousCloseException.class,
                            late -> assertThat(limit.timeout(late)).hasCause(late));
        }
    }

    @Test
    void leaves_the_connection_open_once_it_is_closed_itself() throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                SocketChannel other = hanging.accept()) {
            new AnswerLimit(channel, SOON).close();
            try (AnswerLimit _ = new AnswerLimit(other, SOON.multipliedBy(4))) {
                // The end of what the other end says, and not of this one's time, which came first.
                assertThat(Channels.newInputStream(channel).read()).isNegative();
            }
            assertThat(channel.isOpen()).isTrue();
        }
    }
}
