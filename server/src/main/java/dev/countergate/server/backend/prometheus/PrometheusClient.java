package dev.countergate.server.backend.prometheus;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.request.PrometheusRequest;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.BackendClient;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.server.backend.WireReply;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A Prometheus server (HTTP API v1). Thread safe.
 *
 * <p>"Now" is read from the clock when a request is sent. Prometheus itself is asked to give up a little before the
 * deadline, so that its own word on why reaches the caller.
 */
public final class PrometheusClient implements BackendClient<PrometheusRequest> {
    private final HttpTransport transport;
    private final Clock clock;
    private final PrometheusCalls calls;

    /**
     * @param transport to {@code backend}; closed with this client
     * @param clock for what a range that ends now means
     */
    public PrometheusClient(Backend.Http backend, HttpTransport transport, Clock clock) {
        this.transport = transport;
        this.clock = clock;
        this.calls = new PrometheusCalls(backend);
    }

    @Override
    public Reply fetch(PrometheusRequest request, CallContext context) throws InterruptedException {
        Instant now = clock.instant();
        Optional<Reply.Failure> fault = PrometheusChecks.fault(request, now);
        if (fault.isPresent()) {
            return fault.get();
        }
        Duration left = context.deadline().left();
        Duration queryMax = PrometheusCalls.queryMax(left);
        try (WireReply reply =
                transport.fetch(
                        context.traced(calls.call(request, now, queryMax)), context.deadline())) {
            return switch (reply) {
                case WireReply.None(Reply.Failure failure, boolean sent) -> failure;
                case WireReply.Answer answer when answer.isSuccess() ->
                        PrometheusReader.read(request, answer.body(), context.deadline());
                case WireReply.Answer answer -> {
                    Duration taken = left.minus(context.deadline().left());
                    yield PrometheusFailures.of(request, answer, taken.compareTo(queryMax) >= 0);
                }
            };
        }
    }

    @Override
    public void close() {
        transport.close();
    }
}
