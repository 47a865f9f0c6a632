package dev.countergate.server.backend.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.PrometheusRequest;
import dev.countergate.policy.request.Span;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.WireBody;
import dev.countergate.server.backend.WireReply;
import dev.countergate.testing.capture.Capture;
import dev.countergate.testing.capture.Mutations;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of any endpoint, of any product, whole, cut off or garbled, to each request: always a reply, never an exception. */
@Tag("long")
class PrometheusMutationTest {
    private static final Deadline DEADLINE = Deadline.in(Duration.ofMinutes(1), System::nanoTime);
    private static final int MUTATIONS = 15;
    private static final List<Integer> STATUSES = List.of(302, 400, 404, 422, 429, 503);
    private static final BackendName B = new BackendName("b");
    private static final Span OPEN = new Span(null, null, null);
    private static final List<PrometheusRequest> REQUESTS =
            List.of(
                    new PrometheusRequest.Instant(B, "x", null),
                    new PrometheusRequest.Range(B, "x", OPEN, null),
                    new PrometheusRequest.Series(B, List.of("x"), OPEN),
                    new PrometheusRequest.Labels(B, List.of(), OPEN),
                    new PrometheusRequest.LabelValues(B, "x", List.of(), OPEN),
                    new PrometheusRequest.Metadata(B, null),
                    new PrometheusRequest.Targets(B, null),
                    new PrometheusRequest.Rules(B, null),
                    new PrometheusRequest.Alerts(B));

    static Stream<Capture> captures() {
        return Capture.all().stream();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void reads_any_recorded_answer_without_an_exception(Capture capture) {
        for (PrometheusRequest request : REQUESTS) {
            check(request, capture, capture.body());
        }
    }

    static Stream<Capture> own() {
        return Capture.all().stream().filter(each -> each.product().startsWith("prometheus"));
    }

    @ParameterizedTest
    @MethodSource("own")
    void reads_any_broken_answer_without_an_exception(Capture capture) {
        for (byte[] body : Mutations.of(capture.body(), capture.hashCode(), MUTATIONS)) {
            for (PrometheusRequest request : REQUESTS) {
                check(request, capture, body);
            }
        }
    }

    private static void check(PrometheusRequest request, Capture capture, byte[] bytes) {
        WireBody body = new WireBody(bytes, capture.contentType());
        if (PrometheusReader.read(request, body, DEADLINE) instanceof Reply.Failure failure) {
            assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_MALFORMED);
            assertBounded(failure);
        }
        for (int status : STATUSES) {
            WireReply.Answer answer = new WireReply.Answer(status, body, null);
            assertBounded(PrometheusFailures.of(request, answer, false));
        }
    }

    private static void assertBounded(Reply.Failure failure) {
        assertThat(failure.message().length()).isLessThan(1_000);
        assertThat(failure.message()).doesNotContain("\n", "\r", "\t");
        assertThat(failure.hint()).isNotBlank();
    }
}
