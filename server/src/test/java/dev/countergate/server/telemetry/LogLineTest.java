package dev.countergate.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class LogLineTest {
    @Test
    void quotes_what_is_not_plain_and_keeps_to_one_line() {
        assertThat(line("ready now", "user", "a b", null))
                .endsWith(" level=info logger=Daemon message=\"ready now\" user=\"a b\"\n");
        assertThat(line("ready", "pid", "7", null)).endsWith(" message=ready pid=7\n");
    }

    @Test
    void text_of_others_cannot_begin_a_line_or_a_key() {
        assertThat(line("x\ntime=0 level=error", "k", "\u001b[31m\u2028\u202e\" forged=1", null))
                .endsWith(
                        " message=\"x\\ntime=0 level=error\""
                                + " k=\"\\u001b[31m\\u2028\\u202e\\\" forged=1\"\n")
                .hasLineCount(1);
    }

    @Test
    void tells_a_whole_exception_in_its_line() {
        assertThat(line("failed", "k", "v", new IllegalStateException("bad\nthing")))
                .hasLineCount(1)
                .contains(
                        "exception=\"java.lang.IllegalStateException: bad\\nthing at dev.countergate");
    }

    private static String line(
            String message, String key, String value, @Nullable Throwable thrown) {
        LoggerContext context = new LoggerContext();
        LoggingEvent event =
                new LoggingEvent(
                        "x",
                        context.getLogger("dev.countergate.server.daemon.Daemon"),
                        Level.INFO,
                        message,
                        thrown,
                        null);
        event.addKeyValuePair(new KeyValuePair(key, value));
        return new LogLine().doLayout(event);
    }
}
