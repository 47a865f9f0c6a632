package dev.countergate.server.notice;

import dev.countergate.policy.secret.Redactor;
import java.util.Locale;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A notice as it is posted: {@code text} for a person, as Slack's incoming webhooks take it, and members for machines, which
 * those leave alone.
 */
final class NoticeBody {
    /** The longest summary, in characters. */
    static final int SUMMARY_LENGTH_MAX = 500;

    private NoticeBody() {}

    static String of(Notice notice, Redactor redactor) {
        String summary = clipped(oneLine(redactor.redact(notice.summary())));
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("text", escaped(text(notice, summary)));
        body.put("event", notice.event().word());
        if (notice.proposal() != null) {
            body.put("proposal", notice.proposal());
        }
        if (notice.code() != null) {
            body.put("code", notice.code());
        }
        if (notice.state() != null) {
            body.put("state", notice.state());
        }
        body.put("summary", summary);
        return body.toString();
    }

    private static String text(Notice notice, String summary) {
        StringBuilder text = new StringBuilder("Countergate: ");
        if (notice.proposal() == null) {
            return text.append(notice.event().word()).append(": ").append(summary).toString();
        }
        text.append(notice.event().word()).append(' ').append(notice.proposal());
        if (notice.code() != null) {
            text.append(" (code ").append(notice.code()).append(')');
        }
        if (notice.state() != null) {
            text.append(", ").append(notice.state());
        }
        return text.append(": ").append(summary).toString();
    }

    /** What Slack reads as a command stays text: {@code <!channel>} would call everybody, {@code <url|text>} hide a link. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints()
                .forEach(
                        point ->
                                line.append(
                                        isShown(point)
                                                ? Character.toString(point)
                                                : String.format(Locale.ROOT, "<U+%04X>", point)));
        return line.toString();
    }

    private static boolean isShown(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> true;
        };
    }

    private static String clipped(String text) {
        if (text.length() <= SUMMARY_LENGTH_MAX) {
            return text;
        }
        int end =
                Character.isHighSurrogate(text.charAt(SUMMARY_LENGTH_MAX - 1))
                        ? SUMMARY_LENGTH_MAX - 1
                        : SUMMARY_LENGTH_MAX;
        return text.substring(0, end) + "... [" + (text.length() - end) + " more characters]";
    }
}
