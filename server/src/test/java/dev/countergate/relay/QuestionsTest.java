package dev.countergate.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A relay whose daemons take a connection and drop it, as one does that is being killed. */
@Timeout(30)
class QuestionsTest {
    private static final Pattern ID = Pattern.compile("\"id\":(\\d+|\"[^\"]*\")");
    private static final String INITIALIZE = "{\"id\":0,\"method\":\"initialize\"}\n";

    @TempDir private Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final ClientOutput output = new ClientOutput(Channels.newChannel(said));
    private final Conversation conversation = new Conversation(output);
    private final AtomicInteger connections = new AtomicInteger();

    /** What the client is told when it asks once, and so many daemons die before one lives. */
    private String asked(int dying, boolean hasHandshake) throws IOException {
        if (hasHandshake) {
            conversation.opened(INITIALIZE.getBytes(StandardCharsets.UTF_8), "0");
        } else {
            try (SocketChannel before = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                conversation.resume(before);
                conversation.lost(before);
            }
        }
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(folder.resolve("s")));
            new Questions(
                            Channels.newChannel(
                                    new ByteArrayInputStream(
                                            "{\"id\":1,\"method\":\"ping\"}\n"
                                                    .getBytes(StandardCharsets.UTF_8))),
                            conversation,
                            output,
                            source(server, dying))
                    .copy();
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    private Questions.Source source(ServerSocketChannel server, int dying) {
        return new Questions.Source() {
            @Override
            public @Nullable SocketChannel connect() {
                try {
                    SocketChannel relay = SocketChannel.open(server.getLocalAddress());
                    SocketChannel daemon = server.accept();
                    if (connections.incrementAndGet() <= dying) {
                        daemon.close();
                    } else {
                        Thread.ofVirtual().start(() -> live(relay, daemon));
                    }
                    return relay;
                } catch (IOException broken) {
                    throw new UncheckedIOException(broken);
                }
            }

            @Override
            public String reason() {
                return "";
            }

            @Override
            public void refused(boolean opening) {}
        };
    }

    /** Takes the first line up, as the relay's other thread would learn from the daemon. */
    private void live(SocketChannel relay, SocketChannel daemon) {
        try {
            ByteBuffer line = ByteBuffer.allocate(1_000);
            daemon.read(line);
            String text = StandardCharsets.UTF_8.decode(line.flip()).toString();
            Matcher id = ID.matcher(text);
            assertThat(id.find()).as(text).isTrue();
            conversation.answered(id.group(1));
        } catch (IOException broken) {
            conversation.lost(relay);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void asks_for_another_daemon_when_the_one_reached_dies_at_once(boolean hasHandshake)
            throws IOException {
        assertThat(asked(1, hasHandshake)).isEmpty();
        assertThat(connections).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void says_why_when_every_daemon_dies_at_once(boolean hasHandshake) throws IOException {
        assertThat(asked(100, hasHandshake))
                .isEqualTo(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32000,\"message\":\"the"
                                + " countergate daemon went away while it was asked: see its log,"
                                + " and ask again\"}}\n");
        assertThat(connections).hasValue(3);
    }
}
