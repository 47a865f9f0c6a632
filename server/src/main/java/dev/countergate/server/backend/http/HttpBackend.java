package dev.countergate.server.backend.http;

import dev.countergate.policy.request.HttpRequest;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.BackendClient;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.ChangeClient;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.server.backend.WireReply;
import dev.countergate.server.backend.WireRequest;
import java.time.Duration;

/** One HTTP API, asked as its tools say. Thread safe. */
public final class HttpBackend implements BackendClient<HttpRequest> {
    /** How much of an error's body is quoted, in UTF-16 units as mcp-http-tools counts them. */
    static final int QUOTED_MAX = 2_000;

    private static final int DOUBLINGS_MAX = 20;

    private final HttpTransport transport;

    /** A client that closes {@code transport} when it is closed. */
    public HttpBackend(HttpTransport transport) {
        this.transport = transport;
    }

    /** What changes this API; closed with this client. */
    public ChangeClient changes() {
        return new HttpChanges(transport);
    }

    @Override
    public Reply fetch(HttpRequest request, CallContext context) throws InterruptedException {
        WireRequest wire = wire(request);
        for (int attempt = 0; ; attempt++) {
            Duration pause;
            try (WireReply reply =
                    transport.fetch(
                            context.traced(wire), context.deadline().atMost(request.timeout()))) {
                if (attempt == request.retry().count() || !isPassing(reply)) {
                    return shaped(request, reply);
                }
                Duration left = context.deadline().left();
                pause =
                        request.retry()
                                .backoff()
                                .multipliedBy(1L << Math.min(attempt, DOUBLINGS_MAX));
                if (pause.compareTo(left) >= 0) {
                    return shaped(request, reply);
                }
            }
            Thread.sleep(pause);
        }
    }

    @Override
    public Reply send(HttpRequest request, CallContext context) throws InterruptedException {
        Deadline deadline = context.deadline().atMost(request.timeout());
        try (WireReply reply = transport.sendOnce(wire(request), deadline)) {
            if (reply instanceof WireReply.None(Reply.Failure failure, boolean sent)) {
                String hint =
                        sent
                                ? "it may have arrived all the same, so look before you send it again"
                                : "nothing was sent; " + failure.hint();
                return new Reply.Failure(failure.code(), failure.message(), hint);
            }
            return shaped(request, reply);
        }
    }

    @Override
    public void close() {
        transport.close();
    }

    private static WireRequest wire(HttpRequest request) {
        return new WireRequest(request.method(), request.url(), request.headers(), request.body());
    }

    private Reply shaped(HttpRequest request, WireReply reply) {
        return switch (reply) {
            case WireReply.None none -> none.failure();
            case WireReply.Answer answer ->
                    answer.isSuccess()
                            ? ResponseShape.of(request.response(), answer.body().text())
                            : transport.refused(answer, quoted(answer));
        };
    }

    private static boolean isPassing(WireReply reply) {
        return switch (reply) {
            case WireReply.Answer answer ->
                    switch (answer.status()) {
                        case 408, 429, 500, 502, 503, 504 -> true;
                        default -> false;
                    };
            case WireReply.None none -> isPassing(none.failure().code());
        };
    }

    private static boolean isPassing(FailureCode code) {
        return switch (code) {
            case BACKEND_UNREACHABLE, BACKEND_TIMEOUT, BACKEND_MALFORMED -> true;
            default -> false;
        };
    }

    private static String quoted(WireReply.Answer answer) {
        String body = answer.body().text();
        String start = "HTTP " + answer.status() + ": ";
        if (body.length() <= QUOTED_MAX) {
            return start + body;
        }
        int end =
                Character.isHighSurrogate(body.charAt(QUOTED_MAX - 1))
                        ? QUOTED_MAX - 1
                        : QUOTED_MAX;
        return start
                + body.substring(0, end)
                + "… (truncated, showing "
                + QUOTED_MAX
                + "/"
                + body.length()
                + " chars)";
    }
}
