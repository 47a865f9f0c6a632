package dev.countergate.server.cli;

import dev.countergate.policy.result.VisibleText;
import dev.countergate.relay.ExitCode;
import dev.countergate.server.approver.RefusedException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a command sees of the world.
 *
 * @param environment its variables
 * @param directory where it was typed
 * @param out for results
 * @param err for everything else
 * @param screen what results are read on
 */
public record Console(
        Map<String, String> environment,
        Path directory,
        PrintStream out,
        PrintStream err,
        Screen screen) {
    /** Of a finding's state and the gap after it. */
    private static final int STATE_WIDTH = 9;

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    public Console {
        environment = Map.copyOf(environment);
    }

    /** One whose results go into a file, or to another program. */
    public Console(
            Map<String, String> environment, Path directory, PrintStream out, PrintStream err) {
        this(environment, directory, out, err, Screen.NONE);
    }

    /** The same, read on {@code other}. */
    public Console on(Screen other) {
        return new Console(environment, directory, out, err, other);
    }

    /** Prints a result as JSON. */
    void print(JsonNode json) {
        out.println(escaped(JSON.writeValueAsString(json)));
    }

    /** Prints one of many results as JSON, on a line of its own. */
    void printLine(JsonNode json) {
        out.println(escaped(json.toString()));
    }

    /** Prints a result for people; what a terminal would obey or not show is written out. */
    void print(String text) {
        out.println(VisibleText.visible(text));
    }

    /** Prints a line of a result, going on below itself, indented, where the screen is too narrow for it. */
    void print(Tone tone, String line, int indent) {
        Layout.hanging(VisibleText.line(line), indent, screen.columns())
                .forEach(each -> out.println(tone.of(each, screen)));
    }

    /** Prints one finding of many: its state, which alone is in its tone, what was looked at, and the text below itself. */
    void finding(Tone tone, String state, String what, String text) {
        String start = Layout.padded(state, STATE_WIDTH) + VisibleText.line(what) + "  ";
        List<String> lines =
                Layout.lastCell(
                        start, Layout.width(start), VisibleText.line(text), screen.columns());
        out.println(tone.of(state, screen) + lines.getFirst().substring(state.length()));
        lines.stream().skip(1).forEach(out::println);
    }

    /** Says why a command failed, one line with what to do, and gives its exit code. */
    public int fail(String line) {
        note(line);
        return ExitCode.FAILED;
    }

    /** Says what is not done on purpose, and why, and gives its exit code. */
    int refuse(RefusedException refused) {
        note("refused: " + refused.getMessage() + " [" + refused.code() + "]");
        return ExitCode.REFUSED;
    }

    /** Says something in passing. */
    void note(String line) {
        err.println("countergate: " + VisibleText.visible(line));
    }

    /** Says what is waited for, should it take long; closing ends that. */
    Waiting waiting(Supplier<String> what) {
        return new Waiting(what, this);
    }

    /** The same for what is said in the same words throughout. */
    Waiting waiting(String what) {
        return waiting(() -> what);
    }

    /** Prints rows under each other, the first with the names of the columns. */
    void table(List<List<String>> rows) {
        lines(rows, true, row -> Tone.PLAIN);
    }

    /** The same, each row in the tone that {@code tones} gives its index. */
    void table(List<List<String>> rows, IntFunction<Tone> tones) {
        lines(rows, true, tones);
    }

    /**
     * Prints what a command lists: as JSON, in rows, or that there is nothing.
     *
     * @param none what is said where there is nothing, with what to do
     * @param rows made only where they are shown, the first with the names of the columns
     */
    void listing(boolean json, JsonNode all, String none, Supplier<List<List<String>>> rows) {
        if (json) {
            print(all);
        } else if (all.isEmpty()) {
            print(none);
        } else {
            table(rows.get());
        }
    }

    /** Prints rows under each other that have no names. */
    void list(List<List<String>> rows) {
        lines(rows, false, row -> Tone.PLAIN);
    }

    private void lines(List<List<String>> rows, boolean heads, IntFunction<Tone> tones) {
        List<List<String>> visible =
                rows.stream().map(row -> row.stream().map(VisibleText::line).toList()).toList();
        List<List<String>> lines = Layout.table(visible, heads, screen.columns());
        for (int row = 0; row < lines.size(); row++) {
            for (String line : lines.get(row)) {
                out.println(tones.apply(row).of(line, screen));
            }
        }
    }

    /** Hidden characters stand in strings alone, where their escapes mean the same. */
    private static String escaped(String json) {
        if (VisibleText.visible(json).equals(json)) {
            return json;
        }
        StringBuilder escaped = new StringBuilder();
        json.codePoints()
                .forEach(
                        point -> {
                            String each = Character.toString(point);
                            if (VisibleText.visible(each).equals(each)) {
                                escaped.append(each);
                            } else {
                                each.chars()
                                        .forEach(
                                                unit ->
                                                        escaped.append("\\u")
                                                                .append(
                                                                        HexFormat.of()
                                                                                .toHexDigits(
                                                                                        (char)
                                                                                                unit)));
                            }
                        });
        return escaped.toString();
    }
}
