package dev.countergate.server.backend.http;

import static dev.countergate.server.backend.ChangeFixtures.ATTEMPT;
import static dev.countergate.server.backend.ChangeFixtures.said;
import static dev.countergate.server.backend.ChangeFixtures.sending;
import static dev.countergate.server.backend.ChangeFixtures.tool;
import static dev.countergate.server.backend.ChangeFixtures.wish;
import static dev.countergate.server.backend.ChangeFixtures.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.Event.Sighting;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.request.HttpRequest;
import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.policy.template.UrlTemplate;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.ChangeClient;
import dev.countergate.server.backend.ChangeFixtures;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.server.backend.Resolution;
import dev.countergate.server.backend.Sending;
import dev.countergate.server.backend.Sent;
import dev.countergate.server.backend.WireRequest;
import dev.countergate.server.backend.Wish;
import dev.countergate.testing.RawServer;
import dev.countergate.testing.RawServer.Behaviour;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One attempt, counted at a raw socket, and what each way it can end says of its effect. */
@Tag("long")
class HttpChangesTest {
    private static final Secret TOKEN = new Secret("JIRA_TOKEN", "s3cret-value");

    record Row(String name, Outcome outcome, Behaviour behaviour) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Row row(String name, Outcome outcome, Behaviour behaviour) {
        return new Row(name, outcome, behaviour);
    }

