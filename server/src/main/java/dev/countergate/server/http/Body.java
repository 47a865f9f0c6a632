package dev.countergate.server.http;

import dev.countergate.server.mcp.RequestRoom.Share;
import dev.countergate.server.mcp.Session;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/** A request's body, read on the calling thread. Closing it gives back the room it takes up. */
final class Body implements AutoCloseable {
    private static final int FIRST_BYTES = 4 * 1024;

    private final byte[] bytes;
    private final int length;
    private final Share share;

    private Body(byte[] bytes, int length, Share share) {
        this.bytes = bytes;
        this.length = length;
        this.share = share;
    }

    /** What holds it, at its beginning. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    @Override
    public void close() {
        share.close();
    }

    /**
     * Reads the whole body. Room is made for what has come, not for what was announced.
     *
     * @param share what it takes up, given back where it is refused
     * @throws RefusedException when it is longer than {@code bytesMax}, takes longer than {@code patience}, breaks HTTP, or
     *     there is no room for it
     */
    static Body read(Request request, int bytesMax, Duration patience, Share share)
            throws RefusedException {
        try {
            return readWhole(request, bytesMax, patience, share);
        } catch (RefusedException | RuntimeException refused) {
            share.close();
            throw refused;
        }
    }

    private static Body readWhole(Request request, int bytesMax, Duration patience, Share share)
            throws RefusedException {
        if (request.getLength() > bytesMax) {
            throw tooLong(bytesMax);
        }
        long end = System.nanoTime() + patience.toNanos();
        byte[] bytes = new byte[FIRST_BYTES];
        int length = 0;
        // Not closed: what is left of a refused body is Jetty's business.
        InputStream in = Content.Source.asInputStream(request);
        try {
            while (true) {
                int count = in.read(bytes, length, bytes.length - length);
                if (count < 0) {
                    return new Body(bytes, length, share);
                }
                length += count;
                if (length > bytesMax) {
                    throw tooLong(bytesMax);
                }
                if (System.nanoTime() - end > 0) {
                    throw new RefusedException(
                            HttpStatus.REQUEST_TIMEOUT_408,
                            "the body did not come within " + patience.toSeconds() + " s");
                }
                if (length == bytes.length) {
                    int larger = Math.min(2 * length, bytesMax + 1);
                    // Both are there until what was read is copied.
                    if (!share.resize(length + larger)) {
                        throw new RefusedException(
                                HttpStatus.TOO_MANY_REQUESTS_429, Session.NO_ROOM);
                    }
                    bytes = Arrays.copyOf(bytes, larger);
                }
            }
        } catch (IOException broken) {
            throw new RefusedException(
                    HttpStatus.BAD_REQUEST_400, "the body broke off, or is framed wrongly");
        }
    }

    private static RefusedException tooLong(int bytesMax) {
        return new RefusedException(
                HttpStatus.PAYLOAD_TOO_LARGE_413, "a message of more than " + bytesMax + " bytes");
    }
}
