package dev.countergate.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A fresh folder for all that the demo makes, in which Countergate's commands find neither the user's home nor their
 * settings.
 *
 * <p>A small process waits for this one to end, however it ends, then stops the daemon and removes the folder: so nothing
 * is left even where the demo is killed.
 */
final class Workspace implements AutoCloseable {
    /** What of the caller's environment the commands get to see. */
    private static final List<String> KEPT =
            List.of("PATH", "TERM", "LANG", "LC_ALL", "LC_CTYPE", "COUNTERGATE_JAVA_HOME");

    /** What the demo says to it last; where it is killed, it says nothing. */
    private static final String DONE = "done\n";

    /** What a terminal sends to all of its processes does not end it. */
    private static final String SWEEPING =
            """
            trap '' INT TERM HUP
            launcher=$1 state=$2 folder=$3
            sweep() {
                [ ! -d "$state" ] || "$launcher" stop --state "$state" >/dev/null 2>&1
                rm -rf -- "$folder"
            }
            read -r end
            sweep
            [ "$end" != done ] || exit 0
            # A daemon that was about to start may come all the same; so may what others put there.
            for _ in 1 2 3 4 5 6 7 8 9 10; do
                sleep 1
                if [ -O "$folder" ] && [ ! -L "$folder" ]; then sweep; fi
            done
            """;

    private static final int SWEEPING_SECONDS_MAX = 30;

    private final Path folder;
    private final Path launcher;
    private final Map<String, String> environment;
    private final Process sweeper;
    private final AtomicBoolean isSwept = new AtomicBoolean();

    /**
     * Makes the folder.
     *
     * @param caller the environment this process was started in
     * @param launcher the program
     */
    Workspace(Map<String, String> caller, Path launcher) throws IOException {
        this.launcher = launcher;
        // A short name: sockets lie in it, whose paths may not be long.
        String temporary = caller.getOrDefault("TMPDIR", "");
        folder =
                Files.createTempDirectory(
                                Path.of(
                                        temporary.isEmpty()
                                                ? System.getProperty("java.io.tmpdir")
                                                : temporary),
                                "cg-demo")
                        .toRealPath();
        environment = environment(caller);
        ProcessBuilder builder =
                new ProcessBuilder(
                                "/bin/sh",
                                "-c",
                                SWEEPING,
                                "sh",
                                launcher.toString(),
                                state().toString(),
                                folder.toString())
                        .directory(Path.of("/").toFile())
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(environment);
        sweeper = builder.start();
        Files.createDirectory(file("home"));
        try (InputStream catalogue =
                Objects.requireNonNull(Workspace.class.getResourceAsStream("tools.yaml"))) {
            Files.copy(catalogue, catalogue());
        }
    }

    private Map<String, String> environment(Map<String, String> caller) {
        Map<String, String> kept = new HashMap<>();
        for (String name : KEPT) {
            String value = caller.get(name);
            if (value != null) {
                kept.put(name, value);
            }
        }
        kept.put("HOME", file("home").toString());
        kept.put("XDG_CONFIG_HOME", file("home/config").toString());
        kept.put("XDG_STATE_HOME", file("home/state").toString());
        kept.put("COUNTERGATE_LAUNCHER", launcher.toString());
        kept.put("COUNTERGATE_BUILD", "never");
        kept.put("COUNTERGATE_CONFIG", catalogue().toString());
        kept.put("COUNTERGATE_STATE", state().toString());
        return kept;
    }

    /** A file in the folder. */
    Path file(String name) {
        return folder.resolve(name);
    }

    /** The demo's catalogue. */
    Path catalogue() {
        return file("tools.yaml");
    }

    /** The daemon's state directory. */
    Path state() {
        return file("s");
    }

    /** The program. */
    Path launcher() {
        return launcher;
    }

    /** What every process of the demo has for its environment. */
    Map<String, String> environment() {
        return Map.copyOf(environment);
    }

    /** Adds variables for the processes started from now on. */
    void add(Map<String, String> variables) {
        environment.putAll(variables);
    }

    /**
     * Ends every process this one has started, and does what {@link #close} does; for when this one is being ended itself.
     */
    void abandon() {
        ProcessHandle.current()
                .children()
                .filter(each -> each.pid() != sweeper.pid())
                .forEach(ProcessHandle::destroy);
        sweep("");
    }

    /** Stops the daemon and removes the folder; returns when both is done. */
    @Override
    public void close() {
        sweep(DONE);
    }

    private void sweep(String last) {
        if (!isSwept.compareAndSet(false, true)) {
            return;
        }
        try (OutputStream in = sweeper.getOutputStream()) {
            in.write(last.getBytes(US_ASCII));
        } catch (IOException gone) {
            throw new IllegalStateException(
                    "what cleans up is gone: remove `" + folder + "`", gone);
        }
        awaitGone();
    }

    private void awaitGone() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SWEEPING_SECONDS_MAX);
        try {
            while (Files.exists(folder)) {
                if (System.nanoTime() - end > 0) {
                    throw new IllegalStateException("`" + folder + "` is not gone yet: remove it");
                }
                TimeUnit.MILLISECONDS.sleep(10);
            }
        } catch (InterruptedException nobodyWaits) {
            Thread.currentThread().interrupt();
        }
    }
}
