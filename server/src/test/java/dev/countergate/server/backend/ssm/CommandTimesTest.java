package dev.countergate.server.backend.ssm;

import static dev.countergate.server.backend.ssm.SsmBackendFixture.ONE;
import static dev.countergate.server.backend.ssm.SsmBackendFixture.commands;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.demo.ssm.ManualClock;
import dev.countergate.demo.ssm.SimulatedInstance;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service's own time limits, reached by a clock the test moves; its details in both spellings. */
final class CommandTimesTest {
    private static final Duration REAL_WAIT = Duration.ofSeconds(20);

    @TempDir Path sandboxes;

    private final ManualClock clock = new ManualClock(Instant.parse("2026-01-02T03:04:05Z"));
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private SsmBackendFixture fixture;

    @BeforeEach
    void start() {
        fixture = new SsmBackendFixture(clock, sandboxes, SsmBackendFixture.limits());
    }

    @AfterEach
    void stop() {
        fixture.close();
        threads.shutdownNow();
    }

    private CompletableFuture<Reply> calling(String line) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return fixture.fetch(commands(List.of(ONE), line));
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                threads);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void names_a_run_limit_one_way(boolean spaced) throws Exception {
        fixture.simulator().commands().spellDetailsSpaced(spaced);
        CompletableFuture<Reply> call = calling("echo begun; sleep 300");
        assertThat(fixture.simulator().commands().awaitExecutions(1, REAL_WAIT)).isTrue();
        clock.advance(Duration.ofSeconds(60));
        Reply.Answer answer = (Reply.Answer) call.get();
        Payload.Invocation limited = ((Payload.Commands) answer.payload()).invocations().getFirst();
        assertThat(limited.status()).isEqualTo("ExecutionTimedOut");
        assertThat(limited.exitCode()).isEqualTo(137);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void names_a_delivery_timeout_one_way(boolean spaced) throws Exception {
        fixture.simulator().commands().spellDetailsSpaced(spaced);
        fixture.simulator()
                .fleet()
                .put(fixture.instance(ONE).pinging(SimulatedInstance.Ping.CONNECTION_LOST));
        CompletableFuture<Reply> call = calling("true");
        assertThat(fixture.simulator().commands().awaitAccepted(1, REAL_WAIT)).isTrue();
        clock.advance(Duration.ofSeconds(30));
        Reply.Failure failure = (Reply.Failure) call.get();
        assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_TIMEOUT);
        assertThat(failure.message()).contains("DeliveryTimedOut 1");
    }
}
