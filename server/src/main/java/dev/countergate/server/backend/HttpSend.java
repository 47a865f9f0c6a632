package dev.countergate.server.backend;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.result.Reply;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A change over HTTP: what goes on the wire, and what an answer says of its effect. */
public final class HttpSend {
    /** What is between the two ends of a connection, whatever a catalogue says. */
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("accept-encoding", "connection", "content-length", "transfer-encoding");

    private HttpSend() {}

    /** Those of {@code headers} that go on the wire as they stand, and so may stand in a core. */
    public static List<Backend.Header> stated(List<Backend.Header> headers) {
        return headers.stream()
                .filter(
                        header ->
                                !OF_THE_CONNECTION.contains(header.name().toLowerCase(Locale.ROOT)))
                .toList();
    }

    /** {@code request}, unless a text of it would be taken for a secret's name in a core. */
    public static Resolution checked(CoreRequest request, List<String> blastRadius) {
        return switch (request.checked()) {
            case Checked.Valid<CoreRequest>(CoreRequest good) ->
                    new Resolution.Resolved(good, blastRadius);
            case Checked.Invalid<CoreRequest>(List<Fault> faults) ->
                    new Resolution.Refused(
                            "INVALID_CATALOGUE",
                            faults.stream().map(Fault::text).collect(Collectors.joining("; ")),
                            "");
        };
    }

    /**
     * {@code request} as it goes on the wire. What is received is what stands here, but for {@code Host}, {@code
     * Content-Length}, {@code Accept}, {@code Accept-Encoding}, {@code User-Agent} and {@code Connection}.
     */
    public static WireRequest wire(CoreRequest.Http request) {
        return new WireRequest(request.method(), request.url(), request.sent(), request.body());
    }

    /**
     * What is known of the effect. Only a refusal says that there is none: any other answer may come from a proxy that lost
     * sight of a backend at work, and a redirect other than 307 and 308 may follow the effect.
     */
    public static Outcome outcome(WireReply reply) {
        return switch (reply) {
            case WireReply.None none -> none.sent() ? Outcome.OUTCOME_UNKNOWN : Outcome.FAILED;
            case WireReply.Answer answer when answer.isSuccess() -> Outcome.APPLIED;
            case WireReply.Answer answer ->
                    isRefusal(answer.status()) ? Outcome.FAILED : Outcome.OUTCOME_UNKNOWN;
        };
    }

    private static boolean isRefusal(int status) {
        return switch (status) {
            case 307, 308 -> true;
            // Request Timeout and Too Early: part of the request was read, or all of it.
            case 408, 425 -> false;
            default -> status >= 400 && status < 500;
        };
    }

    /** One line for the record: the status, with what the backend said where it is no success. */
    public static String detail(WireReply reply) {
        return switch (reply) {
            case WireReply.None(Reply.Failure failure, boolean sent) ->
                    sent ? failure.message() : "nothing was sent: " + failure.message();
            case WireReply.Answer answer -> {
                String words =
                        answer.isSuccess()
                                ? ""
                                : BackendWords.line(BackendWords.ofText(answer.body()));
                yield "HTTP " + answer.status() + (words.isEmpty() ? "" : ": `" + words + "`");
            }
        };
    }
}
