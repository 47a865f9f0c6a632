package dev.countergate.server.backend.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.PrometheusRequest;
import dev.countergate.policy.request.Span;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.WireBody;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Any answer to any question is a reply: the first byte chooses the question, the others answer it. */
public final class PrometheusAnswerFuzz {
    private static final Deadline DEADLINE = Deadline.in(Duration.ofMinutes(1), System::nanoTime);
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

    private PrometheusAnswerFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] answer = Arrays.copyOfRange(input, 1, input.length);
        PrometheusRequest request = REQUESTS.get((input[0] & 0xFF) % REQUESTS.size());
        Reply reply = PrometheusReader.read(request, new WireBody(answer, null), DEADLINE);
        if (reply instanceof Reply.Failure failure) {
            assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_MALFORMED);
            assertThat(failure.message()).hasSizeLessThan(1_000).doesNotContain("\n", "\r", "\t");
            assertThat(failure.hint()).isNotBlank();
        }
    }
}
