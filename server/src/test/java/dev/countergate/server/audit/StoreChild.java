package dev.countergate.server.audit;

import dev.countergate.policy.secret.Redactor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A process that writes a store until it is killed, and says on standard output what was acknowledged to it: {@code ok N} for
 * each transaction, {@code no N} for each refused, {@code trouble} where the store tells of some.
 */
final class StoreChild implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;

    private StoreChild(Process process) {
        this.process = process;
        this.out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts one.
     *
     * @param halt the number of the transaction it is to halt within, or after when negative; 0 for never
     */
    static StoreChild start(Path directory, int halt, int textLength) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(StoreChild.class.getName());
        command.addAll(List.of(directory.toString(), "" + halt, "" + textLength));
        return new StoreChild(
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
    }

    /** What it says next; {@code end} when it has ended. */
    String next() throws IOException {
        String line = out.readLine();
        return line == null ? "end" : line;
    }

    long pid() {
        return process.pid();
    }

    /** With SIGKILL, and without closing what it said. */
    void kill() {
        process.toHandle().destroyForcibly();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }

    public static void main(String[] arguments) throws Exception {
        int halt = Integer.parseInt(arguments[1]);
        String text = "x".repeat(Integer.parseInt(arguments[2]));
        SqliteStore store = SqliteStore.open(Path.of(arguments[0]), Redactor.of(List.of()));
        // Each transaction has a leaf of its own and another, so that no number comes twice.
        for (long i = store.size() + 1; ; i++) {
            long number = i;
            store.later(new Leaf("read", Instant.EPOCH, Map.of("read", "r" + number)));
            try {
                store.write(
                        in -> {
                            in.append(
                                    new Leaf(
                                            "done",
                                            Instant.EPOCH,
                                            Map.of("number", "n" + number, "text", text)));
                            if (number == halt) {
                                Runtime.getRuntime().halt(9);
                            }
                            return in.settle("n" + number, text);
                        });
                System.out.println("ok " + number);
                if (number == -halt) {
                    Runtime.getRuntime().halt(9);
                }
            } catch (StoreException refused) {
                System.out.println((refused.mayHaveHappened() ? "unsure " : "no ") + number);
            }
            store.trouble().ifPresent(trouble -> System.out.println("trouble"));
        }
    }
}
