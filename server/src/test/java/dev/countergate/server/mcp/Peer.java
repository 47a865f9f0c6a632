package dev.countergate.server.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.PrincipalId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The other end of a session: writes any bytes, reads lines. The session runs on a thread of its own. */
final class Peer implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final JsonMapper JSON = new JsonMapper();

    final SocketChannel channel;

    private final SocketChannel served;
    private final Thread session;
    private final BufferedReader answers;
    private final ByteBuffer skipped = ByteBuffer.allocateDirect(64 * 1024).limit(0);

    private Peer(SocketChannel channel, SocketChannel served, Thread session) {
        this.channel = channel;
        this.served = served;
        this.session = session;
        this.answers =
                new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), UTF_8));
    }

    static Peer connect(LineSessions sessions) throws IOException {
        Path folder = Files.createTempDirectory("mcp");
        Path socket = folder.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            SocketChannel served = server.accept();
            Thread session =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try (served) {
                                            sessions.serve(
                                                    Channels.newInputStream(served),
                                                    Channels.newOutputStream(served),
                                                    PrincipalId.unix("ana"));
                                        } catch (IOException | InterruptedException gone) {
                                            Thread.currentThread().interrupt();
                                        }
                                    });
            return new Peer(channel, served, session);
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(folder);
        }
    }

    /** Connects and performs the handshake. */
    static Peer initialized(LineSessions sessions) throws IOException {
        return initialized(sessions, "2025-11-25");
    }

    static Peer initialized(LineSessions sessions, String version) throws IOException {
        Peer peer = connect(sessions);
        peer.line(initialize(version));
        peer.answer();
        peer.line("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
        return peer;
    }

    static String initialize(String version) {
        return "{\"jsonrpc\":\"2.0\",\"id\":\"init\",\"method\":\"initialize\",\"params\":{\"protocolVersion\":\""
                + version
                + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}";
    }

    static String call(String id, String tool, String arguments) {
        return "{\"jsonrpc\":\"2.0\",\"id\":"
                + id
                + ",\"method\":\"tools/call\",\"params\":{\"name\":\""
                + tool
                + "\",\"arguments\":"
                + arguments
                + "}}";
    }

    void line(String line) throws IOException {
        bytes((line + "\n").getBytes(UTF_8));
    }

    void bytes(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** The next line, as it came; null at the end. */
    @Nullable String read() throws IOException {
        return answers.readLine();
    }

    /** Reads up to the next line end without looking at what is there; not to be mixed with the other reads. */
    void skipLine() throws IOException {
        while (true) {
            while (skipped.hasRemaining()) {
                if (skipped.get() == '\n') {
                    return;
                }
            }
            skipped.clear();
            int count = channel.read(skipped);
            skipped.flip();
            if (count < 0) {
                throw new AssertionError("the session ended");
            }
        }
    }

    /** The next line, which must be there. */
    JsonNode answer() throws IOException {
        String line = read();
        if (line == null) {
            throw new AssertionError("the session ended");
        }
        return JSON.readTree(line);
    }

    /** Ends the input of the session. */
    void endInput() throws IOException {
        channel.shutdownOutput();
    }

    /** Whether the session ended by itself within the test's patience. */
    boolean ended() throws InterruptedException {
        return session.join(PATIENCE);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        served.close();
    }
}
