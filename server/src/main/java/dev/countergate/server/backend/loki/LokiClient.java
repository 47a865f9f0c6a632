package dev.countergate.server.backend.loki;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.request.LokiRequest;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.BackendClient;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.server.backend.WireReply;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** A Loki server (HTTP API v1), as one tenant or without. Thread safe. */
public final class LokiClient implements BackendClient<LokiRequest> {
    private final HttpTransport transport;
    private final Clock clock;
    private final LokiCalls calls;
    private final LokiFailures failures;

    /**
     * @param transport to {@code backend}; closed with this client
     * @param clock for what a range that ends now means, read when a request is sent
     */
    public LokiClient(Backend.Http backend, HttpTransport transport, Clock clock) {
        this.transport = transport;
        this.clock = clock;
        this.calls = new LokiCalls(backend);
        this.failures = new LokiFailures(backend.tenant());
    }

    @Override
    public Reply fetch(LokiRequest request, CallContext context) throws InterruptedException {
        Instant now = clock.instant();
        Optional<Reply.Failure> fault = LokiChecks.fault(request, now);
        if (fault.isPresent()) {
            return fault.get();
        }
        try (WireReply reply =
                transport.fetch(context.traced(calls.call(request, now)), context.deadline())) {
            return switch (reply) {
                case WireReply.None(Reply.Failure failure, _) -> failure;
                case WireReply.Answer answer when answer.isSuccess() ->
                        LokiReader.read(request, answer.body(), now, context.deadline());
                case WireReply.Answer answer -> failures.of(request, answer);
            };
        }
    }

    @Override
    public void close() {
        transport.close();
    }
}
