package dev.countergate.server;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.SsmRequest;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.HttpApi;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.server.backend.WireReply;
import dev.countergate.server.backend.WireRequest;
import dev.countergate.server.backend.ssm.SsmBackend;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One read of one backend, to see whether it answers and takes the credentials it is given. Changes nothing there. */
public final class BackendProbe {
    private BackendProbe() {}

    /**
     * What came of it.
     *
     * @param what was read
     * @param trouble why it is no good answer, or null
     * @param took how long it took
     * @param clock what the backend's clock said, or null where it did not say
     */
    public record Outcome(
            BackendName backend,
            String what,
            Reply.@Nullable Failure trouble,
            Duration took,
            @Nullable Instant clock) {}

    /**
     * Reads from {@code backend}.
     *
     * @param allowed when an answer must be there
     * @throws InterruptedException when the calling thread was interrupted
     */
    public static Outcome of(Backend backend, Duration allowed) throws InterruptedException {
        long began = System.nanoTime();
        Deadline deadline = Deadline.in(allowed, System::nanoTime);
        return switch (backend) {
            case Backend.Http each -> http(each, deadline, began);
            case Backend.Ssm each -> ssm(each, deadline, began);
        };
    }

    private static Outcome http(Backend.Http backend, Deadline deadline, long began)
            throws InterruptedException {
        String path =
                switch (backend.api()) {
                    case PROMETHEUS -> "/api/v1/query?query=1";
                    case LOKI -> "/loki/api/v1/labels";
                    case ALERTMANAGER -> "/api/v2/status";
                    case HTTP -> "/";
                };
        String method = backend.api() == Backend.Api.HTTP ? "HEAD" : "GET";
        HttpApi api = new HttpApi(backend, own(backend));
        WireRequest request = new WireRequest(method, api.url(path), api.headers(false), null);
        try (HttpTransport transport = new HttpTransport(backend, Version.TEXT);
                WireReply reply = transport.fetch(request, deadline)) {
            return new Outcome(
                    backend.name(),
                    method + " " + path,
                    trouble(backend, transport, reply),
                    since(began),
                    reply instanceof WireReply.Answer answer ? date(answer.date()) : null);
        }
    }

    private static List<Backend.Header> own(Backend.Http backend) {
        List<Backend.Header> own = new ArrayList<>();
        if (backend.tenant() != null) {
            own.add(new Backend.Header("X-Scope-OrgID", SecretText.plain(backend.tenant())));
        }
        return own;
    }

    /** Of a plain API nothing is known that answers well; that it answers is all there is to see. */
    private static Reply.@Nullable Failure trouble(
            Backend.Http backend, HttpTransport transport, WireReply reply) {
        return switch (reply) {
            case WireReply.None none -> none.failure();
            case WireReply.Answer answer -> {
                boolean isRefused = answer.status() == 401 || answer.status() == 403;
                // 501 is what one says that has no HEAD.
                boolean isAnswer = answer.status() < 500 || answer.status() == 501;
                boolean isGood =
                        backend.api() == Backend.Api.HTTP
                                ? isAnswer && !isRefused
                                : answer.isSuccess();
                yield isGood ? null : transport.refused(answer, "");
            }
        };
    }

    private static Outcome ssm(Backend.Ssm backend, Deadline deadline, long began)
            throws InterruptedException {
        SsmRequest.Inventory request =
                new SsmRequest.Inventory(
                        backend.name(),
                        new SsmRequest.Targets(List.of(), Map.of("countergate-doctor", "none")));
        SsmBackend client = new SsmBackend(backend);
        try {
            Reply reply =
                    client.fetch(
                            request,
                            new CallContext("doctor", deadline, CallContext.Progress.NONE));
            return new Outcome(
                    backend.name(),
                    "DescribeInstanceInformation",
                    reply instanceof Reply.Failure failure ? failure : null,
                    since(began),
                    null);
        } finally {
            client.close();
        }
    }

    private static @Nullable Instant date(@Nullable String header) {
        if (header == null) {
            return null;
        }
        try {
            return ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        } catch (DateTimeParseException notOne) {
            return null;
        }
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }
}
