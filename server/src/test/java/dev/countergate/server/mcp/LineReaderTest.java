package dev.countergate.server.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.server.mcp.LineReader.Line;
import dev.countergate.server.mcp.RequestRoom.Share;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LineReaderTest {
    /** Gives one byte a read, as a connection may. */
    private static InputStream trickle(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
            @Override
            public synchronized int read(byte[] into, int from, int count) {
                return super.read(into, from, Math.min(count, 1));
            }
        };
    }

    private static String next(LineReader lines) throws IOException {
        return lines.next()
                .map(
                        line ->
                                line.isTooLong()
                                        ? "too long"
                                        : new String(
                                                line.bytes(),
                                                line.from(),
                                                line.length(),
                                                StandardCharsets.UTF_8))
                .orElse("end");
    }

    @Test
    void cuts_lines_wherever_the_reads_end() throws IOException {
        LineReader lines =
                new LineReader(
                        trickle("one\n\ntwo\r\n" + "x".repeat(11) + "\nlast"), 10, Share.alone());
        assertThat(next(lines)).isEqualTo("one");
        assertThat(next(lines)).isEmpty();
        assertThat(next(lines)).isEqualTo("two\r");
        assertThat(next(lines)).isEqualTo("too long");
        assertThat(next(lines)).isEqualTo("last");
        assertThat(next(lines)).isEqualTo("end");
        assertThat(next(lines)).isEqualTo("end");
    }

    @Test
    void does_not_keep_the_room_of_its_longest_line() throws IOException {
        String text = "x".repeat(1_000_000) + "\n" + "short\n".repeat(10_000);
        LineReader lines =
                new LineReader(
                        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                        2_000_000,
                        Share.alone());
        assertThat(next(lines)).hasSize(1_000_000);
        Line line = lines.next().orElseThrow();
        for (int i = 1; i < 10_000; i++) {
            line = lines.next().orElseThrow();
        }
        assertThat(line.bytes().length).isLessThan(64 * 1024);
    }

    @Test
    void skips_a_line_there_is_no_room_for_and_gives_back_what_a_long_one_took()
            throws IOException {
        RequestRoom room = new RequestRoom();
        PrincipalId ana = PrincipalId.unix("ana");
        Share others = room.share(ana);
        assertThat(others.resize(RequestRoom.BYTES_OF_ONE_MAX - 100_000)).isTrue();
        String text = "x".repeat(1_000_000) + "\n" + "short\n".repeat(10_000);
        LineReader lines =
                new LineReader(
                        new ByteArrayInputStream((text + text).getBytes(StandardCharsets.UTF_8)),
                        2_000_000,
                        room.share(ana));

        assertThat(lines.next().orElseThrow().isWithoutRoom()).isTrue();
        for (int i = 0; i < 10_000; i++) {
            assertThat(next(lines)).isEqualTo("short");
        }
        others.close();
        assertThat(next(lines)).hasSize(1_000_000);
        for (int i = 0; i < 10_000; i++) {
            assertThat(next(lines)).isEqualTo("short");
        }
        assertThat(others.resize(RequestRoom.BYTES_OF_ONE_MAX)).isTrue();
    }
}
