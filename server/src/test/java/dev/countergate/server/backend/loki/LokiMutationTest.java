package dev.countergate.server.backend.loki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.LokiRequest;
import dev.countergate.policy.request.Span;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.WireBody;
import dev.countergate.server.backend.WireReply;
import dev.countergate.testing.capture.Capture;
import dev.countergate.testing.capture.Mutations;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of any endpoint, of any product, whole, cut off or garbled, to each request: always a reply, never an exception. */
class LokiMutationTest {
    private static final Deadline DEADLINE = Deadline.in(Duration.ofMinutes(1), System::nanoTime);
    private static final int MUTATIONS = 15;
    private static final List<Integer> STATUSES = List.of(302, 400, 404, 422, 429, 503);
    private static final BackendName B = new BackendName("b");
    private static final Span OPEN = new Span(null, null, null);
    private static final List<LokiRequest> REQUESTS =
            List.of(
                    new LokiRequest.Range(B, "x", OPEN, 3, null, false),
                    new LokiRequest.Instant(B, "x", null),
                    new LokiRequest.Series(B, List.of("x"), OPEN),
                    new LokiRequest.Labels(B, OPEN),
                    new LokiRequest.LabelValues(B, "x", null, OPEN),
                    new LokiRequest.Stats(B, "x", OPEN));

    static Stream<Capture> captures() {
        return Capture.all().stream();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void reads_any_recorded_answer_without_an_exception(Capture capture) {
        for (LokiRequest request : REQUESTS) {
            check(request, capture, capture.body());
        }
    }

    static Stream<Capture> own() {
        return Capture.all().stream().filter(each -> each.product().startsWith("loki"));
    }

    @ParameterizedTest
    @MethodSource("own")
    void reads_any_broken_answer_without_an_exception(Capture capture) {
        for (byte[] body : Mutations.of(capture.body(), capture.hashCode(), MUTATIONS)) {
            for (LokiRequest request : REQUESTS) {
                check(request, capture, body);
            }
        }
    }

    private static void check(LokiRequest request, Capture capture, byte[] bytes) {
        WireBody body = new WireBody(bytes, capture.contentType());
        if (LokiReader.read(request, body, Instant.EPOCH, DEADLINE)
                instanceof Reply.Failure failure) {
            assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_MALFORMED);
            assertBounded(failure);
        }
        for (int status : STATUSES) {
            WireReply.Answer answer = new WireReply.Answer(status, body, null);
            assertBounded(new LokiFailures(null).of(request, answer));
        }
    }

    private static void assertBounded(Reply.Failure failure) {
        assertThat(failure.message().length()).isLessThan(1_000);
        assertThat(failure.message()).doesNotContain("\n", "\r", "\t");
        assertThat(failure.hint()).isNotBlank();
    }
}
