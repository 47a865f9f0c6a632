package dev.countergate.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left to a client and to the next daemon when one goes away. */
class ConversationTest {
    private static final byte[] INITIALIZE =
            "{\"id\":0,\"method\":\"initialize\"}\n".getBytes(UTF_8);

    @TempDir private Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final ClientOutput output = new ClientOutput(Channels.newChannel(said));
    private final Conversation conversation = new Conversation(output);
    private ServerSocketChannel server;

    @BeforeEach
    void listen() throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(folder.resolve("s")));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void a_line_that_a_daemon_began_is_ended_though_nobody_waits_for_an_answer()
            throws IOException {
        try (SocketChannel channel = SocketChannel.open(server.getLocalAddress())) {
            conversation.resume(channel);
            output.write(ByteBuffer.wrap("{\"method\":\"notif".getBytes(UTF_8)), false);

            conversation.lost(channel);

            assertThat(said.toString(UTF_8)).isEqualTo("{\"method\":\"notif\n");
        }
    }

    @Test
    void every_request_in_flight_is_answered_once() throws IOException {
        try (SocketChannel channel = SocketChannel.open(server.getLocalAddress())) {
            conversation.resume(channel);
            conversation.asked("1");
            conversation.asked("\"1\"");
            conversation.asked("2");
            conversation.answered("2");

            conversation.lost(channel);
            conversation.lost(channel);

            assertThat(said.toString(UTF_8).lines())
                    .satisfiesExactly(
                            line -> assertThat(line).contains("\"id\":1,\"error\""),
                            line -> assertThat(line).contains("\"id\":\"1\",\"error\""));
        }
    }

    @Test
    void a_session_whose_opening_was_answered_is_opened_again() throws Exception {
        assertThat(heardAfterTheLossOfOneThatAnswered(true))
                .isEqualTo(new String(INITIALIZE, UTF_8));
    }

    @Test
    void a_session_whose_opening_was_never_answered_is_the_clients_to_open() throws Exception {
        assertThat(heardAfterTheLossOfOneThatAnswered(false))
                .contains("\"ping\"")
                .doesNotContain("initialize");
    }

    private String heardAfterTheLossOfOneThatAnswered(boolean answers) throws Exception {
        try (SocketChannel first = SocketChannel.open(server.getLocalAddress());
                SocketChannel second = SocketChannel.open(server.getLocalAddress())) {
            conversation.resume(first);
            conversation.opened(INITIALIZE, "0");
            conversation.asked("0");
            if (answers) {
                conversation.answered("0");
            }
            conversation.lost(first);
            server.accept().close();
            try (SocketChannel daemon = server.accept()) {
                Thread resuming = Thread.ofVirtual().start(() -> resume(second));
                ByteBuffer line = ByteBuffer.allocate(1_000);
                daemon.read(line);
                conversation.lost(second);
                resuming.join();
                return UTF_8.decode(line.flip()).toString();
            }
        }
    }

    private void resume(SocketChannel channel) {
        try {
            conversation.resume(channel);
        } catch (IOException taken) {
            // It was lost while it waited for an answer.
        }
    }
}
