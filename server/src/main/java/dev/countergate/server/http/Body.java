package dev.countergate.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/** A request's body, read on the calling thread. */
final class Body {
    private static final int FIRST_BYTES = 4 * 1024;

    private final byte[] bytes;
    private final int length;

    private Body(byte[] bytes, int length) {
        this.bytes = bytes;
        this.length = length;
    }

    /** What holds it, at its beginning. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /**
     * Reads the whole body. Room is made for what has come, not for what was announced.
     *
     * @throws RefusedException when it is longer than {@code bytesMax}, takes longer than {@code patience}, or breaks HTTP
     */
    static Body read(Request request, int bytesMax, Duration patience) throws RefusedException {
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
                    return new Body(bytes, length);
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
                    bytes = Arrays.copyOf(bytes, Math.min(2 * length, bytesMax + 1));
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
