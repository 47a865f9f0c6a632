package dev.countergate.server.backend.alertmanager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.AlertmanagerRequest;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of any endpoint, of any product, whole, cut off or garbled, to each request: always a reply, never an exception. */
class AlertmanagerMutationTest {
    private static final Deadline DEADLINE = Deadline.in(Duration.ofMinutes(1), System::nanoTime);
    private static final int MUTATIONS = 15;
    private static final List<Integer> STATUSES = List.of(302, 400, 404, 422, 429, 503);
    private static final BackendName B = new BackendName("b");
    private static final AlertmanagerRequest.Filter ALL =
            new AlertmanagerRequest.Filter(List.of(), null, true, true, true);
    private static final List<AlertmanagerRequest.Read> REQUESTS =
            List.of(
                    new AlertmanagerRequest.Alerts(B, ALL),
                    new AlertmanagerRequest.Groups(B, ALL),
                    new AlertmanagerRequest.Silences(B, List.of()),
                    new AlertmanagerRequest.Status(B));

    static Stream<Capture> captures() {
        return Capture.all().stream();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void reads_any_recorded_answer_without_an_exception(Capture capture) {
        for (AlertmanagerRequest.Read request : REQUESTS) {
            check(request, capture, capture.body());
        }
    }

    static Stream<Capture> own() {
        return Capture.all().stream().filter(each -> each.product().startsWith("alertmanager"));
    }

    @ParameterizedTest
    @MethodSource("own")
    void reads_any_broken_answer_without_an_exception(Capture capture) {
        for (byte[] body : Mutations.of(capture.body(), capture.hashCode(), MUTATIONS)) {
            for (AlertmanagerRequest.Read request : REQUESTS) {
                check(request, capture, body);
            }
        }
    }

    private static void check(AlertmanagerRequest.Read request, Capture capture, byte[] bytes) {
        WireBody body = new WireBody(bytes, capture.contentType());
        if (AlertmanagerReader.read(request, body, DEADLINE) instanceof Reply.Failure failure) {
            assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_MALFORMED);
            assertBounded(failure);
        }
        for (int status : STATUSES) {
            WireReply.Answer answer = new WireReply.Answer(status, body, null);
            assertBounded(AlertmanagerFailures.of(request, answer));
        }
    }

    private static void assertBounded(Reply.Failure failure) {
        assertThat(failure.message().length()).isLessThan(1_000);
        assertThat(failure.message()).doesNotContain("\n", "\r", "\t");
        assertThat(failure.hint()).isNotBlank();
    }
}
