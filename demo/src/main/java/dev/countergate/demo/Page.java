package dev.countergate.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What the reader sees: blocks of text no wider than 78 characters, each given the time to be read. It says nothing more
 * once it is closed. Thread safe.
 */
final class Page implements AutoCloseable {
    private static final int WIDTH = 78;
    private static final int INDENT = 3;
    private static final int MILLIS_A_BLOCK = 200;
    private static final int MILLIS_A_CHARACTER = 9;

    private final PrintStream out;
    private final boolean isColoured;
    private final Pace pace;
    private int headings;
    private boolean isClosed;

    /**
     * @param isColoured whether a terminal reads that shows colours
     */
    Page(PrintStream out, boolean isColoured, Pace pace) {
        this.out = out;
        this.isColoured = isColoured;
        this.pace = pace;
    }

    /** How a block looks where there are colours. */
    private enum Look {
        PLAIN(""),
        HEADING("1"),
        CALL("36"),
        COMMAND("1"),
        FINE("2"),
        GOOD("32"),
        STOPPED("33"),
        BAD("31");

        private final String code;

        Look(String code) {
            this.code = code;
        }
    }

    /** What it is all about. */
    void title(String text) throws InterruptedException {
        block(Look.HEADING, 0, 0, text);
    }

    /** Begins a part. */
    void heading(String text) throws InterruptedException {
        headings++;
        print("", Look.PLAIN, List.of(""));
        block(Look.HEADING, 0, INDENT, headings + ". " + text);
    }

    /** Tells the reader something. */
    void words(String text) throws InterruptedException {
        block(Look.PLAIN, INDENT, 0, text);
    }

    /** Says in passing what can be left unread. */
    void fine(String text) throws InterruptedException {
        block(Look.FINE, INDENT, 0, text);
    }

    /** What the agent calls. */
    void call(String text) throws InterruptedException {
        block(Look.CALL, INDENT, 2, "agent> " + text);
    }

    /** What is typed at a shell. */
    void command(String text) throws InterruptedException {
        block(Look.COMMAND, INDENT, 2, "$ " + text);
    }

    /** What was answered. */
    void answer(String text) throws InterruptedException {
        block(Look.PLAIN, INDENT + 2, 2, text);
    }

    /** What was answered and is as it should be. */
    void good(String text) throws InterruptedException {
        block(Look.GOOD, INDENT + 2, 2, text);
    }

    /** What was stopped. */
    void stopped(String text) throws InterruptedException {
        block(Look.STOPPED, INDENT + 2, 2, text);
    }

    /** What went wrong. */
    void bad(String text) throws InterruptedException {
        block(Look.BAD, INDENT + 2, 2, text);
    }

    private void block(Look look, int indent, int hanging, String text)
            throws InterruptedException {
        print(" ".repeat(indent), look, wrapped(text, WIDTH - indent, hanging));
        rest(text);
    }

    private synchronized void print(String margin, Look look, List<String> lines) {
        if (isClosed) {
            return;
        }
        for (String line : lines) {
            boolean isPlain = !isColoured || look.code.isEmpty();
            out.println(
                    margin + (isPlain ? line : "\u001b[" + look.code + "m" + line + "\u001b[0m"));
        }
        out.flush();
    }

    private void rest(String text) throws InterruptedException {
        pace.rest(Duration.ofMillis(MILLIS_A_BLOCK + (long) MILLIS_A_CHARACTER * text.length()));
    }

    /** The words of {@code text} in lines of {@code width} at most; a word that is wider stands alone and whole. */
    static List<String> wrapped(String text, int width, int hanging) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.toString().isBlank() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line = new StringBuilder(" ".repeat(hanging)).append(word);
            } else {
                line.append(line.isEmpty() ? "" : " ").append(word);
            }
        }
        lines.add(line.toString());
        return lines;
    }

    /** From now on nothing is said. */
    @Override
    public synchronized void close() {
        isClosed = true;
    }
}
