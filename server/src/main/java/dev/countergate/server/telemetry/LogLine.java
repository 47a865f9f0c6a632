package dev.countergate.server.telemetry;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.LayoutBase;
import java.util.Locale;
import org.slf4j.event.KeyValuePair;

/**
 * A log event as one line of {@code key=value}: {@code time}, {@code level}, {@code logger}, {@code message}, then the
 * event's own. Values with anything but plain characters are quoted, and no text can begin a line of its own.
 */
final class LogLine extends LayoutBase<ILoggingEvent> {
    private static final int STACK_FRAMES_MAX = 12;
    private static final int VALUE_CHARACTERS_MAX = 4_096;

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        line.append("time=").append(Timestamp.of(event.getInstant()));
        add(line, "level", event.getLevel().toString().toLowerCase(Locale.ROOT));
        String logger = event.getLoggerName();
        add(line, "logger", logger.substring(logger.lastIndexOf('.') + 1));
        add(line, "message", event.getFormattedMessage());
        if (event.getKeyValuePairs() != null) {
            for (KeyValuePair pair : event.getKeyValuePairs()) {
                add(line, pair.key, String.valueOf(pair.value));
            }
        }
        if (event.getThrowableProxy() != null) {
            add(line, "exception", stack(event.getThrowableProxy()));
        }
        return line.append('\n').toString();
    }

    private static String stack(IThrowableProxy thrown) {
        StringBuilder text = new StringBuilder();
        for (IThrowableProxy each = thrown; each != null; each = each.getCause()) {
            text.append(text.isEmpty() ? "" : " caused by ")
                    .append(each.getClassName())
                    .append(": ")
                    .append(each.getMessage());
            StackTraceElementProxy[] frames = each.getStackTraceElementProxyArray();
            for (int i = 0; i < frames.length && i < STACK_FRAMES_MAX; i++) {
                text.append(' ').append(frames[i].getSTEAsString());
            }
        }
        return text.toString();
    }

    private static void add(StringBuilder line, String key, String value) {
        line.append(' ').append(key).append('=');
        boolean plain = !value.isEmpty() && value.chars().allMatch(LogLine::isPlain);
        if (plain && value.length() <= VALUE_CHARACTERS_MAX) {
            line.append(value);
            return;
        }
        line.append('"');
        value.codePoints().limit(VALUE_CHARACTERS_MAX).forEach(c -> escape(line, c));
        line.append(value.length() > VALUE_CHARACTERS_MAX ? "...\"" : "\"");
    }

    private static boolean isPlain(int c) {
        return c > ' ' && c < 127 && c != '"' && c != '\\' && c != '=';
    }

    private static void escape(StringBuilder line, int c) {
        int type = Character.getType(c);
        if (c == '"' || c == '\\') {
            line.append('\\').appendCodePoint(c);
        } else if (c == '\n') {
            line.append("\\n");
        } else if (Character.isISOControl(c)
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.SURROGATE) {
            line.append(String.format(Locale.ROOT, "\\u%04x", c));
        } else {
            line.appendCodePoint(c);
        }
    }
}