    static Stream<Row> answers() {
        return Stream.of(
                row("200", Outcome.APPLIED, (r, c) -> c.answer(200, "", "{}")),
                row("201", Outcome.APPLIED, (r, c) -> c.answer(201, "", "")),
                row("202, to be done later", Outcome.APPLIED, (r, c) -> c.answer(202, "", "")),
                row("204", Outcome.APPLIED, (r, c) -> c.write("HTTP/1.1 204 X\n\n")),
                row("206", Outcome.APPLIED, (r, c) -> c.answer(206, "", "x")),
                row(
                        "200 that ends with its connection",
                        Outcome.APPLIED,
                        (r, c) -> {
                            c.write("HTTP/1.1 200 X\n\ndone");
                            c.close();
                        }),
                row(
                        "103 and then 200",
                        Outcome.APPLIED,
                        (r, c) -> {
                            c.write("HTTP/1.1 103 X\n\n");
                            c.answer(200, "", "");
                        }),
                row(
                        "200 cut short",
                        Outcome.OUTCOME_UNKNOWN,
                        (r, c) -> {
                            c.write("HTTP/1.1 200 X\nContent-Length: 10\n\nhalf");
                            c.close();
                        }),
                row(
                        "200 in chunks, the last missing",
                        Outcome.OUTCOME_UNKNOWN,
                        (r, c) -> {
                            c.write("HTTP/1.1 200 X\nTransfer-Encoding: chunked\n\n4\nhalf\n");
                            c.close();
                        }),
                row(
                        "200 too large",
                        Outcome.OUTCOME_UNKNOWN,
                        (r, c) -> c.answer(200, "", "x".repeat(70 << 10))),
                row(
                        "200 in an encoding nobody asked for",
                        Outcome.OUTCOME_UNKNOWN,
                        (r, c) -> c.answer(200, "Content-Encoding: br\n", "x")),
                row("301", Outcome.OUTCOME_UNKNOWN, (r, c) -> c.answer(301, "Location: /b\n", "")),
                row("302", Outcome.OUTCOME_UNKNOWN, (r, c) -> c.answer(302, "Location: /b\n", "")),
                row(
                        "303, as after a form",
                        Outcome.OUTCOME_UNKNOWN,
                        (r, c) -> c.answer(303, "Location: /b\n", "")),
                row("304", Outcome.OUTCOME_UNKNOWN, (r, c) -> c.write("HTTP/1.1 304 X\n\n")),
                row("307", Outcome.FAILED, (r, c) -> c.answer(307, "Location: /b\n", "")),
                row("308", Outcome.FAILED, (r, c) -> c.answer(308, "Location: /b\n", "")),
                row("400", Outcome.FAILED, (r, c) -> c.answer(400, "", "no")),
                row(
                        "401",
                        Outcome.FAILED,
                        (r, c) -> c.answer(401, "WWW-Authenticate: Basic realm=\"x\"\n", "")),
                row("403", Outcome.FAILED, (r, c) -> c.answer(403, "", "")),
                row("404", Outcome.FAILED, (r, c) -> c.answer(404, "", "")),
                row(
                        "407, which only a proxy may say",
                        Outcome.OUTCOME_UNKNOWN,
                        (r, c) -> c.answer(407, "Proxy-Authenticate: Basic realm=\"x\"\n", "")),
                row("408", Outcome.OUTCOME_UNKNOWN, (r, c) -> c.answer(408, "", "")),
                row(
                        "408 that asks again",
                        Outcome.OUTCOME_UNKNOWN,
                        (r, c) -> c.answer(408, "Retry-After: 0\nConnection: close\n", "")),
                row("409", Outcome.FAILED, (r, c) -> c.answer(409, "", "")),
                row("421", Outcome.FAILED, (r, c) -> c.answer(421, "", "")),
                row("425", Outcome.OUTCOME_UNKNOWN, (r, c) -> c.answer(425, "", "")),
                row("429", Outcome.FAILED, (r, c) -> c.answer(429, "Retry-After: 0\n", "")),
                row("500", Outcome.OUTCOME_UNKNOWN, (r, c) -> c.answer(500, "", "")),
                row(
                        "502, after the effect",
                        Outcome.OUTCOME_UNKNOWN,
                        (r, c) -> c.answer(502, "", "<html>bad gateway</html>")),
                row(
                        "503 that asks again",
                        Outcome.OUTCOME_UNKNOWN,
                        (r, c) -> c.answer(503, "Retry-After: 0\n", "")),
                row("504", Outcome.OUTCOME_UNKNOWN, (r, c) -> c.answer(504, "", "")),
                row("599", Outcome.OUTCOME_UNKNOWN, (r, c) -> c.answer(599, "", "")),
                row("reset", Outcome.OUTCOME_UNKNOWN, (r, c) -> c.reset()),
                row("closed without a word", Outcome.OUTCOME_UNKNOWN, (r, c) -> c.close()),
                row(
                        "reset within the head",
                        Outcome.OUTCOME_UNKNOWN,
                        (r, c) -> {
                            c.write("HTTP/1.1 20");
                            c.reset();
                        }),
                row(
                        "not HTTP",
                        Outcome.OUTCOME_UNKNOWN,
                        (r, c) -> {
                            c.write("SSH-2.0-OpenSSH_9.2\n\n");
                            c.close();
                        }),
                row("stall", Outcome.OUTCOME_UNKNOWN, (r, c) -> c.awaitClose()),
                row(
                        "stall within the body",
                        Outcome.OUTCOME_UNKNOWN,
                        (r, c) -> {
                            c.write("HTTP/1.1 200 X\nContent-Length: 10\n\nhalf");
                            c.awaitClose();
                        }));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void is_sent_once_and_its_outcome_is_what_the_answer_proves(Row row) throws Exception {
        AtomicLong now = new AtomicLong();
        Behaviour behaviour =
                (request, connection) -> {
                    if (row.name().startsWith("stall")) {
                        now.set(Duration.ofHours(1).toNanos());
                    }
                    row.behaviour().act(request, connection);
                };
        try (RawServer server = RawServer.start(behaviour);
                Client client = new Client(server.origin())) {
            Sent sent = client.changes().send(client.post("{}"), patient(now));

            assertThat(sent.outcome()).isEqualTo(row.outcome());
            assertThat(server.requests()).hasSize(1);
            assertThat(server.connections()).isEqualTo(1);
            assertThat(sent.detail()).isNotBlank().doesNotContain("\n", "s3cret-value");
        }
    }

    @Test
    void a_late_answer_is_unknown_though_the_backend_did_it() throws Exception {
        AtomicLong now = new AtomicLong();
        Behaviour late =
                (request, connection) -> {
                    now.set(Duration.ofHours(1).toNanos());
                    connection.awaitClose();
                    connection.answer(200, "", "");
                };
        try (RawServer server = RawServer.start(late);
                Client client = new Client(server.origin())) {
            Sent sent = client.changes().send(client.post("{}"), patient(now));

            assertThat(sent.outcome()).isEqualTo(Outcome.OUTCOME_UNKNOWN);
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void a_connection_in_use_before_is_not_used_again_so_none_is_found_closed() throws Exception {
        Behaviour once =
                (request, connection) -> {
                    if (request.line().startsWith("GET")) {
                        connection.answer(200, "", "{}");
                    } else {
                        connection.reset();
                    }
                };
        try (RawServer server = RawServer.start(once);
                Client client = new Client(server.origin())) {
            client.read();
            client.read();
            assertThat(server.connections()).isEqualTo(1);

            Sent sent = client.changes().send(client.post("{}"), sending(Duration.ofSeconds(10)));

            assertThat(sent.outcome()).isEqualTo(Outcome.OUTCOME_UNKNOWN);
            assertThat(server.requests()).hasSize(3);
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void nothing_sent_is_no_effect() throws Exception {
        URI nobody;
        try (RawServer server = RawServer.start((r, c) -> {})) {
            nobody = server.origin();
        }
        try (Client client = new Client(nobody)) {
            Sent refused = client.changes().send(client.post("{}"), sending(Duration.ofSeconds(5)));
            Sent late = client.changes().send(client.post("{}"), sending(Duration.ZERO));

            assertThat(refused.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(refused.detail()).startsWith("nothing was sent");
            assertThat(late.outcome()).isEqualTo(Outcome.FAILED);
        }
        try (RawServer plain = RawServer.start((r, c) -> c.answer(200, "", ""));
                Client client =
                        new Client(
                                URI.create(plain.origin().toString().replace("http:", "https:")))) {
            Sent noTls = client.changes().send(client.post("{}"), sending(Duration.ofSeconds(5)));

            assertThat(noTls.outcome()).isEqualTo(Outcome.FAILED);
        }
    }

    @Test
    void a_freeze_while_it_connects_sends_nothing() throws Exception {
        try (RawServer server = RawServer.start((r, c) -> c.answer(200, "", "{}"));
                Client client = new Client(server.origin())) {
            AtomicInteger asked = new AtomicInteger();
            Sending frozen =
                    new Sending(
                            () -> asked.incrementAndGet() == 0,
                            within(Duration.ofSeconds(5)),
                            handle -> {},
                            CallContext.Progress.NONE);
            Sent sent = client.changes().send(client.post("{}"), frozen);

            assertThat(sent.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(sent.detail()).contains(Sending.STOPPED);
            assertThat(asked).hasValue(1);
            assertThat(server.requests()).isEmpty();
        }
    }

    static Stream<@Nullable String> bodies() {
        return Stream.of(
                null,
                "",
                "{}",
                "{\"a\":\"\u00E9\u4E2D\uD83D\uDE00\\n\"}",
                "[secret X]",
                "a\r\nb\0");
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void what_is_received_is_what_the_core_says(@Nullable String body) throws Exception {
        try (RawServer server = RawServer.start((r, c) -> c.answer(200, "", ""));
                Client client = new Client(server.origin())) {
            for (String method : List.of("POST", "PUT", "PATCH", "DELETE", "MERGE")) {
                CoreRequest request = client.resolve(method, body);
                client.changes().send(request, sending(Duration.ofSeconds(10)));
                RawServer.Request received = server.requests().getLast();

                Map<String, String> said = said(received, server.origin());
                said.replaceAll((name, value) -> value.replace(TOKEN.value(), TOKEN.shown()));
                assertThat(said).isEqualTo(said(request));
                assertThat(said)
                        .containsEntry("header idempotency-key", ATTEMPT.toString())
                        .containsEntry("header x-a", "2")
                        .containsEntry("header authorization", "Bearer [secret JIRA_TOKEN]");
                assertThat(received.header("Authorization")).isEqualTo("Bearer s3cret-value");
            }
            assertThat(server.requests()).hasSize(5);
        }
    }

    @Test
    void keeps_an_answer_s_json_or_its_text_within_bounds() throws Exception {
        List<String> answers =
                List.of("{\"id\":\"7\"}", "done\n", "", "<html>", "9".repeat(20_000), "{\"a\":");
        try (RawServer server =
                        RawServer.start(
                                (r, c) ->
                                        c.answer(
                                                200, "", answers.get(Integer.parseInt(r.body()))));
                Client client = new Client(server.origin())) {
            List<String> results =
                    IntStream.range(0, answers.size())
                            .mapToObj(
                                    i -> {
                                        try {
                                            return String.valueOf(
                                                    client.changes()
                                                            .send(
                                                                    client.post(
                                                                            Integer.toString(i)),
                                                                    sending(Duration.ofSeconds(10)))
                                                            .result());
                                        } catch (InterruptedException e) {
                                            throw new AssertionError(e);
                                        }
                                    })
                            .toList();

            assertThat(results)
                    .containsExactly(
                            "{\"id\":\"7\"}",
                            "\"done\\n\"",
                            "null",
                            "\"<html>\"",
                            "\"" + "9".repeat(16 << 10) + "\"",
                            "\"{\\\"a\\\":\"");
        }
    }

    @Test
    void a_header_that_reads_as_a_secret_is_refused_before_anybody_is_asked() throws Exception {
        try (RawServer server = RawServer.start((r, c) -> c.answer(200, "", ""));
                Client client =
                        new Client(
                                server.origin(),
                                new Backend.Header(
                                        "X-B", SecretText.plain("[secret JIRA_TOKEN]")))) {
            assertThat(client.changes().resolve(client.request("POST", "{}"), client.wished()))
                    .isInstanceOfSatisfying(
                            Resolution.Refused.class,
                            refused -> {
                                assertThat(refused.code()).isEqualTo("INVALID_CATALOGUE");
                                assertThat(refused.message()).contains("`X-B`");
                            });
            assertThat(server.connections()).isZero();
        }
    }

    @Test
    void what_was_read_from_a_core_is_never_sent() throws Exception {
        try (RawServer server = RawServer.start((r, c) -> c.answer(200, "", ""));
                Client client = new Client(server.origin())) {
            CoreRequest read =
                    ((Checked.Valid<CoreRequest>)
                                    CoreRequest.read(client.post("{}").json(), ATTEMPT))
                            .value();

            assertThatThrownBy(() -> client.changes().send(read, sending(Duration.ofSeconds(1))))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(server.connections()).isZero();
        }
    }

    @Test
    void an_unknown_outcome_stays_one() throws Exception {
        try (Client client = new Client(URI.create("http://127.0.0.1:1"))) {
            assertThat(client.changes().settle()).isNull();
            assertThat(
                            client.changes()
                                    .search(
                                            client.post("{}"),
                                            Instant.EPOCH,
                                            within(Duration.ofSeconds(1)))
                                    .sighting())
                    .isEqualTo(Sighting.UNREADABLE);
            assertThat(client.changes().stop(client.post("{}"), "x", within(Duration.ofSeconds(1))))
                    .isFalse();
            assertThat(client.changes().longest(client.post("{}"), client.wished().tool()))
                    .isEqualTo(Duration.ofSeconds(7));
        }
    }

    /** A minute on a clock the test sets. */
    private static Sending patient(AtomicLong now) {
        return new Sending(
                () -> true,
                Deadline.in(Duration.ofMinutes(1), now::get),
                handle -> {},
                CallContext.Progress.NONE);
    }

    private static final class Client implements AutoCloseable {
        private final URI origin;
        private final Backend.Http backend;
        private final HttpTransport transport;
        private final HttpBackend client;
        private final List<Backend.Header> headers;

        Client(URI origin, Backend.Header... more) {
            this.origin = origin;
            this.headers =
                    Stream.concat(
                                    Stream.of(
                                            new Backend.Header("X-A", SecretText.plain("1")),
                                            new Backend.Header("x-a", SecretText.plain("2")),
                                            new Backend.Header(
                                                    "Accept-Encoding", SecretText.plain("br")),
                                            new Backend.Header(
                                                    "Content-Length", SecretText.plain("9")),
                                            new Backend.Header(
                                                    "Connection", SecretText.plain("keep-alive")),
                                            new Backend.Header(
                                                    "Authorization",
                                                    SecretText.plain("Bearer ")
                                                            .plus(SecretText.hidden(TOKEN)))),
                                    Stream.of(more))
                            .toList();
            this.backend = ChangeFixtures.http(Backend.Api.HTTP, origin, List.of());
            this.transport = new HttpTransport(backend, "test");
            this.client = new HttpBackend(transport);
        }

        ChangeClient changes() {
            return client.changes();
        }

        Wish wished() {
            return wish(tool(action(), null));
        }

        private HttpAction action() {
            UrlTemplate url =
                    ((Checked.Valid<UrlTemplate>)
                                    UrlTemplate.parse(
                                            SecretText.plain(origin + "/a"),
                                            Parameters.of(List.of())))
                            .value();
            return new HttpAction(
                    backend.name(),
                    "POST",
                    url,
                    headers,
                    null,
                    Parameters.of(List.of()),
                    HttpAction.Response.TEXT,
                    Duration.ofSeconds(7),
                    HttpAction.Retry.NONE,
                    "Idempotency-Key");
        }

        HttpRequest request(String method, @Nullable String body) {
            return new HttpRequest(
                    backend.name(),
                    method,
                    SecretText.plain(origin + "/a%20b/c?q=1&t=").plus(SecretText.hidden(TOKEN)),
                    headers,
                    body,
                    HttpAction.Response.TEXT,
                    Duration.ofSeconds(7),
                    HttpAction.Retry.NONE);
        }

        CoreRequest resolve(String method, @Nullable String body) throws InterruptedException {
            return ChangeFixtures.resolved(changes().resolve(request(method, body), wished()));
        }

        CoreRequest post(String body) throws InterruptedException {
            return resolve("POST", body);
        }

        void read() throws InterruptedException, IOException {
            transport.fetch(
                    WireRequest.get(SecretText.plain(origin + "/"), List.of()),
                    within(Duration.ofSeconds(5)));
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
