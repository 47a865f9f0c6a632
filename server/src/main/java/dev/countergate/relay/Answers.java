package dev.countergate.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Copies what the daemon says to the client, whole lines at a time as long as they fit the buffer; longer ones pass
 * piece by piece. A client that does not read stops the copying, and with it, through the socket, the daemon.
 *
 * <p>The relay's second thread.
 */
final class Answers extends Thread {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Conversation conversation;
    private final ClientOutput output;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final byte[] seen = new byte[BUFFER_BYTES];
    private final MessageScanner scanner = new MessageScanner();

    Answers(Conversation conversation, ClientOutput output) {
        super("answers");
        this.conversation = conversation;
        this.output = output;
    }

    @Override
    public void run() {
        SocketChannel channel = conversation.awaitConnection();
        while (channel != null) {
            try {
                copy(channel);
            } catch (IOException broken) {
                // The same to the client as an end: there is no more to come.
            }
            conversation.lost(channel);
            channel = conversation.awaitConnection();
        }
    }

    private void copy(SocketChannel channel) throws IOException {
        buffer.clear();
        scanner.begin();
        int count = channel.read(buffer);
        while (count >= 0) {
            // INVARIANT: before each read the buffer holds nothing but the beginning of one line.
            int end = buffer.position();
            int at = end - count;
            buffer.get(at, seen, at, count);
            int unwritten = 0;
            int lineStart = 0;
            for (int i = at; i < end; i++) {
                if (seen[i] != '\n') {
                    continue;
                }
                scanner.accept(seen, at, i);
                String id = scanner.answeredId();
                if (id != null && conversation.answered(id)) {
                    write(unwritten, lineStart, true);
                    unwritten = i + 1;
                }
                scanner.begin();
                at = i + 1;
                lineStart = at;
            }
            scanner.accept(seen, at, end);
            write(unwritten, lineStart, true);
            if (end - lineStart == BUFFER_BYTES) {
                write(0, end, false);
                lineStart = end;
            }
            buffer.limit(end).position(lineStart);
            buffer.compact();
            count = channel.read(buffer);
        }
    }

    private void write(int from, int to, boolean wholeLines) {
        if (from < to) {
            buffer.limit(to).position(from);
            output.write(buffer, wholeLines);
        }
    }
}
