package dev.countergate.server.telemetry;

import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.rule.Decision;
import dev.countergate.server.backend.ReadFollower;
import dev.countergate.server.call.DecisionFollower;
import dev.countergate.server.call.ToolService;
import dev.countergate.server.proposal.ProposalFollower;
import dev.countergate.server.proposal.ProposalStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the server counts of itself, in Prometheus' text format. Names of tools, backends and rules come from the catalogue
 * alone, codes and states from this program; nothing a caller or a backend said becomes a label. Thread safe.
 */
public final class Metrics implements DecisionFollower, ProposalFollower, ReadFollower {
    /** From a cache's answer to a query's time limit. */
    private static final Duration[] CALL_TIMES =
            millis(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000);

    /** From somebody at the terminal to somebody called out of bed. */
    private static final Duration[] DECISION_TIMES =
            Stream.of(10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 14_400)
                    .map(Duration::ofSeconds)
                    .toArray(Duration[]::new);

    private static final String NO_RULE = "none";

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final InstantSource clock;

    /** Metrics that hold those of the process and nothing else yet. */
    @SuppressWarnings("resource") // these four hold nothing to be closed
    public Metrics(String version, InstantSource clock) {
        this.clock = clock;
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        Gauge.builder("countergate.info", () -> 1)
                .description("which version runs")
                .tag("version", version)
                .register(registry);
        for (ProposalState state : ProposalState.values()) {
            entered(state, 0);
        }
        reloads("failed", 0);
        reloads("held", 0);
        reloads("served", 0);
    }

    /** {@code tools}, with each call of them counted and timed. */
    public ToolService measured(ToolService tools) {
        return new MeasuredTools(tools, this);
    }

    /**
     * Shows {@code value} as it is at each scrape.
     *
     * @param name with dots between its words
     * @param labels names and values by turns
     */
    public void gauge(String name, String description, DoubleSupplier value, String... labels) {
        Gauge.builder(name, value::getAsDouble)
                .description(description)
                .tags(labels)
                .register(registry);
    }

    /**
     * A call ended.
     *
     * @param tool a name from the catalogue, or of this server's own
     * @param code of the answer
     */
    void called(String tool, String code, Duration took) {
        registry.counter("countergate.calls", "tool", tool, "code", code).increment();
        Timer.builder("countergate.call")
                .description("from a call to its answer")
                .tag("tool", tool)
                .serviceLevelObjectives(CALL_TIMES)
                .register(registry)
                .record(took);
    }

    @Override
    public void decided(Decision decision) {
        switch (decision) {
            case Decision.Permit permit -> decided("permit", permit.rule());
            case Decision.Approve approve -> decided("approve", approve.rule());
            case Decision.Forbid forbid -> decided("forbid", forbid.rule());
        }
    }

    private void decided(String decision, @Nullable String rule) {
        registry.counter(
                        "countergate.decisions",
                        "decision",
                        decision,
                        "rule",
                        rule == null ? NO_RULE : rule)
                .increment();
    }

    @Override
    public void changed(ProposalStatus status, @Nullable String rule) {
        boolean byRule = status.needed() == 0;
        entered(status.state(), 1);
        switch (status.state()) {
            case PENDING -> decided("approve", rule);
            case APPROVED -> {
                if (byRule) {
                    decided("permit", rule);
                } else {
                    waited(status, "approved");
                }
            }
            case REJECTED, EXPIRED, WITHDRAWN, SUPERSEDED, DONE_BY_HAND ->
                    waited(status, word(status.state()));
            case CLAIMED,
                    SENDING,
                    APPLIED,
                    PARTLY_APPLIED,
                    FAILED,
                    OUTCOME_UNKNOWN,
                    VERIFIED,
                    NOT_VERIFIED,
                    UNVERIFIED,
                    FOUND_APPLIED,
                    FOUND_NOT_APPLIED,
                    RESOLVED_BY_HUMAN,
                    BLOCKED -> {}
        }
    }

    private void entered(ProposalState state, int times) {
        registry.counter("countergate.proposals", "state", word(state)).increment(times);
    }

    private static String word(ProposalState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private void waited(ProposalStatus status, String end) {
        Timer.builder("countergate.decision.wait")
                .description("from a proposal to what became of it")
                .tag("end", end)
                .serviceLevelObjectives(DECISION_TIMES)
                .register(registry)
                .record(Duration.between(status.created(), clock.instant()));
    }

    @Override
    public void answered(BackendName backend, Reply reply, Duration took) {
        String code =
                switch (reply) {
                    case Reply.Answer _ -> "OK";
                    case Reply.Failure failure -> failure.code().name();
                };
        registry.counter("countergate.backend.answers", "backend", backend.value(), "code", code)
                .increment();
        Timer.builder("countergate.backend")
                .description("from a request to a backend to its answer")
                .tag("backend", backend.value())
                .serviceLevelObjectives(CALL_TIMES)
                .register(registry)
                .record(took);
    }

    /** The files had faults, and what was accepted before is served. */
    public void reloadFailed() {
        reloads("failed", 1);
    }

    /** A change waits for a person. */
    public void reloadHeld() {
        reloads("held", 1);
    }

    /** Another catalogue is served. */
    public void reloadServed() {
        reloads("served", 1);
    }

    private void reloads(String end, int times) {
        registry.counter("countergate.reloads", "end", end).increment(times);
    }

    /** All of it, in Prometheus' text format 0.0.4. */
    String scrape() {
        return registry.scrape();
    }

    private static Duration[] millis(int... all) {
        return Arrays.stream(all).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }
}
