package dev.countergate.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Copies what the client says to the daemon, byte for byte, and notes which requests are on their way. Where there is
 * no daemon it fetches one at the beginning of the next line; where there can be none, it answers requests itself.
 *
 * <p>The relay's first thread.
 */
final class Questions {
    private static final int BUFFER_BYTES = 64 * 1024;

    /** Longer opening lines are not kept, and the session is then not taken up again after a restart. */
    private static final int KEPT_LINE_BYTES_MAX = 64 * 1024;

    /** How often a connection that breaks before the session is taken up again is tried anew. */
    private static final int ATTEMPTS_MAX = 3;

    private static final String WENT_AWAY =
            "the countergate daemon went away while it was asked: see its log, and ask again";

    /** Gives a connection, or says why there is none. */
    interface Source {
        /**
         * Connects, starting a daemon where that is allowed.
         *
         * @return null when there is none to be had
         */
        @Nullable SocketChannel connect();

        /** Why the last attempt failed, for the client to read. */
        String reason();

        /** A request was answered with the reason. */
        void refused(boolean opening);
    }

    private final ReadableByteChannel client;
    private final Conversation conversation;
    private final ClientOutput output;
    private final Source source;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final byte[] seen = new byte[BUFFER_BYTES];
    private final MessageScanner scanner = new MessageScanner();
    private final byte[] kept = new byte[KEPT_LINE_BYTES_MAX];
    private int keptBytes;
    private boolean noted;
    private String reason = "";

    /** The line under way has no daemon to go to: what is left of it is looked at and dropped. */
    private boolean dropping;

    private boolean lineBegun;

    Questions(
            ReadableByteChannel client,
            Conversation conversation,
            ClientOutput output,
            Source source) {
        this.client = client;
        this.conversation = conversation;
        this.output = output;
        this.source = source;
    }

    /** Copies until the client's input ends. */
    void copy() throws IOException {
        scanner.begin();
        while (client.read(buffer.clear()) >= 0) {
            int end = buffer.position();
            buffer.get(0, seen, 0, end);
            int from = 0;
            while (from < end) {
                from = take(from, end);
            }
        }
    }

    /** Deals with what can be dealt with in one way, and gives where that ends. */
    private int take(int from, int end) throws IOException {
        if (dropping) {
            int lineEnd = lineEnd(from, end);
            look(from, lineEnd);
            dropping = lineBegun;
            return lineEnd;
        }
        SocketChannel channel = conversation.connection();
        if (channel == null) {
            if (!lineBegun) {
                channel = connect();
            }
            if (channel == null) {
                dropping = true;
                return from;
            }
        }
        look(from, end);
        if (!send(channel, from, end)) {
            conversation.lost(channel);
            reason = WENT_AWAY;
        }
        return end;
    }

    /** A daemon that was killed may take a connection yet, and drop it: then its successor is asked for. */
    private @Nullable SocketChannel connect() {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            SocketChannel channel = source.connect();
            if (channel == null) {
                reason = source.reason();
                return null;
            }
            try {
                conversation.resume(channel);
            } catch (IOException broken) {
                conversation.lost(channel);
            }
            SocketChannel resumed = conversation.connection();
            if (resumed != null) {
                return resumed;
            }
        }
        reason = WENT_AWAY;
        return null;
    }

    private boolean send(SocketChannel channel, int from, int end) {
        buffer.limit(end).position(from);
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            return true;
        } catch (IOException broken) {
            return false;
        } finally {
            buffer.limit(buffer.capacity());
        }
    }

    /** Where the line that holds {@code from} ends, behind its line break; {@code end} when that is not here yet. */
    private int lineEnd(int from, int end) {
        for (int i = from; i < end; i++) {
            if (seen[i] == '\n') {
                return i + 1;
            }
        }
        return end;
    }

    /** Notes what the lines between {@code from} and {@code end} are. */
    private void look(int from, int end) {
        int at = from;
        while (at < end) {
            int next = lineEnd(at, end);
            boolean whole = seen[next - 1] == '\n';
            scan(at, whole ? next - 1 : next);
            lineBegun = !whole;
            if (whole) {
                finish();
            }
            at = next;
        }
    }

    private void scan(int from, int to) {
        if (scanner.isSettled() && !isOpening()) {
            return;
        }
        int room = Math.min(to - from, kept.length - keptBytes);
        System.arraycopy(seen, from, kept, keptBytes, room);
        keptBytes += room;
        scanner.accept(seen, from, to);
        String id = scanner.requestId();
        if (id != null && !noted) {
            noted = true;
            if (dropping) {
                output.error(id, reason);
                source.refused(isOpening());
            } else {
                conversation.asked(id);
            }
        }
    }

    private void finish() {
        // A line that filled the room did perhaps not fit.
        if (!dropping && keptBytes < kept.length) {
            kept[keptBytes++] = '\n';
            String id = scanner.requestId();
            if (id != null && scanner.isMethod("initialize")) {
                conversation.opened(line(), id);
            } else if (scanner.isMethod("notifications/initialized")) {
                conversation.confirmed(line());
            }
        }
        keptBytes = 0;
        noted = false;
        scanner.begin();
    }

    private boolean isOpening() {
        return scanner.isMethod("initialize");
    }

    private byte[] line() {
        byte[] line = new byte[keptBytes];
        System.arraycopy(kept, 0, line, 0, keptBytes);
        return line;
    }
}
