package dev.countergate.server.backend.loki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.LokiRequest;
import dev.countergate.policy.request.Span;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.WireBody;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Any answer to any question is a reply: the first byte chooses the question, the others answer it. */
public final class LokiAnswerFuzz {
    private static final Deadline DEADLINE = Deadline.in(Duration.ofMinutes(1), System::nanoTime);
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

    private LokiAnswerFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] answer = Arrays.copyOfRange(input, 1, input.length);
        LokiRequest request = REQUESTS.get((input[0] & 0xFF) % REQUESTS.size());
        Reply reply = LokiReader.read(request, new WireBody(answer, null), Instant.EPOCH, DEADLINE);
        if (reply instanceof Reply.Failure failure) {
            assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_MALFORMED);
            assertThat(failure.message()).hasSizeLessThan(1_000).doesNotContain("\n", "\r", "\t");
            assertThat(failure.hint()).isNotBlank();
        }
    }
}
