package dev.countergate.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.server.http.Departures.Watched;
import dev.countergate.server.mcp.JsonLine;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * The events of one response (WHATWG HTML, server-sent events), one message each.
 *
 * <p>Nobody waits for the client but the thread that has an answer. A notice is kept until the one before it is written,
 * and a newer one of the same key replaces it, so that what is kept is bounded. A client that reads nothing for the
 * connection's idle time is cut off by Jetty. Thread safe.
 */
final class EventStream {
    private static final HttpField EVENTS =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/event-stream");
    private static final HttpField NO_CACHE =
            new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-cache, no-transform");

    /** Without it nginx holds events back. */
    private static final HttpField NO_BUFFER = new HttpField("X-Accel-Buffering", "no");

    private static final byte[] MESSAGE = "event: message\ndata: ".getBytes(UTF_8);
    private static final byte[] END = "\n\n".getBytes(UTF_8);
    private static final byte[] COMMENT = ":\n\n".getBytes(UTF_8);
    private static final Object COMMENT_KEY = new Object();

    private final Response response;
    private final Callback done;
    private final Map<Object, ByteBuffer> waiting = new LinkedHashMap<>();
    private @Nullable Object writing;
    private @Nullable Watched watch;
    private boolean ending;
    private boolean over;
    private long writtenNanos = System.nanoTime();

    /**
     * A stream that is open as soon as something is written.
     *
     * @param done is told once when the stream is over, whoever ended it
     */
    EventStream(Response response, Callback done) {
        this.response = response;
        this.done = done;
        HttpFields.Mutable headers = response.getHeaders();
        headers.put(EVENTS);
        headers.put(NO_CACHE);
        headers.put(NO_BUFFER);
    }

    /** Has {@code onGone} run, once, when the client hangs up; the stream is over then. */
    void watch(Departures departures, Runnable onGone) {
        Watched begun =
                departures.watch(
                        response.getRequest(),
                        () -> {
                            onGone.run();
                            broken(new EofException("the client hung up"));
                        });
        synchronized (this) {
            watch = begun;
        }
    }

    /** Says nothing, so that the client knows that the stream is open. */
    void comment() {
        post(COMMENT_KEY, ByteBuffer.wrap(COMMENT));
    }

    /** Writes a comment where nothing was written since {@code sinceNanos}: proxies close what is silent. */
    void keepAlive(long sinceNanos) {
        boolean isSilent;
        synchronized (this) {
            isSilent = writing == null && writtenNanos - sinceNanos < 0;
        }
        if (isSilent) {
            comment();
        }
    }

    /** Writes {@code message} soon, in place of the one of this {@code key} that still waits. */
    void post(Object key, JsonLine message) {
        post(key, event(MESSAGE, message.buffer()));
    }

    /** Writes an event of another name than {@code message}. */
    void post(String name, String data) {
        post(
                new Object(),
                ByteBuffer.wrap(("event: " + name + "\ndata: " + data + "\n\n").getBytes(UTF_8)));
    }

    /** Writes {@code message} and waits until the client has taken it, or will take nothing more. */
    void send(JsonLine message) {
        Object key = new Object();
        post(key, message);
        synchronized (this) {
            try {
                while (!over && (key.equals(writing) || waiting.containsKey(key))) {
                    wait();
                }
            } catch (InterruptedException ending) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the stream behind what waits. */
    void end() {
        synchronized (this) {
            ending = true;
            unwatch();
        }
        writeNext();
    }

    private void post(Object key, ByteBuffer event) {
        synchronized (this) {
            if (ending || over) {
                return;
            }
            waiting.put(key, event);
        }
        writeNext();
    }

    private void writeNext() {
        ByteBuffer event = BufferUtil.EMPTY_BUFFER;
        boolean last;
        synchronized (this) {
            if (writing != null || over) {
                return;
            }
            Iterator<Map.Entry<Object, ByteBuffer>> next = waiting.entrySet().iterator();
            if (next.hasNext()) {
                Map.Entry<Object, ByteBuffer> first = next.next();
                next.remove();
                writing = first.getKey();
                event = first.getValue();
            } else if (ending) {
                writing = this;
            } else {
                return;
            }
            last = ending && waiting.isEmpty();
        }
        response.write(last, event, Callback.from(() -> written(last), this::broken));
    }

    private void written(boolean last) {
        synchronized (this) {
            writing = null;
            writtenNanos = System.nanoTime();
            over |= last;
            notifyAll();
        }
        if (last) {
            done.succeeded();
        } else {
            writeNext();
        }
    }

    private void broken(Throwable gone) {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            unwatch();
            waiting.clear();
            notifyAll();
        }
        done.failed(gone);
    }

    private void unwatch() {
        if (watch != null) {
            watch.end();
        }
    }

    private static ByteBuffer event(byte[] head, ByteBuffer data) {
        return ByteBuffer.allocate(head.length + data.remaining() + END.length)
                .put(head)
                .put(data)
                .put(END)
                .flip();
    }
}
