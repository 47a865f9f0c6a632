package dev.countergate.server.mcp;

import dev.countergate.server.mcp.RequestRoom.Share;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Cuts a stream into lines, holding at most one in memory.
 *
 * <p>Not thread safe.
 */
final class LineReader {
    private static final int FIRST_BYTES = 16 * 1024;

    private final InputStream in;
    private final int lineBytesMax;
    private final Share share;

    private byte[] buffer = new byte[FIRST_BYTES];
    private int start;
    private int end;
    private boolean atEnd;

    /**
     * Reads {@code in}; a line longer than {@code lineBytesMax}, without its end, is skipped.
     *
     * @param share what a long line takes up; one there is no room for is skipped too
     */
    LineReader(InputStream in, int lineBytesMax, Share share) {
        this.in = in;
        this.lineBytesMax = lineBytesMax;
        this.share = share;
    }

    /** A line without its line feed, in a buffer that is overwritten by the next read. */
    static final class Line {
        private static final int TOO_LONG = -1;
        private static final int NO_ROOM = -2;

        private final byte[] bytes;
        private final int from;
        private final int length;

        private Line(byte[] bytes, int from, int length) {
            this.bytes = bytes;
            this.from = from;
            this.length = length;
        }

        byte[] bytes() {
            return bytes;
        }

        int from() {
            return from;
        }

        int length() {
            return length;
        }

        /** Whether the line was too long, and is gone. */
        boolean isTooLong() {
            return length == TOO_LONG;
        }

        /** Whether there was no room for the line, and it is gone. */
        boolean isWithoutRoom() {
            return length == NO_ROOM;
        }

        boolean isBlank() {
            for (int at = from; at < from + length; at++) {
                if (bytes[at] != ' ' && bytes[at] != '\t' && bytes[at] != '\r') {
                    return false;
                }
            }
            return length >= 0;
        }
    }

    /**
     * The next line; the last one may lack its line feed.
     *
     * @return empty at the end of input
     */
    Optional<Line> next() throws IOException {
        int scanned = start;
        while (true) {
            for (int at = scanned; at < end; at++) {
                if (buffer[at] == '\n') {
                    Line line = line(start, at);
                    start = at + 1;
                    return Optional.of(line);
                }
            }
            if (end - start > lineBytesMax) {
                return skip(Line.TOO_LONG);
            }
            scanned = end - start;
            if (!makeRoom()) {
                return skip(Line.NO_ROOM);
            }
            if (!fill()) {
                Line line = line(start, end);
                start = end;
                return line.length == 0 ? Optional.empty() : Optional.of(line);
            }
        }
    }

    private Line line(int from, int to) {
        int length = to - from;
        return new Line(buffer, from, length > lineBytesMax ? Line.TOO_LONG : length);
    }

    /** Drops everything up to the next line feed. */
    private Optional<Line> skip(int why) throws IOException {
        while (true) {
            start = end;
            makeRoom();
            boolean more = fill();
            for (int at = start; at < end; at++) {
                if (buffer[at] == '\n') {
                    start = at + 1;
                    return Optional.of(new Line(buffer, start, why));
                }
            }
            if (!more) {
                start = end;
                return Optional.of(new Line(buffer, start, why));
            }
        }
    }

    /** Moves what is unread to the front of a buffer with room behind it; false where there is none to be had. */
    private boolean makeRoom() {
        int unread = end - start;
        byte[] into = buffer;
        if (unread == buffer.length) {
            int larger = (int) Math.min(2L * buffer.length, lineBytesMax + 1L + FIRST_BYTES);
            // Both are there until what was read is copied.
            if (!share.resize(buffer.length + larger)) {
                return false;
            }
            into = new byte[larger];
        } else if (unread < FIRST_BYTES && buffer.length > FIRST_BYTES) {
            // An idle session does not keep the room its longest message needed.
            into = new byte[FIRST_BYTES];
        }
        System.arraycopy(buffer, start, into, 0, unread);
        buffer = into;
        share.resize(buffer.length == FIRST_BYTES ? 0 : buffer.length);
        start = 0;
        end = unread;
        return true;
    }

    /** Reads more behind what is unread; false at the end of input. */
    private boolean fill() throws IOException {
        if (atEnd) {
            return false;
        }
        int count = in.read(buffer, end, buffer.length - end);
        atEnd = count < 0;
        end += Math.max(count, 0);
        return !atEnd;
    }
}
