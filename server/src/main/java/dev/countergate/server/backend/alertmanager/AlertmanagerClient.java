package dev.countergate.server.backend.alertmanager;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.request.AlertmanagerRequest;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.BackendClient;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.ChangeClient;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.server.backend.WireReply;

/** An Alertmanager (API v2). Thread safe. */
public final class AlertmanagerClient implements BackendClient<AlertmanagerRequest.Read> {
    private final Backend.Http backend;
    private final HttpTransport transport;
    private final AlertmanagerCalls calls;

    /**
     * @param transport to {@code backend}; closed with this client
     */
    public AlertmanagerClient(Backend.Http backend, HttpTransport transport) {
        this.backend = backend;
        this.transport = transport;
        this.calls = new AlertmanagerCalls(backend);
    }

    /** What changes this Alertmanager; closed with this client. */
    public ChangeClient changes() {
        return new AlertmanagerChanges(backend, transport);
    }

    @Override
    public Reply fetch(AlertmanagerRequest.Read request, CallContext context)
            throws InterruptedException {
        try (WireReply reply =
                transport.fetch(context.traced(calls.call(request)), context.deadline())) {
            return switch (reply) {
                case WireReply.None(Reply.Failure failure, _) -> failure;
                case WireReply.Answer answer when answer.isSuccess() ->
                        AlertmanagerReader.read(request, answer.body(), context.deadline());
                case WireReply.Answer answer -> AlertmanagerFailures.of(request, answer);
            };
        }
    }

    @Override
    public void close() {
        transport.close();
    }
}
