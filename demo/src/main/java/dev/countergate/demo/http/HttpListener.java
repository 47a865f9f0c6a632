package dev.countergate.demo.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * A small HTTP/1.1 server on loopback, one virtual thread per connection. Each answer's status line says
 * {@code Simulated}.
 *
 * <p>Hand-written because a simulator must do what a proper server never does: reset a connection after it has read a
 * request, and answer late without holding a shared thread. Bodies need a Content-Length. Thread safe.
 */
public final class HttpListener implements AutoCloseable {
    private static final int BODY_BYTES_MAX = 1 << 20;
    private static final int LINE_BYTES_MAX = 16 << 10;

    /** Turns a request into an answer; may block, and is interrupted when the listener closes. */
    public interface Handler {
        /** What the caller gets. */
        HttpAnswer answer(HttpCall call) throws InterruptedException;
    }

    private final ServerSocket server;
    private final Handler handler;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** Listens on a port of 127.0.0.1; 0 takes a free one. */
    public HttpListener(int port, Handler handler) {
        try {
            this.server = new ServerSocket(port, 50, InetAddress.ofLiteral("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.handler = handler;
        threads.execute(this::accept);
    }

    /** Where it listens: {@code http://127.0.0.1:PORT}. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException | RejectedExecutionException e) {
                // Closed, or a client that vanished before it was accepted: the loop's condition
                // tells.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            // One segment an answer: head and body apart would meet delayed acknowledgements.
            OutputStream out = new BufferedOutputStream(socket.getOutputStream());
            boolean again = true;
            while (again) {
                String requestLine = readLine(in);
                if (requestLine.isEmpty()) {
                    return;
                }
                HttpCall call = readCall(requestLine, in, out);
                boolean close =
                        call.header("connection").filter("close"::equalsIgnoreCase).isPresent();
                again = write(handler.answer(call), socket, out, close) && !close;
            }
        } catch (IOException | InterruptedException e) {
            // The client is gone or the listener closes: either way nobody is left to answer.
        } finally {
            open.remove(socket);
        }
    }

    private static HttpCall readCall(String requestLine, InputStream in, OutputStream out)
            throws IOException {
        String[] parts = requestLine.split(" ", 3);
        if (parts.length != 3) {
            throw new IOException("not a request line: " + requestLine);
        }
        Map<String, String> headers = new HashMap<>();
        String line = readLine(in);
        while (!line.isEmpty()) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new IOException("not a header: " + line);
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
            line = readLine(in);
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        if (length < 0 || length > BODY_BYTES_MAX) {
            throw new IOException("body of " + length + " bytes, the limit is " + BODY_BYTES_MAX);
        }
        if (headers.getOrDefault("expect", "").equalsIgnoreCase("100-continue")) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
            out.flush();
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the body ended early");
        }
        return new HttpCall(parts[0], parts[1], headers, new String(body, UTF_8));
    }

    private static boolean write(HttpAnswer answer, Socket socket, OutputStream out, boolean close)
            throws IOException {
        return switch (answer) {
            case HttpAnswer.Reset() -> {
                // Linger zero makes close send RST instead of FIN: the client sees a broken
                // connection, not an empty answer.
                socket.setSoLinger(true, 0);
                yield false;
            }
            case HttpAnswer.Close() -> false;
            case HttpAnswer.Complete(int status, String contentType, String text) -> {
                byte[] body = text.getBytes(UTF_8);
                String head =
                        "HTTP/1.1 "
                                + status
                                + " Simulated\r\nContent-Type: "
                                + contentType
                                + "\r\nContent-Length: "
                                + body.length
                                + "\r\nConnection: "
                                + (close ? "close" : "keep-alive")
                                + "\r\n\r\n";
                out.write(head.getBytes(ISO_8859_1));
                out.write(body);
                out.flush();
                yield true;
            }
        };
    }

    /** Reads up to CRLF; the empty string is an empty line or the end of the stream. */
    private static String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = in.read();
        while (next != -1 && next != '\n') {
            if (line.size() == LINE_BYTES_MAX) {
                throw new IOException("a line over " + LINE_BYTES_MAX + " bytes");
            }
            if (next != '\r') {
                line.write(next);
            }
            next = in.read();
        }
        return line.toString(ISO_8859_1);
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            threads.shutdownNow();
        }
    }
}
