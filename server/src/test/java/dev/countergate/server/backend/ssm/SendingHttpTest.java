package dev.countergate.server.backend.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.result.FailureCode;
import dev.countergate.server.backend.Deadline;
import dev.countergate.testing.RawServer;
import dev.countergate.testing.RawServer.Behaviour;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.services.ssm.model.SendCommandResponse;

/** What the SDK hands out for something with an effect, as it arrives at a socket. */
@Timeout(60)
final class SendingHttpTest {
    private static final String SENT = "{\"Command\":{\"CommandId\":\"c-1\"}}";

    private static SendCommandResponse send(URI endpoint, BooleanSupplier mayBegin)
            throws Exception {
        System.setProperty("aws.accessKeyId", "AKIDSIMULATED");
        System.setProperty("aws.secretAccessKey", "simulated");
        try (Service service =
                new Service(
                        SsmBackendFixture.declared(
                                endpoint, SsmBackendFixture.limits(), null, null))) {
            return service.send(
                    "SendCommand",
                    mayBegin,
                    Deadline.in(Duration.ofSeconds(5), System::nanoTime),
                    (client, configuration) ->
                            client.sendCommand(
                                    request ->
                                            request.documentName("AWS-RunShellScript")
                                                    .parameters(
                                                            Map.of("commands", List.of("echo ü")))
                                                    .overrideConfiguration(configuration)));
        }
    }

    private static Behaviour answering(int status, String headers, String body) {
        return (request, connection) -> connection.answer(status, headers, body);
    }

    @Test
    void arrives_as_it_was_signed() throws Exception {
        try (RawServer server = RawServer.start(answering(200, "", SENT))) {
            assertThat(send(server.origin(), () -> true).command().commandId()).isEqualTo("c-1");

            assertThat(server.requests()).hasSize(1);
            RawServer.Request request = server.requests().getFirst();
            assertThat(request.line()).isEqualTo("POST / HTTP/1.1");
            assertThat(request.body()).contains("echo ü").startsWith("{").endsWith("}");
            assertThat(request.header("X-Amz-Target")).isEqualTo("AmazonSSM.SendCommand");
            assertThat(request.header("Content-Type")).isEqualTo("application/x-amz-json-1.1");
            assertThat(request.header("Authorization"))
                    .contains("SignedHeaders=")
                    .contains("host;");
            assertThat(request.header("Host")).isEqualTo(server.origin().getAuthority());
            assertThat(request.headers())
                    .filteredOn(header -> header.toLowerCase(Locale.ROOT).startsWith("host:"))
                    .hasSize(1);
        }
    }

    static Stream<Arguments> what_makes_clients_send_again() {
        return Stream.of(
                Arguments.of("503, at once", answering(503, "Retry-After: 0\n", "{}")),
                Arguments.of("408", answering(408, "", "{}")),
                Arguments.of("421", answering(421, "", "{}")),
                Arguments.of("429", answering(429, "Retry-After: 0\n", "{}")),
                Arguments.of("401", answering(401, "WWW-Authenticate: Basic realm=x\n", "{}")),
                Arguments.of("407", answering(407, "Proxy-Authenticate: Basic realm=x\n", "{}")),
                Arguments.of("307", answering(307, "Location: /again\n", "")),
                Arguments.of("308", answering(308, "Location: /again\n", "")),
                Arguments.of("302", answering(302, "Location: /again\n", "")),
                Arguments.of("500", answering(500, "", "{}")),
                Arguments.of("closed", (Behaviour) (request, connection) -> connection.close()),
                Arguments.of(
                        "reset",
                        (Behaviour)
                                (request, connection) -> {
                                    connection.reset();
                                }),
                Arguments.of(
                        "cut short",
                        (Behaviour)
                                (request, connection) -> {
                                    connection.write(
                                            "HTTP/1.1 200 OK\nContent-Length: 99\n\n{\"Co");
                                    connection.close();
                                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("what_makes_clients_send_again")
    void arrives_once(String name, Behaviour behaviour) throws Exception {
        try (RawServer server = RawServer.start(behaviour)) {
            assertThatThrownBy(() -> send(server.origin(), () -> true))
                    .isInstanceOf(CallFailedException.class);

            assertThat(server.requests()).hasSize(1);
        }
    }

    /** A connection may take longer than a freeze may wait, so it is asked when it stands. */
    @Test
    void is_asked_whether_it_may_begin_when_the_connection_stands() throws Exception {
        try (RawServer server = RawServer.start(answering(200, "", SENT))) {
            assertThatThrownBy(() -> send(server.origin(), () -> !isConnected(server)))
                    .isInstanceOfSatisfying(
                            CallFailedException.class,
                            failed -> {
                                assertThat(failed.failure().code())
                                        .isEqualTo(FailureCode.CANCELLED);
                                assertThat(failed.isUnclear()).isFalse();
                            });

            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void does_not_begin_where_nobody_says_that_it_may() throws Exception {
        try (RawServer server = RawServer.start(answering(200, "", SENT));
                SendingHttp http = new SendingHttp(Duration.ofSeconds(5), Duration.ofSeconds(5))) {
            HttpExecuteRequest request =
                    HttpExecuteRequest.builder()
                            .request(
                                    SdkHttpRequest.builder()
                                            .method(SdkHttpMethod.GET)
                                            .uri(server.origin())
                                            .build())
                            .build();

            assertThatThrownBy(() -> http.prepareRequest(request).call())
                    .isInstanceOf(SendingHttp.StoppedException.class);

            assertThat(server.requests()).isEmpty();
        }
    }

    /** Whether somebody connects within some seconds. */
    private static boolean isConnected(RawServer server) {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (server.connections() == 0 && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
        return server.connections() > 0;
    }

    /** The properties that the SDK's reads obey too. */
    @Test
    void takes_the_proxy_of_the_environment() throws Exception {
        try (RawServer proxy = RawServer.start(answering(200, "", SENT))) {
            System.setProperty("http.proxyHost", "127.0.0.1");
            System.setProperty("http.proxyPort", Integer.toString(proxy.origin().getPort()));
            send(URI.create("http://ssm.test"), () -> true);

            assertThat(proxy.requests())
                    .extracting(RawServer.Request::line)
                    .containsExactly("POST http://ssm.test/ HTTP/1.1");
        } finally {
            System.clearProperty("http.proxyHost");
            System.clearProperty("http.proxyPort");
        }
    }
}
