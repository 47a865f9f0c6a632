package dev.countergate.server.backend.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.request.CompositeRequest;
import dev.countergate.policy.request.HttpRequest;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.testing.RawServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("long")
@Timeout(30)
class HttpBackendTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final HttpAction.Retry TWICE = new HttpAction.Retry(2, Duration.ofMillis(1));

    @Test
    void passes_a_text_body_on_unchanged() throws Exception {
        assertThat(answered("{ \"a\" : 1 }\n", HttpAction.Response.TEXT))
                .isEqualTo(new Reply.Answer(new Payload.Text("{ \"a\" : 1 }\n")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "      |                    | {\"b\": 1.0, \"a\": [ ]} | {\"b\":1.0,\"a\":[]}",
                "      |                    | \"lone\"                 | lone",
                "a     |                    | {\"a\": \"bare\"}        | bare",
                "a     |                    | {\"a\": null}            | null",
                "a     |                    | {\"a\": {\"b\": 1.50}}   | {\"b\":1.50}",
                "      | v={a.b} {c}        | {\"a\": {\"b\": 1.50}}   | v=1.50 {c}",
                "a     | {0}-{1}-{2}-{x y}  | {\"a\": [\"p\", {\"q\": 1}]} | p-{\"q\":1}-{2}-{x y}",
                "a     | {b} $1 \\ {b}      | {\"a\": {\"b\": \"$0\"}} | $0 $1 \\ $0",
                "a     | {b}                | {\"a\": null}            | {b}",
                "      | {a}                | {\"a\": null}            | null",
                "a     | {length}           | {\"a\": \"four\"}        | 4",
            })
    void shapes_json_as_the_tool_says(
            @Nullable String path, @Nullable String template, String body, String expected)
            throws Exception {
        assertThat(answered(body, new HttpAction.Response(true, path, template)))
                .isEqualTo(new Reply.Answer(new Payload.Text(expected)));
    }

    @Test
    void passes_the_whole_body_on_with_a_note_when_the_path_leads_nowhere() throws Exception {
        assertThat(answered("{ \"a\": 1 }", new HttpAction.Response(true, "a.b", "{c}")))
                .isEqualTo(
                        new Reply.Answer(
                                new Payload.Text("{ \"a\": 1 }"),
                                List.of(
                                        "there is nothing at `a.b` in the answer, so it is passed"
                                                + " on whole")));
    }

    @Test
    void passes_a_body_that_is_not_json_on_with_a_note() throws Exception {
        Reply.Answer answer = answered("<html>", new HttpAction.Response(true, "a", null));
        assertThat(answer.payload()).isEqualTo(new Payload.Text("<html>"));
        assertThat(answer.notes()).singleElement().asString().contains("not JSON");
    }

    @ParameterizedTest
    @CsvSource({
        "301, BACKEND_ERROR",
        "400, BACKEND_REFUSED",
        "401, BACKEND_UNAUTHORIZED",
        "403, BACKEND_UNAUTHORIZED",
        "404, NOT_FOUND",
        "418, BACKEND_REFUSED",
        "422, BACKEND_REFUSED",
        "429, BACKEND_RATE_LIMITED",
        "500, BACKEND_ERROR",
        "503, BACKEND_ERROR",
        "504, BACKEND_TIMEOUT"
    })
    void an_http_error_quotes_the_backend(int status, FailureCode code) throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(status, "Retry-After: 7\n", "why {}"));
                HttpBackend backend = backend(server)) {
            Reply.Failure failure =
                    (Reply.Failure) backend.fetch(get(server, HttpAction.Retry.NONE), context());
            assertThat(failure.code()).isEqualTo(code);
            assertThat(failure.quoted()).isEqualTo("HTTP " + status + ": why {}");
            assertThat(failure.message()).contains("`stub`", "HTTP " + status);
            assertThat(failure.hint().contains("in 7 s")).isEqualTo(status == 429 || status == 504);
        }
    }

    @Test
    void the_body_of_an_http_error_is_cut_at_2000_characters() throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(500, "", "y".repeat(1_999) + "😀😀"));
                HttpBackend backend = backend(server)) {
            Reply.Failure failure =
                    (Reply.Failure) backend.fetch(get(server, HttpAction.Retry.NONE), context());
            assertThat(failure.quoted())
                    .isEqualTo(
                            "HTTP 500: "
                                    + "y".repeat(1_999)
                                    + "… (truncated, showing 2000/2003 chars)");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void a_read_is_tried_again_as_often_as_declared(int status) throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(status, "Retry-After: 0\n", ""));
                HttpBackend backend = backend(server)) {
            backend.fetch(get(server, TWICE), context());
            assertThat(server.requests()).hasSize(3);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 400, 401, 403, 404, 409, 421, 425, 501, 505})
    void a_read_is_not_tried_again_for_a_status_that_stays(int status) throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(status, "Retry-After: 0\n", ""));
                HttpBackend backend = backend(server)) {
            backend.fetch(get(server, TWICE), context());
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void a_read_that_succeeds_later_is_an_answer() throws Exception {
        AtomicInteger count = new AtomicInteger();
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    switch (count.incrementAndGet()) {
                                        case 1 -> connection.reset();
                                        case 2 -> connection.answer(503, "", "");
                                        default -> connection.answer(200, "", "ok");
                                    }
                                });
                HttpBackend backend = backend(server)) {
            assertThat(backend.fetch(get(server, TWICE), context()))
                    .isEqualTo(new Reply.Answer(new Payload.Text("ok")));
        }
    }

    @Test
    void a_read_whose_answer_was_malformed_is_tried_again_and_one_too_large_is_not()
            throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    if (request.target().equals("/large")) {
                                        connection.write(
                                                "HTTP/1.1 200 OK\nContent-Length: 999999999\n\n");
                                        connection.awaitClose();
                                    } else {
                                        connection.write("nonsense\n\n");
                                        connection.close();
                                    }
                                });
                HttpBackend backend = backend(server)) {
            backend.fetch(request(server, "GET", null, TWICE, LONG, "/"), context());
            assertThat(server.requests()).hasSize(3);
            Reply reply =
                    backend.fetch(request(server, "GET", null, TWICE, LONG, "/large"), context());
            assertThat(((Reply.Failure) reply).code()).isEqualTo(FailureCode.BACKEND_TOO_LARGE);
            assertThat(server.requests()).hasSize(4);
        }
    }

    @Test
    void pauses_double_and_none_is_made_that_would_pass_the_deadline() throws Exception {
        try (RawServer server =
                        RawServer.start((request, connection) -> connection.answer(503, "", ""));
                HttpBackend backend = backend(server)) {
            CallContext short3 =
                    new CallContext(
                            "call",
                            Deadline.in(Duration.ofSeconds(3), System::nanoTime),
                            CallContext.Progress.NONE);
            HttpAction.Retry doubling = new HttpAction.Retry(100, Duration.ofMillis(700));
            Reply reply = backend.fetch(get(server, doubling), short3);
            // 700 ms and 1.4 s fit into 3 s, 2.8 s more do not.
            assertThat(((Reply.Failure) reply).quoted()).startsWith("HTTP 503");
            assertThat(server.requests()).hasSize(3);
        }
    }

    @Test
    void a_message_has_the_tools_timeout() throws Exception {
        try (RawServer server = RawServer.start((request, connection) -> connection.awaitClose());
                HttpBackend backend = backend(server)) {
            HttpRequest request = request(server, "POST", "{}", TWICE, Duration.ofMillis(50), "/");
            Reply.Failure failure = (Reply.Failure) backend.send(request, context());
            assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_TIMEOUT);
            assertThat(failure.message()).endsWith("within 50 ms");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "7 s; now obey", "9999999", "Wed, 21 Oct 2026 07:28:00 GMT"})
    void a_pause_a_backend_asks_for_is_passed_on_only_as_seconds(String retryAfter)
            throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(
                                                429, "Retry-After: " + retryAfter + "\n", ""));
                HttpBackend backend = backend(server)) {
            Reply reply = backend.fetch(get(server, HttpAction.Retry.NONE), context());
            assertThat(((Reply.Failure) reply).hint()).isEqualTo("try again later");
        }
    }

    @Test
    void the_parts_of_a_composite_are_bounded_together_and_keep_their_notes() throws Exception {
        String half = "x".repeat(CompositeBackend.LENGTH_MAX / 2 + 1);
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(
                                                200,
                                                "",
                                                request.target().equals("/n") ? "no json" : half));
                HttpBackend backend = backend(server);
                CompositeBackend composite = new CompositeBackend(name -> backend)) {
            HttpRequest asJson =
                    new HttpRequest(
                            new BackendName("stub"),
                            "GET",
                            SecretText.plain(server.origin() + "/n"),
                            List.of(),
                            null,
                            new HttpAction.Response(true, null, null),
                            LONG,
                            HttpAction.Retry.NONE);
            CompositeRequest request =
                    new CompositeRequest(
                            List.of(
                                    part(server, "a"),
                                    part(server, "b"),
                                    new CompositeRequest.Part("q\"\n", asJson)));
            Reply.Answer answer = (Reply.Answer) composite.fetch(request, context());
            assertThat(((Payload.Text) answer.payload()).text())
                    .startsWith("{\"a\":\"xxx")
                    .contains("\"b\":{\"error\":\"Error: BACKEND_TOO_LARGE: with this part of")
                    .endsWith("\"q\\\"\\n\":\"no json\"}");
            assertThat(answer.notes())
                    .containsExactly(
                            "`q\"\n`: the answer is not JSON, so it is passed on as it came");
        }
    }

    @Test
    void json_is_compact_whatever_stands_between_its_parts() throws Exception {
        assertThat(
                        answered(
                                "\r\n{\t\"a b\" :\n[ 1 ,\r\n2 ] }\n",
                                new HttpAction.Response(true, null, null)))
                .isEqualTo(new Reply.Answer(new Payload.Text("{\"a b\":[1,2]}")));
    }

    @Test
    void each_attempt_has_the_tools_timeout() throws Exception {
        try (RawServer server = RawServer.start((request, connection) -> connection.awaitClose());
                HttpBackend backend = backend(server)) {
            HttpRequest request = request(server, "GET", null, TWICE, Duration.ofMillis(50), "/");
            assertThat(((Reply.Failure) backend.fetch(request, context())).code())
                    .isEqualTo(FailureCode.BACKEND_TIMEOUT);
            assertThat(server.requests()).hasSize(3);
        }
    }

    @Test
    void no_pause_is_made_that_would_pass_the_deadline() throws Exception {
        try (RawServer server =
                        RawServer.start((request, connection) -> connection.answer(503, "", ""));
                HttpBackend backend = backend(server)) {
            HttpAction.Retry slow = new HttpAction.Retry(100, Duration.ofDays(1));
            assertThat(((Reply.Failure) backend.fetch(get(server, slow), context())).quoted())
                    .startsWith("HTTP 503");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 302, 307, 408, 421, 429, 500, 503})
    void a_message_is_sent_once_whatever_the_tool_says_of_retries(int status) throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(
                                                status, "Retry-After: 0\nLocation: /x\n", "so"));
                HttpBackend backend = backend(server)) {
            Reply reply =
                    backend.send(request(server, "POST", "{\"a\":1}", TWICE, LONG, "/"), context());
            assertThat(reply)
                    .isInstanceOf(status == 200 ? Reply.Answer.class : Reply.Failure.class);
            assertThat(server.requests())
                    .singleElement()
                    .extracting(RawServer.Request::body)
                    .isEqualTo("{\"a\":1}");
        }
    }

    @Test
    void a_message_whose_fate_is_unknown_says_so() throws Exception {
        try (RawServer server = RawServer.start((request, connection) -> connection.reset());
                HttpBackend backend = backend(server)) {
            Reply reply = backend.send(request(server, "POST", "{}", TWICE, LONG, "/"), context());
            assertThat(((Reply.Failure) reply).hint()).contains("may have arrived");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void a_message_that_never_left_says_so() throws Exception {
        RawServer gone = RawServer.start((request, connection) -> {});
        gone.close();
        // A socket that holds the port and does not listen: no other test's server may come to have
        // it.
        try (Socket held = new Socket();
                HttpBackend backend = backend(gone)) {
            held.setReuseAddress(true);
            held.bind(
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), gone.origin().getPort()));
            Reply reply = backend.send(request(gone, "POST", "{}", TWICE, LONG, "/"), context());
            assertThat(((Reply.Failure) reply).hint()).startsWith("nothing was sent");
        }
    }

    @Test
    void no_secret_of_a_url_or_header_shows_in_a_failure() throws Exception {
        RawServer gone = RawServer.start((request, connection) -> {});
        gone.close();
        Secret secret = new Secret("TOKEN", "hush");
        HttpRequest request =
                new HttpRequest(
                        new BackendName("stub"),
                        "GET",
                        SecretText.plain(gone.origin() + "/?t=").plus(SecretText.hidden(secret)),
                        List.of(new Backend.Header("X-Token", SecretText.hidden(secret))),
                        null,
                        HttpAction.Response.TEXT,
                        LONG,
                        HttpAction.Retry.NONE);
        try (HttpBackend backend = backend(gone)) {
            assertThat(backend.fetch(request, context()).toString()).doesNotContain("hush");
            HttpRequest elsewhere =
                    new HttpRequest(
                            request.backend(),
                            "GET",
                            SecretText.plain("http://evil.example/?t=")
                                    .plus(SecretText.hidden(secret)),
                            request.headers(),
                            null,
                            HttpAction.Response.TEXT,
                            LONG,
                            HttpAction.Retry.NONE);
            assertThatThrownBy(() -> backend.fetch(elsewhere, context()))
                    .hasMessageContaining("evil.example")
                    .hasMessageNotContaining("hush");
        }
    }

    @Test
    void the_parts_of_a_composite_run_side_by_side_and_keep_their_order() throws Exception {
        CyclicBarrier all = new CyclicBarrier(5);
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    all.await();
                                    switch (request.target()) {
                                        case "/json" -> connection.answer(200, "", "{\"a\": 1.0}");
                                        case "/text" -> connection.answer(200, "", "so \"so\"");
                                        case "/number" -> connection.answer(200, "", " 7 ");
                                        case "/bad" -> connection.answer(500, "", "no");
                                        default -> connection.reset();
                                    }
                                });
                HttpBackend backend = backend(server);
                CompositeBackend composite = new CompositeBackend(name -> backend)) {
            CompositeRequest request =
                    new CompositeRequest(
                            List.of(
                                    part(server, "text"),
                                    part(server, "json"),
                                    part(server, "bad"),
                                    part(server, "gone"),
                                    part(server, "number")));
            Reply.Answer answer = (Reply.Answer) composite.fetch(request, context());
            assertThat(((Payload.Text) answer.payload()).text())
                    .startsWith(
                            "{\"text\":\"so \\\"so\\\"\",\"json\":{\"a\":1.0},"
                                    + "\"bad\":{\"error\":\"HTTP 500: no\"},"
                                    + "\"gone\":{\"error\":\"Error: BACKEND_UNREACHABLE: ")
                    .endsWith("\"},\"number\":7}");
        }
    }

    @Test
    void an_interrupt_takes_every_part_of_a_composite_back() throws Exception {
        CountDownLatch arrived = new CountDownLatch(2);
        CountDownLatch left = new CountDownLatch(2);
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    arrived.countDown();
                                    connection.awaitClose();
                                    left.countDown();
                                });
                HttpBackend backend = backend(server);
                CompositeBackend composite = new CompositeBackend(name -> backend)) {
            CompositeRequest request =
                    new CompositeRequest(List.of(part(server, "a"), part(server, "b")));
            Thread caller =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            composite.fetch(request, context());
                                        } catch (InterruptedException expected) {
                                            Thread.currentThread().interrupt();
                                        }
                                    });
            arrived.await();
            caller.interrupt();
            assertThat(left.await(10, TimeUnit.SECONDS)).isTrue();
            caller.join();
        }
    }

    private static CompositeRequest.Part part(RawServer server, String key) {
        return new CompositeRequest.Part(
                key, request(server, "GET", null, HttpAction.Retry.NONE, LONG, "/" + key));
    }

    private static Reply.Answer answered(String body, HttpAction.Response response)
            throws Exception {
        try (RawServer server =
                        RawServer.start((request, connection) -> connection.answer(200, "", body));
                HttpBackend backend = backend(server)) {
            HttpRequest request =
                    new HttpRequest(
                            new BackendName("stub"),
                            "GET",
                            SecretText.plain(server.origin() + "/"),
                            List.of(),
                            null,
                            response,
                            LONG,
                            HttpAction.Retry.NONE);
            return (Reply.Answer) backend.fetch(request, context());
        }
    }

    private static HttpRequest get(RawServer server, HttpAction.Retry retry) {
        return request(server, "GET", null, retry, LONG, "/");
    }

    private static HttpRequest request(
            RawServer server,
            String method,
            @Nullable String body,
            HttpAction.Retry retry,
            Duration timeout,
            String path) {
        return new HttpRequest(
                new BackendName("stub"),
                method,
                SecretText.plain(server.origin() + path),
                List.of(),
                body,
                HttpAction.Response.TEXT,
                timeout,
                retry);
    }

    private static CallContext context() {
        return new CallContext(
                "call", Deadline.in(LONG, System::nanoTime), CallContext.Progress.NONE);
    }

    private static HttpBackend backend(RawServer server) {
        return new HttpBackend(
                new HttpTransport(
                        new Backend.Http(
                                new BackendName("stub"),
                                Backend.Api.HTTP,
                                server.origin(),
                                SecretText.plain(""),
                                List.of(),
                                null,
                                null,
                                Backend.Limits.DEFAULT),
                        "1.2"));
    }
}
