package dev.countergate.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * The client's end of what the relay writes: whole lines of the daemon, and between them lines of the relay's own.
 *
 * <p>Thread safe. When the client has gone nobody is left to answer, and the process ends.
 */
final class ClientOutput {
    /** JSON-RPC's range for servers; what MCP clients call "connection closed". */
    private static final int CONNECTION_CLOSED = -32000;

    private final WritableByteChannel channel;
    private boolean insideLine;

    ClientOutput(WritableByteChannel channel) {
        this.channel = channel;
    }

    /** Writes what lies between the buffer's position and limit; {@code wholeLines} when it ends a line. */
    synchronized void write(ByteBuffer bytes, boolean wholeLines) {
        if (!bytes.hasRemaining()) {
            return;
        }
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException clientGone) {
            Runtime.getRuntime().halt(ExitCode.FAILED);
        }
        insideLine = !wholeLines;
    }

    /** Ends a line the daemon began and will never end. */
    synchronized void endLine() {
        if (insideLine) {
            write(ByteBuffer.wrap(new byte[] {'\n'}), true);
        }
    }

    /** Answers the request {@code id}, given exactly as the client wrote it, with an error. */
    void error(String id, String message) {
        write(
                ByteBuffer.wrap(
                        ("{\"jsonrpc\":\"2.0\",\"id\":"
                                        + id
                                        + ",\"error\":{\"code\":"
                                        + CONNECTION_CLOSED
                                        + ",\"message\":\"")
                                .getBytes(StandardCharsets.ISO_8859_1)),
                false,
                ByteBuffer.wrap((escaped(message) + "\"}}\n").getBytes(StandardCharsets.UTF_8)));
    }

    private synchronized void write(ByteBuffer first, boolean whole, ByteBuffer second) {
        endLine();
        write(first, whole);
        write(second, true);
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                escaped.append('\\').append(c);
            } else if (c == '\n') {
                escaped.append("\\n");
            } else if (c < ' ' || Character.isSurrogate(c)) {
                escaped.append(' ');
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
