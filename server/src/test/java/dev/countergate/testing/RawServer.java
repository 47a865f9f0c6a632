package dev.countergate.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A loopback HTTP server that does to a socket whatever a test wants done, and counts what it received before doing so.
 * Thread safe.
 */
public final class RawServer implements AutoCloseable {
    /** What to do with a request; may write anything, block, reset or close. */
    @FunctionalInterface
    public interface Behaviour {
        /** Acts on {@code connection}; the connection then waits for its next request unless it was closed. */
        void act(Request request, Connection connection) throws Exception;
    }

    /**
     * A request as it came over the socket.
     *
     * @param line its first line
     * @param headers one line each, as received
     * @param body decoded as UTF-8
     * @param connection the number of the connection it came over, from 1
     */
    public record Request(String line, List<String> headers, String body, int connection) {
        public Request {
            headers = List.copyOf(headers);
        }

        /** Path and query as they stand in the first line. */
        public String target() {
            return line.split(" ", 3)[1];
        }

        /** The value of a header, or an empty text. */
        public String header(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            return headers.stream()
                    .filter(header -> header.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(header -> header.substring(prefix.length()).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    /** One accepted connection. */
    public record Connection(Socket socket) {
        /** Writes text as it stands, line breaks as CRLF. */
        public void write(String text) throws IOException {
            write(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
        }

        /** Writes bytes. */
        public void write(byte[] bytes) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
        }

        /** Answers with a status, headers (each ending in a line break) and a body. */
        public void answer(int status, String headers, String body) throws IOException {
            int length = body.getBytes(StandardCharsets.UTF_8).length;
            write("HTTP/1.1 " + status + " X\n" + headers + "Content-Length: " + length + "\n\n");
            write(body.getBytes(StandardCharsets.UTF_8));
        }

        /** Ends the connection with a TCP reset. */
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Ends the connection in order. */
        public void close() throws IOException {
            socket.close();
        }

        /** Waits until the other side has closed. */
        public void awaitClose() throws IOException {
            InputStream in = socket.getInputStream();
            while (in.read() >= 0) {
                // what a client sends after its request is none of ours
            }
        }
    }

    private final ServerSocket listener;
    private final Behaviour behaviour;
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();

    private RawServer(ServerSocket listener, Behaviour behaviour) {
        this.listener = listener;
        this.behaviour = behaviour;
    }

    /** A server on a free loopback port. */
    public static RawServer start(Behaviour behaviour) {
        try {
            ServerSocket listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
            RawServer server = new RawServer(listener, behaviour);
            Thread.ofVirtual().start(server::accept);
            return server;
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** A server that never accepts, its queue of waiting connections full. */
    public static RawServer deaf() throws IOException {
        ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RawServer server = new RawServer(listener, (request, connection) -> {});
        for (int i = 0; i < 4; i++) {
            Socket filler = new Socket();
            try {
                filler.connect(listener.getLocalSocketAddress(), 100);
            } catch (IOException full) {
                filler.close();
                break;
            }
            server.sockets.add(filler);
        }
        return server;
    }

    /** Where it listens. */
    public URI origin() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    /** The requests received so far, in order, each counted before the behaviour acted. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** How many connections were accepted so far. */
    public int connections() {
        return connections.get();
    }

    /** Closes the accepted connections and goes on listening. */
    public void dropConnections() throws IOException {
        for (Socket socket = sockets.poll(); socket != null; socket = sockets.poll()) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        dropConnections();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                int number = connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket, number));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                List<String> headers = new CopyOnWriteArrayList<>();
                for (String header = line(in); !header.isEmpty(); header = line(in)) {
                    headers.add(header);
                }
                Request head = new Request(line, headers, "", number);
                String length = head.header("Content-Length");
                byte[] body = in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
                Request request =
                        new Request(
                                line, headers, new String(body, StandardCharsets.UTF_8), number);
                requests.add(request);
                behaviour.act(request, new Connection(socket));
            }
        } catch (Exception ended) {
            // The other side is gone, or the behaviour closed the socket: what a test looks at is
            // what it received.
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
