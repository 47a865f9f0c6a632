package dev.countergate.server.backend.alertmanager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.AlertmanagerRequest;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.WireBody;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Any answer to any question is a reply: the first byte chooses the question, the others answer it. */
public final class AlertmanagerAnswerFuzz {
    private static final Deadline DEADLINE = Deadline.in(Duration.ofMinutes(1), System::nanoTime);
    private static final BackendName B = new BackendName("b");
    private static final AlertmanagerRequest.Filter ALL =
            new AlertmanagerRequest.Filter(List.of(), null, true, true, true);
    private static final List<AlertmanagerRequest.Read> REQUESTS =
            List.of(
                    new AlertmanagerRequest.Alerts(B, ALL),
                    new AlertmanagerRequest.Groups(B, ALL),
                    new AlertmanagerRequest.Silences(B, List.of()),
                    new AlertmanagerRequest.Status(B));

    private AlertmanagerAnswerFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] answer = Arrays.copyOfRange(input, 1, input.length);
        AlertmanagerRequest.Read request = REQUESTS.get((input[0] & 0xFF) % REQUESTS.size());
        Reply reply = AlertmanagerReader.read(request, new WireBody(answer, null), DEADLINE);
        if (reply instanceof Reply.Failure failure) {
            assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_MALFORMED);
            assertThat(failure.message()).hasSizeLessThan(1_000).doesNotContain("\n", "\r", "\t");
            assertThat(failure.hint()).isNotBlank();
        }
    }
}
