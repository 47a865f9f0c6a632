package dev.countergate.server.backend;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.secret.SecretText;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HttpTransportTest {
    @RegisterExtension
    static final WireMockExtension server =
            WireMockExtension.newInstance().options(options().dynamicPort()).build();

    @Test
    void sends_the_headers_given_and_reads_the_answer() throws InterruptedException {
        server.stubFor(
                get(urlEqualTo("/a?b=c%20d")).willReturn(aResponse().withBody("x".repeat(2_048))));
        try (HttpTransport transport = new HttpTransport(backend(Backend.Limits.DEFAULT), "1.2")) {
            WireRequest request =
                    WireRequest.get(
                            SecretText.plain(server.baseUrl() + "/a?b=c%20d"),
                            List.of(
                                    new Backend.Header(
                                            "X-Key", SecretText.hidden(new Secret("K", "s")))));
            for (int i = 0; i < 3; i++) {
                assertThat(
                                transport.fetch(
                                        request,
                                        Deadline.in(Duration.ofSeconds(5), System::nanoTime)))
                        .isInstanceOfSatisfying(
                                WireReply.Answer.class,
                                answer -> assertThat(answer.body().text()).hasSize(2_048));
            }
        }
        server.verify(
                3,
                getRequestedFor(urlEqualTo("/a?b=c%20d"))
                        .withHeader("X-Key", equalTo("s"))
                        .withHeader("User-Agent", equalTo("countergate/1.2")));
    }

    private static Backend.Http backend(Backend.Limits limits) {
        return new Backend.Http(
                new BackendName("stub"),
                Backend.Api.HTTP,
                URI.create(server.baseUrl()),
                SecretText.plain(""),
                List.of(),
                null,
                null,
                limits);
    }
}
