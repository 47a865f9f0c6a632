package dev.countergate.server.http;

import dev.countergate.server.mcp.JsonLine;
import dev.countergate.server.mcp.Replies;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one POST: plain JSON, or a stream once something was said before it. Thread safe.
 *
 * <p>Where there is no answer, because the client took its request back, the stream is empty: it may not be left without a
 * response, and no message may be made up.
 */
final class Exchange implements Replies {
    private final Response response;
    private final Callback callback;
    private final Runnable beforeAnswer;
    private final Runnable beforeEnd;
    private @Nullable EventStream stream;
    private boolean over;

    /**
     * An answer not begun.
     *
     * @param beforeAnswer is run before the first byte of whatever is answered
     * @param beforeEnd is run before the last
     */
    Exchange(Response response, Callback callback, Runnable beforeAnswer, Runnable beforeEnd) {
        this.response = response;
        this.callback = callback;
        this.beforeAnswer = beforeAnswer;
        this.beforeEnd = beforeEnd;
    }

    @Override
    public void send(JsonLine answer) {
        EventStream begun;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            begun = stream;
        }
        beforeEnd.run();
        if (begun == null) {
            beforeAnswer.run();
            Answering.json(response, HttpStatus.OK_200, answer, callback);
        } else {
            begun.post(answer, answer);
            begun.end();
        }
    }

    @Override
    public void none() {
        EventStream begun;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            begun = stream();
        }
        beforeEnd.run();
        begun.end();
    }

    @Override
    public void notice(Object key, JsonLine message) {
        EventStream begun;
        synchronized (this) {
            if (over) {
                return;
            }
            begun = stream();
        }
        begun.post(key, message);
    }

    /** Writes a comment where a stream was begun and has been silent since {@code sinceNanos}. */
    void keepAlive(long sinceNanos) {
        EventStream begun;
        synchronized (this) {
            begun = stream;
        }
        if (begun != null) {
            begun.keepAlive(sinceNanos);
        }
    }

    private EventStream stream() {
        EventStream begun = stream;
        if (begun == null) {
            beforeAnswer.run();
            begun = new EventStream(response, callback);
            stream = begun;
        }
        return begun;
    }
}
