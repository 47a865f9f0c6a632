package dev.countergate.server.backend;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A body as it came, decompressed. Immutable, as long as nobody changes {@link #bytes()}, which nobody may. Closing it
 * gives back the room it takes up among all answers; it is not read after that.
 */
public final class WireBody implements AutoCloseable {
    private static final String CHARSET = "charset=";

    private final byte[] bytes;
    private final @Nullable String contentType;
    private final HeldAnswers.@Nullable Share share;

    /**
     * A body of these bytes, which are its own from now on.
     *
     * @param contentType the header of that name as it came, or null
     */
    public WireBody(byte[] bytes, @Nullable String contentType) {
        this(bytes, contentType, null);
    }

    /** The same, closed with {@code share}, the room it takes up. */
    WireBody(byte[] bytes, @Nullable String contentType, HeldAnswers.@Nullable Share share) {
        this.bytes = bytes;
        this.contentType = contentType;
        this.share = share;
    }

    @Override
    public void close() {
        if (share != null) {
            share.close();
        }
    }

    /** The body itself, not a copy. */
    // No copy: one of every answer would cost more than the promise in the class's doc.
    public byte[] bytes() {
        return bytes;
    }

    /** The body from its beginning. */
    public InputStream stream() {
        return new ByteArrayInputStream(bytes);
    }

    /** The {@code Content-Type} as it came, or an empty text. */
    public String contentType() {
        return contentType == null ? "" : contentType;
    }

    /** Whether the body is UTF-8, as far as its {@code Content-Type} tells. */
    public boolean isUtf8() {
        return charset().equals(StandardCharsets.UTF_8);
    }

    /** The body in its declared charset, UTF-8 unless it declares one we know; what is malformed becomes U+FFFD. */
    public String text() {
        if (startsWithUtf8Mark()) {
            return new String(bytes, 3, bytes.length - 3, StandardCharsets.UTF_8);
        }
        return new String(bytes, charset());
    }

    private boolean startsWithUtf8Mark() {
        return bytes.length >= 3
                && bytes[0] == (byte) 0xEF
                && bytes[1] == (byte) 0xBB
                && bytes[2] == (byte) 0xBF;
    }

    private Charset charset() {
        if (contentType == null) {
            return StandardCharsets.UTF_8;
        }
        String lower = contentType.toLowerCase(Locale.ROOT);
        int at = lower.indexOf(CHARSET);
        if (at < 0) {
            return StandardCharsets.UTF_8;
        }
        int end = lower.indexOf(';', at);
        String name =
                lower.substring(at + CHARSET.length(), end < 0 ? lower.length() : end)
                        .replace("\"", "")
                        .strip();
        try {
            return Charset.forName(name);
        } catch (IllegalArgumentException unknown) {
            return StandardCharsets.UTF_8;
        }
    }

    @Override
    public String toString() {
        return bytes.length + " bytes of " + contentType();
    }
}
