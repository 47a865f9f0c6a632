package dev.countergate.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One connection, over which a test says exactly the bytes it means. */
final class RawHttp implements Closeable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;

    /** What came back, its body whole. */
    record Reply(int status, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    RawHttp(InetSocketAddress address) throws IOException {
        this(new Socket(address.getAddress(), address.getPort()));
    }

    RawHttp(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    RawHttp send(String text) throws IOException {
        return send(text.getBytes(UTF_8));
    }

    RawHttp send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** The whole of the next response. */
    Reply reply() throws IOException {
        Reply head = head();
        return new Reply(head.status(), head.headers(), body(head));
    }

    /** The head of the next response. */
    Reply head() throws IOException {
        String[] words = line().split(" ", 3);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new Reply(Integer.parseInt(words[1]), headers, "");
    }

    private String body(Reply head) throws IOException {
        if (head.header("transfer-encoding").equals("chunked")) {
            StringBuilder body = new StringBuilder();
            for (Optional<String> chunk = chunk(); chunk.isPresent(); chunk = chunk()) {
                body.append(chunk.get());
            }
            return body.toString();
        }
        int length = Integer.parseInt(head.headers().getOrDefault("content-length", "0"));
        return new String(in.readNBytes(length), UTF_8);
    }

    /** The next chunk of a body, or empty behind the last. */
    Optional<String> chunk() throws IOException {
        String size = line();
        if (size.isEmpty()) {
            // The end of the chunk before, which Jetty writes together with the next one's
            // beginning.
            size = line();
        }
        int length = Integer.parseInt(size, 16);
        if (length == 0) {
            line();
            return Optional.empty();
        }
        return Optional.of(new String(in.readNBytes(length), UTF_8));
    }

    /** The data of the next event of a stream whose head was read; comments are passed over. */
    String event() throws IOException {
        while (true) {
            String chunk = chunk().orElseThrow(() -> new EOFException("the stream has ended"));
            int data = chunk.indexOf("data: ");
            if (data >= 0) {
                return chunk.substring(data + 6).strip();
            }
        }
    }

    /** How many bytes come before the server closes the connection, which it may do rudely. */
    long countToEnd() throws IOException {
        long count = 0;
        byte[] bytes = new byte[64 * 1024];
        try {
            for (int more = in.read(bytes); more >= 0; more = in.read(bytes)) {
                count += more;
            }
        } catch (SocketException reset) {
            // As good an end as another.
        }
        return count;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("after `" + line.toString(UTF_8) + "`");
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(UTF_8);
    }

    /** Is gone before the test is over. */
    void hangUp() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
