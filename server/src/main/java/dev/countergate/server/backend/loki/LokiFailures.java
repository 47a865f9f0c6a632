package dev.countergate.server.backend.loki;

import dev.countergate.policy.request.LokiRequest;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.BackendWords;
import dev.countergate.server.backend.JsonReader;
import dev.countergate.server.backend.UnreadableAnswer;
import dev.countergate.server.backend.WireBody;
import dev.countergate.server.backend.WireReply;
import org.jspecify.annotations.Nullable;

/** What Loki's errors mean. Loki writes sentences, gateways before it write JSON or pages: the status alone decides. */
final class LokiFailures {
    private final @Nullable String tenant;

    /**
     * @param tenant who we are to Loki, or null
     */
    LokiFailures(@Nullable String tenant) {
        this.tenant = tenant;
    }

    /** The failure that {@code answer}, whose status is not 2xx, is. */
    Reply.Failure of(LokiRequest request, WireReply.Answer answer) {
        FailureCode code = answer.failureCode();
        return BackendWords.failure(
                code,
                request.backend().value(),
                BackendWords.did(code),
                Integer.toString(answer.status()),
                words(answer.body()),
                hint(request, answer.status(), code));
    }

    private String hint(LokiRequest request, int status, FailureCode code) {
        return switch (status) {
            case 400 -> refusedHint(request);
            case 401, 403 ->
                    tenant == null
                            ? "it may want to know the tenant: an operator must set this backend's `tenant` or credentials in the catalogue"
                            : BackendWords.hint(code);
            case 413, 414, 431 -> "the query is too long for this backend: shorten it";
            case 500 ->
                    tenant != null && tenant.contains("|")
                            ? "this backend's `tenant` names several, which needs multi-tenant queries enabled in Loki"
                            : BackendWords.hint(code);
            case 503 ->
                    "it is starting, stopping or overloaded: try again in a moment, and ask for less";
            default -> BackendWords.hint(code);
        };
    }

    private static String refusedHint(LokiRequest request) {
        return switch (request) {
            case LokiRequest.Range _ ->
                    "mend the query: one matcher must not match the empty string, as in app=~\".+\"; a time span, limit or number of points beyond the server's limits is refused too";
            case LokiRequest.Instant _ ->
                    "mend the query: an instant query gives numbers, as in sum(count_over_time({app=\"x\"}[5m])); for log lines ask for a range";
            case LokiRequest.Labels _ -> "shorten the time span";
            case LokiRequest.LabelValues _ -> "mend the label's name or the selector";
            case LokiRequest.Series _ ->
                    "mend the selectors: one matcher of each must not match the empty string";
            case LokiRequest.Stats _ ->
                    "mend the selector: one matcher must not match the empty string";
        };
    }

    private static String words(WireBody body) {
        if (BackendWords.isJson(body)) {
            try {
                return message(JsonReader.of(body));
            } catch (UnreadableAnswer notAGateways) {
                // What follows takes it as text, which is all it is.
            }
        }
        return BackendWords.ofText(body);
    }

    private static String message(JsonReader reader) throws UnreadableAnswer {
        String words = "";
        reader.startObject();
        while (reader.nextMember()) {
            if (reader.isString()
                    && (reader.name().equals("message") || reader.name().equals("error"))) {
                words = reader.string();
            } else {
                reader.skip();
            }
        }
        return words;
    }
}
