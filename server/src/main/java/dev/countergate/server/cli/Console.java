package dev.countergate.server.cli;

import dev.countergate.relay.ExitCode;
import dev.countergate.server.approver.RefusedException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
 */
public record Console(
        Map<String, String> environment, Path directory, PrintStream out, PrintStream err) {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    public Console {
        environment = Map.copyOf(environment);
    }

    /** Prints a result as JSON. */
    void print(JsonNode json) {
        out.println(JSON.writeValueAsString(json));
    }

    /** Prints a line of a result. */
    void print(String line) {
        out.println(line);
    }

    /** Says why a command failed, one line with what to do, and gives its exit code. */
    public int fail(String line) {
        err.println("countergate: " + line);
        return ExitCode.FAILED;
    }

    /** Says what is not done on purpose, and why, and gives its exit code. */
    int refuse(RefusedException refused) {
        err.println("countergate: refused: " + refused.getMessage() + " [" + refused.code() + "]");
        return ExitCode.REFUSED;
    }

    /** Says something in passing. */
    void note(String line) {
        err.println("countergate: " + line);
    }

    /** Prints rows under each other in columns as wide as they need to be. */
    void table(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String cell = row.get(i);
                line.append(cell);
                if (i < columns - 1) {
                    line.append(" ".repeat(widths[i] - cell.length() + 2));
                }
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
