package dev.countergate.server.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What results are read on.
 *
 * @param columns how many characters a line holds; 0 where lines may be of any length, as in a file
 * @param isColoured whether what matters may be coloured
 */
public record Screen(int columns, boolean isColoured) {
    /** A file, or another program. */
    public static final Screen NONE = new Screen(0, false);

    /** Narrower ones are treated as this. */
    private static final int COLUMNS_MIN = 40;

    private static final int STTY_MILLIS = 500;

    public Screen {
        columns = columns <= 0 ? 0 : Math.max(columns, COLUMNS_MIN);
    }

    /** What this process's standard streams are, both of them: where one is no terminal, neither counts as one. */
    public static Screen of(Map<String, String> environment) {
        if (!isTerminal()) {
            return NONE;
        }
        boolean isColoured =
                environment.getOrDefault("NO_COLOR", "").isEmpty()
                        && !environment.getOrDefault("TERM", "dumb").equals("dumb");
        return new Screen(columns(environment.getOrDefault("COLUMNS", "")), isColoured);
    }

    // JDK 25 gives null again where there is no terminal.
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        java.io.Console console = System.console();
        return console != null && console.isTerminal();
    }

    private static int columns(String named) {
        if (named.matches("[0-9]{1,5}")) {
            return Integer.parseInt(named);
        }
        try {
            Process stty =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(new File("/dev/tty"))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!stty.waitFor(STTY_MILLIS, TimeUnit.MILLISECONDS)) {
                stty.destroyForcibly();
                return 0;
            }
            String size =
                    new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                            .strip();
            return size.matches("[0-9]{1,5} [0-9]{1,5}")
                    ? Integer.parseInt(size.substring(size.indexOf(' ') + 1))
                    : 0;
        } catch (IOException noStty) {
            return 0;
        } catch (InterruptedException nobodyWaits) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }
}
