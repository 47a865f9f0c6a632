package dev.countergate.server.daemon;

import dev.countergate.policy.token.UtcTime;
import dev.countergate.relay.ExitCode;
import dev.countergate.server.daemon.OperatorListener.Operation;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A whole process's life as the daemon of one state directory: lock, service, signals, restarts, exit code. */
public final class DaemonProcess {
    /** How long an auto-started daemon waits for the one before it to finish, besides that one's drain. */
    private static final Duration HANDOVER = Duration.ofSeconds(5);

    /** What came of building the service. */
    public sealed interface Built {
        /** There is one. */
        record Ready(Service service, Map<String, Operation> operations) implements Built {
            public Ready {
                operations = Map.copyOf(operations);
            }
        }

        /**
         * The catalogue or the settings have faults.
         *
         * @param lines all of them, each with its position
         */
        record Faulty(List<String> lines) implements Built {
            public Faulty {
                lines = List.copyOf(lines);
            }
        }
    }

    /** Builds the service; called again for each restart. */
    @FunctionalInterface
    public interface Source {
        /** Reads the catalogue and builds what serves it. */
        Built build() throws IOException;
    }

    private final DaemonSettings settings;
    private final Source source;
    private final Map<String, String> environment;
    private final PrintStream error;
    private final AtomicReference<@Nullable Daemon> current = new AtomicReference<>();
    private final CountDownLatch over = new CountDownLatch(1);

    /**
     * A process that has not begun.
     *
     * @param error where faults and failures are told
     */
    public DaemonProcess(
            DaemonSettings settings,
            Source source,
            Map<String, String> environment,
            PrintStream error) {
        this.settings = settings;
        this.source = source;
        this.environment = Map.copyOf(environment);
        this.error = error;
    }

    /** Runs until the daemon is told to end, or the process is, and gives the exit code. */
    public int run() throws InterruptedException {
        Thread signalled = new Thread(this::endForSignal, "signalled");
        Runtime.getRuntime().addShutdownHook(signalled);
        try {
            settings.state().create();
            try (StateLock _ = takeLock()) {
                return serve();
            }
        } catch (StateLock.HeldException held) {
            error.println(
                    "countergate: the state directory `"
                            + settings.state().path()
                            + "` is in use by "
                            + held.getMessage()
                            + ": `countergate stop` ends it");
            return ExitCode.FAILED;
        } catch (IOException failure) {
            error.println(
                    "countergate: cannot serve from `"
                            + settings.state().path()
                            + "`: "
                            + failure
                            + ": see `countergate doctor`");
            return ExitCode.FAILED;
        } finally {
            over.countDown();
        }
    }

    private int serve() throws IOException, InterruptedException {
        Daemon.End end;
        do {
            switch (source.build()) {
                case Built.Faulty(List<String> lines) -> {
                    lines.forEach(error::println);
                    return ExitCode.INVALID_CONFIGURATION;
                }
                case Built.Ready(Service service, Map<String, Operation> operations) -> {
                    try (service) {
                        Daemon daemon =
                                new Daemon(
                                        settings,
                                        service,
                                        InstantSource.system(),
                                        System::nanoTime);
                        current.set(daemon);
                        end = daemon.run(operations, environment);
                    }
                }
            }
        } while (end == Daemon.End.RESTART);
        return ExitCode.DONE;
    }

    /** One that a relay started may have to wait for its predecessor, which has just been asked to end. */
    private StateLock takeLock() throws IOException, StateLock.HeldException, InterruptedException {
        String holder =
                "process "
                        + ProcessHandle.current().pid()
                        + " since "
                        + UtcTime.text(Instant.now())
                        + ", version "
                        + settings.version();
        long patience =
                settings.autoStarted() ? settings.drainAllowed().plus(HANDOVER).toNanos() : 0;
        long end = System.nanoTime() + patience;
        while (true) {
            try {
                return StateLock.take(settings.state().lock(), holder);
            } catch (StateLock.HeldException held) {
                if (System.nanoTime() - end >= 0) {
                    throw held;
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    /** The process was told to end: what is in flight finishes first, within the daemon's bound. */
    private void endForSignal() {
        Daemon daemon = current.get();
        if (daemon == null) {
            return;
        }
        daemon.end(Daemon.End.STOPPED);
        try {
            // A process that does not end in time is ended by the virtual machine, right after
            // this.
            boolean ended =
                    over.await(
                            settings.drainAllowed().plus(HANDOVER).toMillis(),
                            TimeUnit.MILLISECONDS);
            if (!ended) {
                error.println("countergate: the daemon did not end in time");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
