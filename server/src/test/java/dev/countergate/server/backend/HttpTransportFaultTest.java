package dev.countergate.server.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.testing.RawServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("long")
@Timeout(30)
class HttpTransportFaultTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int BYTES_MAX = 64 << 10;

    static Stream<Arguments> faults() {
        return Stream.of(
                fault(
                        "says nothing",
                        FailureCode.BACKEND_TIMEOUT,
                        (request, connection) -> connection.awaitClose()),
                fault(
                        "stalls in its headers",
                        FailureCode.BACKEND_TIMEOUT,
                        (request, connection) -> {
                            connection.write("HTTP/1.1 200 OK\nContent-Le");
                            connection.awaitClose();
                        }),
                fault(
                        "stalls in its body",
                        FailureCode.BACKEND_TIMEOUT,
                        (request, connection) -> {
                            connection.write("HTTP/1.1 200 OK\nContent-Length: 10\n\nhalf");
                            connection.awaitClose();
                        }),
                fault(
                        "drips",
                        FailureCode.BACKEND_TIMEOUT,
                        (request, connection) -> {
                            connection.write("HTTP/1.1 200 OK\nContent-Length: 10000\n\n");
                            for (int i = 0; i < 10_000; i++) {
                                connection.write("x");
                                Thread.sleep(20);
                            }
                        }),
                fault(
                        "resets",
                        FailureCode.BACKEND_UNREACHABLE,
                        (request, connection) -> connection.reset()),
                fault(
                        "closes",
                        FailureCode.BACKEND_UNREACHABLE,
                        (request, connection) -> connection.close()),
                fault(
                        "resets in its body",
                        FailureCode.BACKEND_UNREACHABLE,
                        (request, connection) -> {
                            connection.write("HTTP/1.1 200 OK\nContent-Length: 10\n\nhalf");
                            connection.reset();
                        }),
                fault(
                        "ends early",
                        FailureCode.BACKEND_MALFORMED,
                        (request, connection) -> {
                            connection.write("HTTP/1.1 200 OK\nContent-Length: 10\n\nhalf");
                            connection.close();
                        }),
                fault(
                        "chunks garbage",
                        FailureCode.BACKEND_MALFORMED,
                        (request, connection) ->
                                connection.write(
                                        """
                                        HTTP/1.1 200 OK
                                        Transfer-Encoding: chunked

                                        zz
                                        nonsense
                                        """)),
                fault(
                        "speaks something else",
                        FailureCode.BACKEND_MALFORMED,
                        (request, connection) -> connection.write("SSH-2.0-OpenSSH_9.2\n\n\n")),
                fault(
                        "compresses garbage",
                        FailureCode.BACKEND_MALFORMED,
                        (request, connection) ->
                                connection.answer(
                                        200, "Content-Encoding: gzip\n", "no gzip at all, this")),
                fault(
                        "cuts its gzip short",
                        FailureCode.BACKEND_MALFORMED,
                        (request, connection) ->
                                answerPacked(connection, Arrays.copyOf(packed(9_000), 20))),
                fault(
                        "packs with a wrong checksum",
                        FailureCode.BACKEND_MALFORMED,
                        (request, connection) -> {
                            byte[] packed = packed(9_000);
                            packed[packed.length - 8] ^= 1;
                            answerPacked(connection, packed);
                        }),
                fault(
                        "never ends its status line",
                        FailureCode.BACKEND_MALFORMED,
                        (request, connection) -> {
                            connection.write("HTTP/1.1 200 ");
                            flood(connection, 64 << 20);
                        }),
                fault(
                        "never ends its headers",
                        FailureCode.BACKEND_MALFORMED,
                        HttpTransportFaultTest::answerWithEndlessHeaders),
                fault(
                        "ends between chunks",
                        FailureCode.BACKEND_MALFORMED,
                        (request, connection) -> {
                            connection.write(
                                    "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n4\nhalf\n");
                            connection.close();
                        }),
                fault(
                        "closes in its headers",
                        FailureCode.BACKEND_UNREACHABLE,
                        (request, connection) -> {
                            connection.write("HTTP/1.1 200 OK\nContent-Le");
                            connection.close();
                        }),
                fault(
                        "encodes in brotli",
                        FailureCode.BACKEND_MALFORMED,
                        (request, connection) ->
                                connection.answer(200, "Content-Encoding: br\n", "whatever")),
                fault(
                        "announces too much",
                        FailureCode.BACKEND_TOO_LARGE,
                        (request, connection) -> {
                            connection.write("HTTP/1.1 200 OK\nContent-Length: 67108864\n\n");
                            flood(connection, 64 << 20);
                        }),
                fault(
                        "announces too much and sends nothing",
                        FailureCode.BACKEND_TOO_LARGE,
                        (request, connection) -> {
                            connection.write("HTTP/1.1 200 OK\nContent-Length: 65537\n\n");
                            connection.awaitClose();
                        }),
                fault(
                        "sends one byte too many without saying so",
                        FailureCode.BACKEND_TOO_LARGE,
                        (request, connection) -> {
                            connection.write("HTTP/1.1 200 OK\nConnection: close\n\n");
                            connection.write("x".repeat(BYTES_MAX + 1));
                            connection.close();
                        }),
                fault(
                        "sends too much without saying so",
                        FailureCode.BACKEND_TOO_LARGE,
                        (request, connection) -> {
                            connection.write("HTTP/1.1 200 OK\nConnection: close\n\n");
                            flood(connection, 64 << 20);
                        }),
                fault(
                        "sends a gzip bomb",
                        FailureCode.BACKEND_TOO_LARGE,
                        (request, connection) -> answerPacked(connection, packed(64 << 20))));
    }

    private static Arguments fault(String name, FailureCode code, RawServer.Behaviour behaviour) {
        return Arguments.argumentSet(name, code, behaviour);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void is_a_failure_within_the_deadline_when_the_backend(
            FailureCode code, RawServer.Behaviour behaviour) throws Exception {
        try (RawServer server = RawServer.start(behaviour);
                HttpTransport transport = transport(server, 4)) {
            Duration given = code == FailureCode.BACKEND_TIMEOUT ? SHORT : LONG;
            assertThat(failure(transport.fetch(get(server, "/x?token=hush"), in(given))))
                    .satisfies(
                            failure -> {
                                assertThat(failure.code()).isEqualTo(code);
                                assertThat(failure.message() + failure.hint())
                                        .contains("`stub`", server.origin().toString())
                                        .doesNotContain("hush", "\n", "Exception");
                            });
            assertThat(server.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    void sends_once_and_no_more_when_the_backend(FailureCode code, RawServer.Behaviour behaviour)
            throws Exception {
        try (RawServer server = RawServer.start(behaviour);
                HttpTransport transport = transport(server, 4)) {
            Duration given = code == FailureCode.BACKEND_TIMEOUT ? SHORT : LONG;
            WireReply reply = transport.sendOnce(post(server, "/x"), in(given));
            assertThat(reply)
                    .isInstanceOfSatisfying(
                            WireReply.None.class,
                            none -> {
                                assertThat(none.failure().code()).isEqualTo(code);
                                assertThat(none.sent()).isTrue();
                            });
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void names_the_limit_an_answer_passed() throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(200, "", "x".repeat(BYTES_MAX + 1)));
                HttpTransport transport = transport(server, 4)) {
            assertThat(failure(transport.fetch(get(server, "/"), in(LONG))).message())
                    .contains("65,536 bytes");
        }
    }

    @Test
    void reads_an_answer_as_large_as_the_limit() throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(200, "", "x".repeat(BYTES_MAX)));
                HttpTransport transport = transport(server, 4)) {
            assertThat(answer(transport.fetch(get(server, "/"), in(LONG))).body().bytes())
                    .hasSize(BYTES_MAX);
        }
    }

    @Test
    void says_that_nothing_was_sent_when_nobody_listens() throws Exception {
        URI origin;
        try (ServerSocket gone = new ServerSocket(0)) {
            origin = URI.create("http://127.0.0.1:" + gone.getLocalPort());
        }
        try (HttpTransport transport = transport(origin, 4)) {
            WireRequest request =
                    new WireRequest("POST", SecretText.plain(origin + "/"), List.of(), "{}");
            assertThat(transport.sendOnce(request, in(LONG)))
                    .isInstanceOfSatisfying(
                            WireReply.None.class,
                            none -> {
                                assertThat(none.failure().code())
                                        .isEqualTo(FailureCode.BACKEND_UNREACHABLE);
                                assertThat(none.sent()).isFalse();
                            });
        }
    }

    @Test
    void gives_up_on_a_backend_that_never_accepts() throws Exception {
        try (RawServer server = RawServer.deaf();
                HttpTransport transport = transport(server, 4)) {
            WireReply reply = transport.sendOnce(post(server, "/"), in(SHORT));
            assertThat(failure(reply).code()).isEqualTo(FailureCode.BACKEND_TIMEOUT);
            assertThat(((WireReply.None) reply).sent()).isFalse();
        }
    }

    @Test
    void a_timeout_names_the_limit_that_was_set_and_not_what_was_left_of_it() throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    if (request.target().equals("/")) {
                                        connection.answer(302, "Location: /next\n", "");
                                    } else {
                                        connection.awaitClose();
                                    }
                                });
                RawServer deaf = RawServer.deaf();
                HttpTransport transport = transport(server, 4);
                HttpTransport toDeaf = transport(deaf, 4)) {
            Deadline given = in(LONG).atMost(SHORT);
            assertThat(failure(transport.fetch(get(server, "/"), given)).message())
                    .endsWith("within 300 ms");
            assertThat(failure(transport.sendOnce(post(server, "/next"), in(SHORT))).message())
                    .endsWith("within 300 ms");
            assertThat(failure(toDeaf.fetch(get(deaf, "/"), in(SHORT))).message())
                    .endsWith("within 300 ms");
        }
    }

    @Test
    void does_not_try_when_no_time_is_left() throws Exception {
        try (RawServer server = RawServer.start((request, connection) -> {});
                HttpTransport transport = transport(server, 4)) {
            assertThat(failure(transport.fetch(get(server, "/"), in(Duration.ZERO))).code())
                    .isEqualTo(FailureCode.BACKEND_TIMEOUT);
            assertThat(server.connections()).isZero();
        }
    }

    @Test
    void asks_nothing_over_a_kept_connection_either_when_no_time_is_left() throws Exception {
        try (RawServer server =
                        RawServer.start((request, connection) -> connection.answer(200, "", "ok"));
                HttpTransport transport = transport(server, 4)) {
            transport.fetch(get(server, "/a"), in(LONG));
            transport.fetch(get(server, "/b"), in(Duration.ZERO));
            transport.fetch(get(server, "/c"), in(LONG));
            assertThat(server.requests())
                    .extracting(RawServer.Request::target)
                    .containsExactly("/a", "/c");
        }
    }

    @Test
    void redirects_do_not_lengthen_a_deadline() throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    Thread.sleep(100);
                                    connection.answer(302, "Location: /\n", "");
                                });
                HttpTransport transport = transport(server, 4)) {
            assertThat(failure(transport.fetch(get(server, "/"), in(SHORT))).code())
                    .isEqualTo(FailureCode.BACKEND_TIMEOUT);
        }
    }

    @Test
    void follows_no_proxy_of_the_process() throws Exception {
        ProxySelector before = ProxySelector.getDefault();
        try (RawServer proxy =
                        RawServer.start((request, connection) -> connection.answer(200, "", "p"));
                RawServer server =
                        RawServer.start((request, connection) -> connection.answer(200, "", "s"));
                HttpTransport transport = transport(server, 4)) {
            ProxySelector.setDefault(
                    ProxySelector.of(
                            new InetSocketAddress(
                                    InetAddress.getLoopbackAddress(), proxy.origin().getPort())));
            assertThat(answer(transport.fetch(get(server, "/"), in(LONG))).body().text())
                    .isEqualTo("s");
            assertThat(proxy.connections()).isZero();
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    @Test
    void says_so_when_the_other_side_speaks_no_tls() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual()
                    .start(
                            new FutureTask<>(
                                    () -> {
                                        try (Socket socket = plain.accept()) {
                                            new RawServer.Connection(socket)
                                                    .answer(400, "", "this is plain http");
                                            new RawServer.Connection(socket).awaitClose();
                                        }
                                        return "closed";
                                    }));
            URI secure = URI.create("https://127.0.0.1:" + plain.getLocalPort());
            try (HttpTransport transport = transport(secure, 4)) {
                WireRequest request =
                        WireRequest.get(SecretText.plain(secure + "/?token=hush"), List.of());
                Reply.Failure failure = failure(transport.fetch(request, in(LONG)));
                assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_UNREACHABLE);
                assertThat(failure.message()).contains("TLS").doesNotContain("hush");
            }
        }
    }

    @Test
    void of_two_headers_of_one_name_the_later_is_sent_and_it_alone() throws Exception {
        try (RawServer server =
                        RawServer.start((request, connection) -> connection.answer(200, "", "ok"));
                HttpTransport transport = transport(server, 4)) {
            String url = server.origin().toString().replace("//", "//ana:hush@") + "/x";
            transport.fetch(
                    WireRequest.get(
                            SecretText.plain(url),
                            List.of(
                                    new Backend.Header("X-Key", SecretText.plain("old")),
                                    new Backend.Header("x-key", SecretText.plain("new")),
                                    new Backend.Header("Authorization", SecretText.plain("mine")))),
                    in(LONG));
            assertThat(server.requests().getFirst().headers())
                    .contains("x-key: new", "Authorization: mine")
                    .doesNotContain("X-Key: old");
        }
    }

    @Test
    void does_not_find_a_host_that_does_not_exist() throws Exception {
        URI origin = URI.create("http://nowhere.invalid");
        try (HttpTransport transport = transport(origin, 4)) {
            assertThat(
                            failure(
                                            transport.fetch(
                                                    WireRequest.get(
                                                            SecretText.plain(origin + "/"),
                                                            List.of()),
                                                    in(LONG)))
                                    .message())
                    .contains("does not resolve");
        }
    }

    /** What OkHttp by itself would send again, and what it would follow. */
    static Stream<Arguments> temptations() {
        return Stream.of(
                Arguments.of(401, "WWW-Authenticate: Basic realm=x\n"),
                Arguments.of(408, ""),
                Arguments.of(408, "Retry-After: 0\nConnection: close\n"),
                Arguments.of(421, ""),
                Arguments.of(425, "Retry-After: 0\n"),
                Arguments.of(429, "Retry-After: 0\n"),
                Arguments.of(500, "Retry-After: 0\n"),
                Arguments.of(503, "Retry-After: 0\n"),
                Arguments.of(503, "retry-after: 0\n"));
    }

    @ParameterizedTest
    @MethodSource("temptations")
    void reads_once_whatever_the_status_invites_to(int status, String headers) throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> connection.answer(status, headers, "no"));
                HttpTransport transport = transport(server, 4)) {
            assertThat(answer(transport.fetch(get(server, "/"), in(LONG))).status())
                    .isEqualTo(status);
            assertThat(answer(transport.fetch(get(server, "/"), in(LONG))).status())
                    .isEqualTo(status);
            assertThat(server.requests()).hasSize(2);
        }
    }

    @ParameterizedTest
    @MethodSource("temptations")
    void sends_once_whatever_the_status_invites_to(int status, String headers) throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> connection.answer(status, headers, "no"));
                HttpTransport transport = transport(server, 4)) {
            assertThat(answer(transport.sendOnce(post(server, "/"), in(LONG))).status())
                    .isEqualTo(status);
            assertThat(server.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 301, 302, 303, 304, 305, 307, 308})
    void a_send_follows_no_redirect(int status) throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(status, "Location: /elsewhere\n", ""));
                HttpTransport transport = transport(server, 4)) {
            assertThat(answer(transport.sendOnce(post(server, "/"), in(LONG))).status())
                    .isEqualTo(status);
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void a_send_never_uses_a_connection_again() throws Exception {
        try (RawServer server =
                        RawServer.start((request, connection) -> connection.answer(200, "", "ok"));
                HttpTransport transport = transport(server, 4)) {
            transport.fetch(get(server, "/"), in(LONG));
            transport.sendOnce(post(server, "/"), in(LONG));
            transport.sendOnce(post(server, "/"), in(LONG));
            assertThat(server.requests())
                    .extracting(RawServer.Request::connection)
                    .containsExactly(1, 2, 3);
        }
    }

    @Test
    void a_read_uses_its_connection_again() throws Exception {
        try (RawServer server =
                        RawServer.start((request, connection) -> connection.answer(200, "", "ok"));
                HttpTransport transport = transport(server, 4)) {
            for (int i = 0; i < 5; i++) {
                transport.fetch(get(server, "/"), in(LONG));
            }
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void a_user_and_a_password_in_a_url_become_basic_credentials() throws Exception {
        try (RawServer server =
                        RawServer.start((request, connection) -> connection.answer(200, "", "ok"));
                HttpTransport transport = transport(server, 4)) {
            String url = server.origin().toString().replace("//", "//ana:p%40ss@") + "/x";
            transport.fetch(WireRequest.get(SecretText.plain(url), List.of()), in(LONG));
            assertThat(server.requests())
                    .singleElement()
                    .satisfies(
                            request -> {
                                assertThat(request.header("Authorization"))
                                        .isEqualTo("Basic YW5hOnBAc3M=");
                                assertThat(request.target()).isEqualTo("/x");
                            });
        }
    }

    @Test
    void a_gzip_bomb_is_measured_unpacked_also_where_a_range_was_asked_for() throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        answerPacked(connection, packed(64 << 20)));
                HttpTransport transport = transport(server, 4)) {
            WireRequest request =
                    WireRequest.get(
                            SecretText.plain(server.origin() + "/"),
                            List.of(new Backend.Header("Range", SecretText.plain("bytes=0-"))));
            assertThat(failure(transport.fetch(request, in(LONG))).code())
                    .isEqualTo(FailureCode.BACKEND_TOO_LARGE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "x-gzip", "GZIP", "identity", ""})
    void undoes_gzip_under_each_of_its_names(String name) throws Exception {
        byte[] body = name.toLowerCase(Locale.ROOT).contains("gzip") ? packed(5) : new byte[5];
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    connection.write(
                                            "HTTP/1.1 200 OK\nContent-Encoding: "
                                                    + name
                                                    + "\nContent-Length: "
                                                    + body.length
                                                    + "\n\n");
                                    connection.write(body);
                                });
                HttpTransport transport = transport(server, 4)) {
            WireRequest request =
                    WireRequest.get(
                            SecretText.plain(server.origin() + "/"),
                            List.of(new Backend.Header("Range", SecretText.plain("bytes=0-"))));
            assertThat(answer(transport.fetch(request, in(LONG))).body().bytes())
                    .isEqualTo(new byte[5]);
        }
    }

    @Test
    void undoes_gzip() throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write("some text".getBytes(StandardCharsets.UTF_8));
        }
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    connection.write(
                                            "HTTP/1.1 200 OK\n"
                                                    + "Content-Encoding: gzip\n"
                                                    + "Content-Length: "
                                                    + packed.size()
                                                    + "\n\n");
                                    connection.write(packed.toByteArray());
                                });
                HttpTransport transport = transport(server, 4)) {
            for (String header : List.of("X-Nothing", "Range", "Accept-Encoding")) {
                WireRequest request =
                        WireRequest.get(
                                SecretText.plain(server.origin() + "/"),
                                List.of(new Backend.Header(header, SecretText.plain("br"))));
                assertThat(answer(transport.fetch(request, in(LONG))).body().text())
                        .isEqualTo("some text");
            }
            assertThat(server.requests().getLast().header("Accept-Encoding")).isEqualTo("gzip");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_read_is_repeated_once_when_a_kept_connection_turns_out_closed(boolean reset)
            throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    if (request.connection() == 1 && request.line().contains("b")) {
                                        if (reset) {
                                            connection.reset();
                                        } else {
                                            connection.close();
                                        }
                                        return;
                                    }
                                    connection.answer(200, "", "ok");
                                });
                HttpTransport transport = transport(server, 4)) {
            transport.fetch(get(server, "/a"), in(LONG));
            assertThat(answer(transport.fetch(get(server, "/b"), in(LONG))).body().text())
                    .isEqualTo("ok");
            assertThat(server.requests()).hasSize(3);
        }
    }

    @Test
    void a_read_that_breaks_on_the_fresh_connection_too_is_not_repeated_again() throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    if (request.line().contains("b")) {
                                        connection.reset();
                                    } else {
                                        connection.answer(200, "", "ok");
                                    }
                                });
                HttpTransport transport = transport(server, 4)) {
            transport.fetch(get(server, "/a"), in(LONG));
            assertThat(failure(transport.fetch(get(server, "/b"), in(LONG))).code())
                    .isEqualTo(FailureCode.BACKEND_UNREACHABLE);
            assertThat(server.requests()).hasSize(3);
        }
    }

    /** What a backend may do after it began to answer; asking again would be asking twice. */
    static Stream<Arguments> halfAnswers() {
        return Stream.of(
                Arguments.argumentSet(
                        "resets in its body",
                        FailureCode.BACKEND_UNREACHABLE,
                        (RawServer.Behaviour)
                                (request, connection) -> {
                                    connection.write("HTTP/1.1 200 OK\nContent-Length: 9\n\nx");
                                    connection.reset();
                                }),
                Arguments.argumentSet(
                        "never ends its headers",
                        FailureCode.BACKEND_MALFORMED,
                        (RawServer.Behaviour) HttpTransportFaultTest::answerWithEndlessHeaders));
    }

    @ParameterizedTest
    @MethodSource("halfAnswers")
    void a_read_is_not_repeated_when_the_backend_on_a_kept_connection(
            FailureCode code, RawServer.Behaviour behaviour) throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    if (request.target().equals("/a")) {
                                        connection.answer(200, "", "ok");
                                    } else {
                                        behaviour.act(request, connection);
                                    }
                                });
                HttpTransport transport = transport(server, 4)) {
            transport.fetch(get(server, "/a"), in(LONG));
            assertThat(failure(transport.fetch(get(server, "/b"), in(LONG))).code())
                    .isEqualTo(code);
            assertThat(server.requests()).hasSize(2);
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void a_read_is_repeated_on_a_new_connection_when_several_kept_ones_turn_out_closed()
            throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    if (request.target().equals("/a")) {
                                        both.await();
                                        connection.answer(200, "", "ok");
                                    } else if (request.connection() <= 2) {
                                        connection.reset();
                                    } else {
                                        connection.answer(200, "", "ok");
                                    }
                                });
                HttpTransport transport = transport(server, 4)) {
            FutureTask<WireReply> first =
                    taking(() -> transport.fetch(get(server, "/a"), in(LONG)));
            Thread.ofVirtual().start(first);
            transport.fetch(get(server, "/a"), in(LONG));
            first.get();
            assertThat(answer(transport.fetch(get(server, "/b"), in(LONG))).status())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "301, GET, ''",
        "302, GET, ''",
        "303, GET, ''",
        "307, POST, text/x",
        "308, POST, text/x"
    })
    void a_redirected_read_keeps_its_method_and_body_only_where_the_status_says_so(
            int status, String method, String contentType) throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(
                                                request.target().equals("/a") ? status : 200,
                                                "Location: /b\n",
                                                ""));
                HttpTransport transport = transport(server, 4)) {
            WireRequest request =
                    new WireRequest(
                            "POST",
                            SecretText.plain(server.origin() + "/a"),
                            List.of(new Backend.Header("Content-Type", SecretText.plain("text/x"))),
                            "{}");
            assertThat(answer(transport.fetch(request, in(LONG))).status()).isEqualTo(200);
            RawServer.Request second = server.requests().getLast();
            assertThat(second.line()).isEqualTo(method + " /b HTTP/1.1");
            assertThat(second.header("Content-Type")).isEqualTo(contentType);
            assertThat(second.body()).isEqualTo(contentType.isEmpty() ? "" : "{}");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 304, 305})
    void a_read_follows_no_location_that_is_not_a_redirect(int status) throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(status, "Location: /b\n", ""));
                HttpTransport transport = transport(server, 4)) {
            assertThat(answer(transport.fetch(get(server, "/a"), in(LONG))).status())
                    .isEqualTo(status);
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void follows_redirects_within_the_origin() throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    if (request.line().startsWith("POST /a ")) {
                                        connection.answer(307, "Location: b\n", "");
                                    } else if (request.line().startsWith("POST /b ")) {
                                        connection.answer(303, "Location: /c?d\n", "");
                                    } else {
                                        connection.answer(200, "", request.line());
                                    }
                                });
                HttpTransport transport = transport(server, 4)) {
            assertThat(answer(transport.fetch(post(server, "/a"), in(LONG))).body().text())
                    .isEqualTo("GET /c?d HTTP/1.1");
            assertThat(server.requests())
                    .extracting(RawServer.Request::body)
                    .containsExactly("{}", "{}", "");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:1/x?token=hush",
                "https://127.0.0.1:PORT/x?token=hush",
                "http://localhost:PORT/x?token=hush",
                "http://u:hush@127.0.0.2:PORT/x",
                "//evil.example/x?token=hush"
            })
    void a_redirect_to_another_origin_is_a_failure_that_says_where_it_points(String location)
            throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(
                                                302,
                                                "Location: "
                                                        + location.replace(
                                                                "PORT",
                                                                String.valueOf(
                                                                        connection
                                                                                .socket()
                                                                                .getLocalPort()))
                                                        + "\n",
                                                ""));
                HttpTransport transport = transport(server, 4)) {
            Reply.Failure failure = failure(transport.fetch(get(server, "/"), in(LONG)));
            assertThat(failure.message())
                    .contains("another origin, `http")
                    .doesNotContain("hush", "/x");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void a_redirect_loop_ends() throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) ->
                                        connection.answer(302, "Location: /\n", ""));
                HttpTransport transport = transport(server, 4)) {
            assertThat(failure(transport.fetch(get(server, "/"), in(LONG))).message())
                    .contains("more than 5 times");
            assertThat(server.requests()).hasSize(6);
        }
    }

    @Test
    void a_full_backend_is_busy_and_starves_no_other() throws Exception {
        CountDownLatch arrived = new CountDownLatch(2);
        try (RawServer slow =
                        RawServer.start(
                                (request, connection) -> {
                                    arrived.countDown();
                                    connection.awaitClose();
                                });
                RawServer quick =
                        RawServer.start((request, connection) -> connection.answer(200, "", "ok"));
                HttpTransport toSlow = transport(slow, 2);
                HttpTransport toQuick = transport(quick, 2)) {
            for (int i = 0; i < 2; i++) {
                Thread.ofVirtual().start(taking(() -> toSlow.fetch(get(slow, "/"), in(LONG))));
            }
            arrived.await();
            Reply.Failure failure = failure(toSlow.fetch(get(slow, "/"), in(SHORT)));
            assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_BUSY);
            assertThat(failure.message()).contains("2 requests under way");
            assertThat(slow.requests()).hasSize(2);
            assertThat(answer(toQuick.fetch(get(quick, "/"), in(LONG))).status()).isEqualTo(200);
        }
    }

    @Test
    void what_is_sent_counts_among_the_requests_under_way_and_says_that_it_was_not_sent()
            throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    arrived.countDown();
                                    connection.awaitClose();
                                });
                HttpTransport transport = transport(server, 1)) {
            Thread.ofVirtual().start(taking(() -> transport.sendOnce(post(server, "/"), in(LONG))));
            arrived.await();
            assertThat(transport.sendOnce(post(server, "/"), in(SHORT)))
                    .isInstanceOfSatisfying(
                            WireReply.None.class,
                            none -> {
                                assertThat(none.failure().code())
                                        .isEqualTo(FailureCode.BACKEND_BUSY);
                                assertThat(none.sent()).isFalse();
                            });
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void a_place_is_given_back_however_a_call_ended() throws Exception {
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    if (request.target().equals("/reset")) {
                                        connection.reset();
                                    } else {
                                        connection.answer(200, "", "ok");
                                    }
                                });
                HttpTransport transport = transport(server, 1)) {
            for (int i = 0; i < 2; i++) {
                assertThat(failure(transport.fetch(get(server, "/reset"), in(LONG))).code())
                        .isEqualTo(FailureCode.BACKEND_UNREACHABLE);
                assertThat(failure(transport.sendOnce(post(server, "/reset"), in(LONG))).code())
                        .isEqualTo(FailureCode.BACKEND_UNREACHABLE);
                assertThat(transport.fetch(get(server, "/"), in(LONG)))
                        .isInstanceOf(WireReply.Answer.class);
                assertThat(transport.sendOnce(post(server, "/"), in(LONG)))
                        .isInstanceOf(WireReply.Answer.class);
            }
            assertThat(server.requests().getLast().header("Connection")).isEqualTo("close");
        }
    }

    @Test
    void an_interrupt_ends_a_call_that_waits_for_its_answer() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    arrived.countDown();
                                    connection.awaitClose();
                                    closed.complete(true);
                                });
                HttpTransport transport = transport(server, 1)) {
            FutureTask<WireReply> call = taking(() -> transport.fetch(get(server, "/"), in(LONG)));
            Thread caller = Thread.ofVirtual().start(call);
            arrived.await();
            caller.interrupt();
            assertThat(thrownBy(call)).isInstanceOf(InterruptedException.class);
            assertThat(closed.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void an_interrupt_ends_a_call_that_waits_for_a_place() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        try (RawServer server =
                        RawServer.start(
                                (request, connection) -> {
                                    arrived.countDown();
                                    connection.awaitClose();
                                });
                HttpTransport transport = transport(server, 1)) {
            Thread.ofVirtual().start(taking(() -> transport.fetch(get(server, "/"), in(LONG))));
            arrived.await();
            FutureTask<WireReply> call = taking(() -> transport.fetch(get(server, "/"), in(LONG)));
            Thread caller = Thread.ofVirtual().start(call);
            caller.interrupt();
            assertThat(thrownBy(call)).isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void an_interrupt_ends_a_call_that_connects() throws Exception {
        try (RawServer server = RawServer.deaf();
                HttpTransport transport = transport(server, 1)) {
            FutureTask<WireReply> call = taking(() -> transport.fetch(get(server, "/"), in(LONG)));
            Thread caller = Thread.ofVirtual().start(call);
            caller.interrupt();
            assertThat(thrownBy(call)).isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void closing_ends_calls_under_way() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        try (RawServer server =
                RawServer.start(
                        (request, connection) -> {
                            arrived.countDown();
                            connection.awaitClose();
                        })) {
            HttpTransport transport = transport(server, 1);
            FutureTask<WireReply> call = taking(() -> transport.fetch(get(server, "/"), in(LONG)));
            Thread.ofVirtual().start(call);
            arrived.await();
            transport.close();
            assertThat(failure(call.get()).code()).isEqualTo(FailureCode.BACKEND_UNREACHABLE);
        }
    }

    private static FutureTask<WireReply> taking(Callable<WireReply> call) {
        return new FutureTask<>(call);
    }

    private static @Nullable Throwable thrownBy(FutureTask<WireReply> call) throws Exception {
        try {
            return new AssertionError("answered: " + call.get(10, TimeUnit.SECONDS));
        } catch (ExecutionException thrown) {
            return thrown.getCause();
        }
    }

    private static void flood(RawServer.Connection connection, int bytes) throws IOException {
        byte[] block = new byte[1 << 16];
        for (int sent = 0; sent < bytes; sent += block.length) {
            connection.write(block);
        }
    }

    private static void answerWithEndlessHeaders(
            RawServer.Request request, RawServer.Connection connection) throws IOException {
        connection.write("HTTP/1.1 200 OK\n");
        for (int i = 0; i < 1 << 20; i++) {
            connection.write("X-Header-" + i + ": " + request.target() + "\n");
        }
    }

    private static void answerPacked(RawServer.Connection connection, byte[] packed)
            throws IOException {
        connection.write(
                "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: "
                        + packed.length
                        + "\n\n");
        connection.write(packed);
    }

    private static byte[] packed(int bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(new byte[bytes]);
        }
        return packed.toByteArray();
    }

    private static WireRequest get(RawServer server, String path) {
        return WireRequest.get(SecretText.plain(server.origin() + path), List.of());
    }

    private static WireRequest post(RawServer server, String path) {
        return new WireRequest("POST", SecretText.plain(server.origin() + path), List.of(), "{}");
    }

    private static Deadline in(Duration duration) {
        return Deadline.in(duration, System::nanoTime);
    }

    private static Reply.Failure failure(WireReply reply) {
        assertThat(reply).isInstanceOf(WireReply.None.class);
        return ((WireReply.None) reply).failure();
    }

    private static WireReply.Answer answer(WireReply reply) {
        assertThat(reply).isInstanceOf(WireReply.Answer.class);
        return (WireReply.Answer) reply;
    }

    private static HttpTransport transport(RawServer server, int concurrencyMax) {
        return transport(server.origin(), concurrencyMax);
    }

    private static HttpTransport transport(URI origin, int concurrencyMax) {
        return new HttpTransport(
                new Backend.Http(
                        new BackendName("stub"),
                        Backend.Api.HTTP,
                        origin,
                        SecretText.plain(""),
                        List.of(),
                        null,
                        null,
                        new Backend.Limits(concurrencyMax, BYTES_MAX, LONG)),
                "1.2");
    }
}
