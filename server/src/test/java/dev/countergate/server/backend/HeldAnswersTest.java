package dev.countergate.server.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.request.AlertmanagerRequest;
import dev.countergate.policy.request.HttpRequest;
import dev.countergate.policy.request.LokiRequest;
import dev.countergate.policy.request.PrometheusRequest;
import dev.countergate.policy.request.Span;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.server.backend.alertmanager.AlertmanagerClient;
import dev.countergate.server.backend.http.HttpBackend;
import dev.countergate.server.backend.loki.LokiClient;
import dev.countergate.server.backend.prometheus.PrometheusClient;
import dev.countergate.testing.RawServer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
@SuppressWarnings("try") // Closing early, and twice, is what is tested.
class HeldAnswersTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int LARGE = 60 << 10;
    private static final int ONE_BYTES_MAX = 80 << 10;

    private static final Span HOUR = new Span(Duration.ofHours(1), null, null);

    private final HeldAnswers held = new HeldAnswers(100 << 10);

    @Test
    void an_answer_beyond_what_all_may_hold_fails_at_once_and_names_the_limit() throws Exception {
        try (RawServer one = large();
                RawServer other = large();
                HttpTransport toOne = transport(one);
                HttpTransport toOther = transport(other);
                WireReply first = fetched(toOne, one, "/")) {
            assertThat(first).isInstanceOf(WireReply.Answer.class);

            Reply.Failure failure = failure(fetched(toOther, other, "/"));

            assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_BUSY);
            assertThat(failure.message())
                    .contains("`stub`", "all backends together", "limit of 102,400 bytes");
            assertThat(failure.hint()).contains("try again", "ask for less");
            assertThat(fetched(toOther, other, "/small")).isInstanceOf(WireReply.Answer.class);

            first.close();
            assertThat(fetched(toOther, other, "/")).isInstanceOf(WireReply.Answer.class);
        }
    }

    @Test
    void closing_twice_gives_back_once() throws Exception {
        try (RawServer server = large();
                HttpTransport transport = transport(server);
                WireReply first = fetched(transport, server, "/")) {
            first.close();
            first.close();
            assertThat(fetched(transport, server, "/")).isInstanceOf(WireReply.Answer.class);
            assertThat(failure(fetched(transport, server, "/")).code())
                    .isEqualTo(FailureCode.BACKEND_BUSY);
        }
    }

    @Test
    void what_comes_to_nothing_takes_up_nothing() throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    switch (request.target()) {
                                        case "/toolarge" -> {
                                            connection.write(
                                                    "HTTP/1.1 200 OK\nConnection: close\n\n");
                                            connection.write("x".repeat(ONE_BYTES_MAX + 1));
                                            connection.close();
                                        }
                                        case "/broken" -> {
                                            connection.write(
                                                    "HTTP/1.1 200 OK\nContent-Length: 70000\n\n");
                                            connection.write("x".repeat(LARGE));
                                            connection.close();
                                        }
                                        case "/redirect" ->
                                                connection.answer(
                                                        302, "Location: /\n", "x".repeat(LARGE));
                                        case "/away" ->
                                                connection.answer(
                                                        302,
                                                        "Location: http://evil.example/\n",
                                                        "x".repeat(LARGE));
                                        default -> connection.answer(200, "", "x".repeat(LARGE));
                                    }
                                });
                HttpTransport transport = transport(server)) {
            for (int i = 0; i < 3; i++) {
                assertThat(failure(fetched(transport, server, "/toolarge")).code())
                        .isEqualTo(FailureCode.BACKEND_TOO_LARGE);
                assertThat(failure(fetched(transport, server, "/broken")).code())
                        .isEqualTo(FailureCode.BACKEND_MALFORMED);
                assertThat(failure(fetched(transport, server, "/away")).code())
                        .isEqualTo(FailureCode.BACKEND_REFUSED);
                try (WireReply reply = fetched(transport, server, "/redirect")) {
                    assertThat(reply).isInstanceOf(WireReply.Answer.class);
                }
            }
        }
    }

    @Test
    void what_is_sent_once_is_answered_however_much_others_read() throws Exception {
        try (RawServer server = large();
                HttpTransport transport = transport(server);
                WireReply first = fetched(transport, server, "/")) {
            assertThat(first).isInstanceOf(WireReply.Answer.class);
            WireRequest request =
                    new WireRequest(
                            "POST", SecretText.plain(server.origin() + "/"), List.of(), "{}");

            assertThat(transport.sendOnce(request, Deadline.in(LONG, System::nanoTime)))
                    .isInstanceOf(WireReply.Answer.class);
        }
    }

    @Test
    void a_backend_gives_back_what_it_has_read_after_each_attempt() throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(
                                                request.target().equals("/") ? 200 : 503,
                                                "",
                                                "x".repeat(LARGE)));
                HttpBackend backend = new HttpBackend(transport(server))) {
            CallContext context =
                    new CallContext(
                            "call", Deadline.in(LONG, System::nanoTime), CallContext.Progress.NONE);
            Reply retried = backend.fetch(request(server, "/fails"), context);
            assertThat(((Reply.Failure) retried).quoted()).startsWith("HTTP 503");
            for (int i = 0; i < 3; i++) {
                assertThat(backend.fetch(request(server, "/"), context))
                        .isEqualTo(new Reply.Answer(new Payload.Text("x".repeat(LARGE))));
            }
        }
    }

    @Test
    void every_client_gives_back_what_it_has_read() throws Exception {
        CallContext context =
                new CallContext(
                        "call", Deadline.in(LONG, System::nanoTime), CallContext.Progress.NONE);
        BackendName name = new BackendName("stub");
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(200, "", "x".repeat(LARGE)));
                var prometheus =
                        new PrometheusClient(
                                backend(server), transport(server), Clock.systemUTC());
                var loki = new LokiClient(backend(server), transport(server), Clock.systemUTC());
                var alertmanager = new AlertmanagerClient(backend(server), transport(server))) {
            for (int i = 0; i < 3; i++) {
                assertThat(
                                List.of(
                                        prometheus.fetch(
                                                new PrometheusRequest.Alerts(name), context),
                                        loki.fetch(new LokiRequest.Labels(name, HOUR), context),
                                        alertmanager.fetch(
                                                new AlertmanagerRequest.Status(name), context)))
                        .allSatisfy(
                                reply ->
                                        assertThat(((Reply.Failure) reply).code())
                                                .isEqualTo(FailureCode.BACKEND_MALFORMED));
            }
        }
    }

    private static HttpRequest request(RawServer server, String path) {
        return new HttpRequest(
                new BackendName("stub"),
                "GET",
                SecretText.plain(server.origin() + path),
                List.of(),
                null,
                HttpAction.Response.TEXT,
                LONG,
                new HttpAction.Retry(3, Duration.ofMillis(1)));
    }

    private static RawServer large() {
        return RawServer.start(
                (request, connection) ->
                        connection.answer(
                                200, "", "x".repeat(request.target().equals("/") ? LARGE : 100)));
    }

    private HttpTransport transport(RawServer server) {
        return new HttpTransport(backend(server), "1.2", held);
    }

    private static Backend.Http backend(RawServer server) {
        return new Backend.Http(
                new BackendName("stub"),
                Backend.Api.HTTP,
                server.origin(),
                SecretText.plain(""),
                List.of(),
                null,
                null,
                new Backend.Limits(4, ONE_BYTES_MAX, LONG));
    }

    private static WireReply fetched(HttpTransport transport, RawServer server, String path)
            throws InterruptedException {
        return transport.fetch(
                WireRequest.get(SecretText.plain(server.origin() + path), List.of()),
                Deadline.in(LONG, System::nanoTime));
    }

    private static Reply.Failure failure(WireReply reply) {
        assertThat(reply).isInstanceOf(WireReply.None.class);
        return ((WireReply.None) reply).failure();
    }
}
