package dev.countergate.server.backend.ssm;

import dev.countergate.demo.ssm.SimulatedInstance;
import dev.countergate.demo.ssm.SimulatorClock;
import dev.countergate.demo.ssm.SsmSimulator;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.SsmAction;
import dev.countergate.policy.request.SsmRequest;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A simulator, and a backend that talks to it with credentials from the SDK's default chain. */
final class SsmBackendFixture implements AutoCloseable {
    static final BackendName FLEET = new BackendName("fleet");
    static final String ONE = "i-0123456789abcdef0";
    static final String TWO = "i-0123456789abcdef1";
    static final UUID MARK = UUID.fromString("0f8fad5b-d9cb-469f-a165-70867728950e");
    static final SsmAction.Run RUN = new SsmAction.Run(null, null, 60, null);

    private final SsmSimulator simulator;
    private final SsmBackend backend;
    private final Path sandboxes;

    SsmBackendFixture(SimulatorClock clock, Path sandboxes, Backend.Limits limits) {
        this.sandboxes = sandboxes;
        simulator = SsmSimulator.start(clock);
        simulator.fleet().put(instance(ONE));
        backend = backend(simulator.endpoint(), limits, clock::now);
    }

    /** Quick enough for tests that wait in real time. */
    static SsmBackend backend(URI endpoint, Backend.Limits limits, InstantSource clock) {
        System.setProperty("aws.accessKeyId", "AKIDSIMULATED");
        System.setProperty("aws.secretAccessKey", "simulated");
        return new SsmBackend(declared(endpoint, limits, null, null), pace(), clock, () -> MARK);
    }

    static Backend.Ssm declared(
            URI endpoint, Backend.Limits limits, @Nullable String profile, @Nullable String role) {
        return new Backend.Ssm(FLEET, "eu-west-1", endpoint, profile, role, null, limits);
    }

    static Pace pace() {
        return new Pace(
                Duration.ofMillis(5),
                Duration.ofMillis(50),
                Duration.ofMillis(600),
                Duration.ofSeconds(5));
    }

    static Backend.Limits limits() {
        return new Backend.Limits(16, 16 << 20, Duration.ofSeconds(10));
    }

    SsmSimulator simulator() {
        return simulator;
    }

    SsmBackend backend() {
        return backend;
    }

    SimulatedInstance instance(String id) {
        try {
            return SimulatedInstance.online(id, Files.createDirectories(sandboxes.resolve(id)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static SsmRequest.Commands commands(List<String> instances, String... lines) {
        return new SsmRequest.Commands(
                FLEET, new SsmRequest.Targets(instances, Map.of()), List.of(lines), RUN);
    }

    static SsmRequest.Commands tagged(String tag, String value, String... lines) {
        return new SsmRequest.Commands(
                FLEET, new SsmRequest.Targets(List.of(), Map.of(tag, value)), List.of(lines), RUN);
    }

    Reply fetch(SsmRequest request) throws InterruptedException {
        return fetch(request, Duration.ofSeconds(20));
    }

    Reply fetch(SsmRequest request, Duration within) throws InterruptedException {
        return backend.fetch(request, context(within));
    }

    static CallContext context(Duration within) {
        return new CallContext(
                "call", Deadline.in(within, System::nanoTime), CallContext.Progress.NONE);
    }

    @Override
    public void close() {
        backend.close();
        simulator.close();
    }
}
