package dev.countergate.server.backend.alertmanager;

import dev.countergate.policy.request.AlertmanagerRequest;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.BackendWords;
import dev.countergate.server.backend.JsonReader;
import dev.countergate.server.backend.UnreadableAnswer;
import dev.countergate.server.backend.WireBody;
import dev.countergate.server.backend.WireReply;

/**
 * What an Alertmanager's errors mean. The body is a JSON string, an object with {@code code} and {@code message}, or
 * nothing; the status alone decides.
 */
final class AlertmanagerFailures {
    private AlertmanagerFailures() {}

    /** The failure that {@code answer}, whose status is not 2xx, is. */
    static Reply.Failure of(AlertmanagerRequest.Read request, WireReply.Answer answer) {
        return of(request.backend().value(), answer, hint(request, answer.failureCode()));
    }

    /** The same of the backend of that name, with a hint of the caller's. */
    static Reply.Failure of(String backend, WireReply.Answer answer, String hint) {
        FailureCode code = answer.failureCode();
        return BackendWords.failure(
                code,
                backend,
                BackendWords.did(code),
                Integer.toString(answer.status()),
                words(answer.body()),
                hint);
    }

    private static String hint(AlertmanagerRequest.Read request, FailureCode code) {
        return code == FailureCode.BACKEND_REFUSED ? refusedHint(request) : BackendWords.hint(code);
    }

    private static String refusedHint(AlertmanagerRequest.Read request) {
        return switch (request) {
            case AlertmanagerRequest.Alerts _, AlertmanagerRequest.Groups _ ->
                    "mend the matchers, as in severity=~\"page|ticket\", or the receiver's regular expression";
            case AlertmanagerRequest.Silences _ ->
                    "mend the matchers, as in alertname=\"TargetDown\"";
            case AlertmanagerRequest.Status _ -> BackendWords.hint(FailureCode.BACKEND_REFUSED);
        };
    }

    private static String words(WireBody body) {
        if (BackendWords.isJson(body)) {
            try {
                return words(JsonReader.of(body));
            } catch (UnreadableAnswer notItsJson) {
                // What follows takes it as text, which is all it is.
            }
        }
        return BackendWords.ofText(body);
    }

    private static String words(JsonReader reader) throws UnreadableAnswer {
        if (reader.isString()) {
            return reader.string();
        }
        String words = "";
        reader.startObject();
        while (reader.nextMember()) {
            switch (reader.name()) {
                // `error` is how version 1 of the API says that it is gone.
                case "message", "error" -> words = reader.string();
                default -> reader.skip();
            }
        }
        return words;
    }
}
