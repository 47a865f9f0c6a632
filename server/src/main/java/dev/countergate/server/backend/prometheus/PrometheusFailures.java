package dev.countergate.server.backend.prometheus;

import dev.countergate.policy.request.PrometheusRequest;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.BackendWords;
import dev.countergate.server.backend.JsonReader;
import dev.countergate.server.backend.UnreadableAnswer;
import dev.countergate.server.backend.WireBody;
import dev.countergate.server.backend.WireReply;

/**
 * What Prometheus's errors mean (HTTP API, "Format overview"). Told by status and {@code errorType} alone: the words
 * differ between versions.
 */
final class PrometheusFailures {
    private PrometheusFailures() {}

    /**
     * The failure that {@code answer}, whose status is not 2xx, is.
     *
     * @param ranOut whether the time the server was given was over when it answered
     */
    static Reply.Failure of(PrometheusRequest request, WireReply.Answer answer, boolean ranOut) {
        Said said = said(answer.body());
        FailureCode code = code(answer, said.errorType(), ranOut);
        String kind =
                said.errorType().isEmpty()
                        ? Integer.toString(answer.status())
                        : answer.status() + " " + BackendWords.line(said.errorType());
        return BackendWords.failure(
                code,
                request.backend().value(),
                BackendWords.did(code),
                kind,
                said.words(),
                hint(request, answer.status(), code, said.errorType()));
    }

    private static FailureCode code(WireReply.Answer answer, String errorType, boolean ranOut) {
        return switch (errorType) {
            case "timeout" -> FailureCode.BACKEND_TIMEOUT;
            // A timeout that strikes while series are loaded is called an execution error.
            case "execution" ->
                    ranOut && answer.status() == 422
                            ? FailureCode.BACKEND_TIMEOUT
                            : answer.failureCode();
            case "bad_data" -> FailureCode.BACKEND_REFUSED;
            default -> answer.failureCode();
        };
    }

    private static String hint(
            PrometheusRequest request, int status, FailureCode code, String errorType) {
        if (code == FailureCode.BACKEND_REFUSED) {
            return refusedHint(request, status);
        }
        if (status == 503 && code == FailureCode.BACKEND_ERROR) {
            return "it is starting, stopping or overloaded: try again in a moment";
        }
        if (code == FailureCode.NOT_FOUND && errorType.equals("not_found")) {
            return "there is no such thing at this backend: list what there is first";
        }
        return BackendWords.hint(code);
    }

    private static String refusedHint(PrometheusRequest request, int status) {
        return switch (status) {
            case 400 ->
                    switch (request) {
                        case PrometheusRequest.Instant _ ->
                                "mend the query: positions are line:column of it";
                        case PrometheusRequest.Range _ ->
                                "mend the query: positions are line:column of it; a range query takes no range selector at its outermost";
                        case PrometheusRequest.Series _ -> "mend the selectors";
                        case PrometheusRequest.Labels _ -> "mend the selectors";
                        case PrometheusRequest.LabelValues _ ->
                                "mend the label's name or the selectors";
                        case PrometheusRequest.Metadata _ ->
                                BackendWords.hint(FailureCode.BACKEND_REFUSED);
                        case PrometheusRequest.Targets _ -> "state is active, dropped or any";
                        case PrometheusRequest.Rules _ -> "type is alert or record";
                        case PrometheusRequest.Alerts _ ->
                                BackendWords.hint(FailureCode.BACKEND_REFUSED);
                    };
            case 405 ->
                    "something between here and Prometheus refuses the method: an operator must let POST through to its query paths";
            case 413, 414, 431 -> "the query is too long for this backend: shorten it";
            case 422 ->
                    "the query cannot be evaluated, or hits the server's own limit on time or samples: mend it or ask for less, by a narrower selector, a shorter time span or a larger step";
            default -> BackendWords.hint(FailureCode.BACKEND_REFUSED);
        };
    }

    private static Said said(WireBody body) {
        if (BackendWords.isJson(body)) {
            try {
                return read(JsonReader.of(body));
            } catch (UnreadableAnswer notItsJson) {
                // What follows takes it as text, which is all it is.
            }
        }
        return new Said("", BackendWords.ofText(body));
    }

    private static Said read(JsonReader reader) throws UnreadableAnswer {
        String errorType = "";
        String words = "";
        reader.startObject();
        while (reader.nextMember()) {
            switch (reader.name()) {
                case "errorType" -> errorType = reader.string();
                case "error" -> words = reader.string();
                default -> reader.skip();
            }
        }
        return new Said(errorType, words);
    }

    /** What an error's body says; {@code errorType} is empty where it has none. */
    private record Said(String errorType, String words) {}
}
