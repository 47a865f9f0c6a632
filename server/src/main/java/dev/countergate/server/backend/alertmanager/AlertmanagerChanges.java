package dev.countergate.server.backend.alertmanager;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.Event.Sighting;
import dev.countergate.policy.request.AlertmanagerRequest;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.template.Matcher;
import dev.countergate.server.backend.BackendWords;
import dev.countergate.server.backend.ChangeClient;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.Form;
import dev.countergate.server.backend.HttpApi;
import dev.countergate.server.backend.HttpSend;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.server.backend.JsonReader;
import dev.countergate.server.backend.Resolution;
import dev.countergate.server.backend.Seen;
import dev.countergate.server.backend.Sending;
import dev.countergate.server.backend.Sent;
import dev.countergate.server.backend.UnreadableAnswer;
import dev.countergate.server.backend.WireBody;
import dev.countergate.server.backend.WireReply;
import dev.countergate.server.backend.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Silences: made and ended. A silence is found again by the attempt id at the end of its comment; an ended one by its
 * state.
 */
final class AlertmanagerChanges implements ChangeClient {
    /** How long the silences of a cluster may take to show everywhere. */
    static final Duration SETTLE = Duration.ofMinutes(2);

    /** How many of the alerts a silence would match now are shown to an approver. */
    static final int ALERTS_SHOWN_MAX = 20;

    private static final String SILENCE = "/api/v2/silence/";
    private static final String SILENCES = "/api/v2/silences";

    private final Backend.Http backend;
    private final HttpTransport transport;
    private final HttpApi api;
    private final AlertmanagerCalls calls;

    AlertmanagerChanges(Backend.Http backend, HttpTransport transport) {
        this.backend = backend;
        this.transport = transport;
        this.api = new HttpApi(backend, List.of());
        this.calls = new AlertmanagerCalls(backend);
    }

    @Override
    public Resolution resolve(Request request, Wish wish) throws InterruptedException {
        return switch (request) {
            case AlertmanagerRequest.Silence silence -> silence(silence, wish);
            case AlertmanagerRequest.Expire expire -> expire(expire, wish);
            default -> throw new IllegalArgumentException("changes nothing: " + request);
        };
    }

    private Resolution silence(AlertmanagerRequest.Silence silence, Wish wish)
            throws InterruptedException {
        CoreRequest.Silence resolved =
                new CoreRequest.Silence(
                        api.url(SILENCES),
                        HttpSend.stated(api.headers(true)),
                        silence.matchers(),
                        wish.created(),
                        silence.duration(),
                        wish.requester(),
                        silence.comment(),
                        wish.attempt());
        AlertmanagerRequest.Alerts matching =
                new AlertmanagerRequest.Alerts(
                        silence.backend(),
                        new AlertmanagerRequest.Filter(silence.matchers(), null, true, true, true));
        try (WireReply reply = transport.fetch(calls.call(matching), wish.deadline())) {
            return switch (reply) {
                case WireReply.None(Reply.Failure failure, _) -> new Resolution.Failed(failure);
                case WireReply.Answer answer when answer.isSuccess() ->
                        switch (AlertmanagerReader.read(matching, answer.body(), wish.deadline())) {
                            case Reply.Answer(Payload.Rows rows, _) ->
                                    HttpSend.checked(resolved, alerts(rows.rows()));
                            case Reply.Answer _ ->
                                    throw new IllegalStateException("alerts are read as rows");
                            case Reply.Failure failure -> new Resolution.Failed(failure);
                        };
                case WireReply.Answer answer ->
                        new Resolution.Failed(AlertmanagerFailures.of(matching, answer));
            };
        }
    }

    private static List<String> alerts(List<JsonNode> alerts) {
        List<String> lines = new ArrayList<>();
        lines.add("alerts it matches now: " + alerts.size());
        alerts.stream()
                .limit(ALERTS_SHOWN_MAX)
                .map(alert -> labels(alert.path("labels")))
                .sorted()
                .forEach(lines::add);
        if (alerts.size() > ALERTS_SHOWN_MAX) {
            lines.add("and " + (alerts.size() - ALERTS_SHOWN_MAX) + " more");
        }
        return lines;
    }

    private static String labels(JsonNode labels) {
        return labels.properties().stream()
                .map(
                        label ->
                                new Matcher(
                                                label.getKey(),
                                                label.getValue().asString(""),
                                                false,
                                                true)
                                        .text())
                .sorted()
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private Resolution expire(AlertmanagerRequest.Expire expire, Wish wish)
            throws InterruptedException {
        if (!Form.isSegment(expire.id())) {
            return new Resolution.Refused(
                    "INVALID_ARGUMENT",
                    "`" + BackendWords.line(expire.id()) + "` is no silence's id",
                    "list the silences for their ids");
        }
        CoreRequest.Http resolved =
                new CoreRequest.Http(
                        "DELETE",
                        api.url(SILENCE + Form.segment(expire.id())),
                        HttpSend.stated(api.headers(false)),
                        null,
                        null,
                        wish.attempt());
        try (WireReply reply =
                transport.fetch(
                        api.get(SILENCE + Form.segment(expire.id()), new Form()),
                        wish.deadline())) {
            return switch (reply) {
                case WireReply.None(Reply.Failure failure, _) -> new Resolution.Failed(failure);
                case WireReply.Answer answer when answer.isSuccess() -> {
                    try {
                        yield expire(resolved, expire.id(), Silence.read(answer.body()));
                    } catch (UnreadableAnswer e) {
                        yield new Resolution.Failed(
                                BackendWords.unreadable(backend.name().value(), answer.body(), e));
                    }
                }
                case WireReply.Answer answer ->
                        answer.failureCode() == FailureCode.NOT_FOUND
                                ? new Resolution.Refused(
                                        "NOT_FOUND",
                                        "there is no silence `" + expire.id() + "`",
                                        "list the silences for their ids; one that ended long ago"
                                                + " is forgotten")
                                : new Resolution.Failed(
                                        AlertmanagerFailures.of(
                                                backend.name().value(),
                                                answer,
                                                "list the silences for their ids"));
            };
        }
    }

    private static Resolution expire(CoreRequest.Http resolved, String id, Silence silence) {
        if (silence.isExpired()) {
            return new Resolution.Refused(
                    "NOTHING_TO_DO",
                    "silence `" + id + "` has ended already",
                    "list the silences that are active or pending");
        }
        return HttpSend.checked(
                resolved,
                List.of(
                        "ends the silence of: " + String.join(", ", silence.matchers()),
                        "made by: " + silence.createdBy(),
                        "because: " + silence.comment(),
                        "it would end by itself: " + silence.endsAt()));
    }

    @Override
    public Sent send(CoreRequest request, Sending sending) throws InterruptedException {
        return switch (request) {
            case CoreRequest.Silence silence -> {
                WireReply reply =
                        transport.sendOnce(
                                HttpSend.wire(silence.http()),
                                sending.mayBegin(),
                                sending.deadline());
                yield silenced(reply);
            }
            case CoreRequest.Http http ->
                    ended(
                            transport.sendOnce(
                                    HttpSend.wire(http), sending.mayBegin(), sending.deadline()));
            case CoreRequest.Recorded _, CoreRequest.Ssm _ ->
                    throw new IllegalArgumentException("not to be sent: " + request.verb());
        };
    }

    /** An answer of success without an id is not an Alertmanager's, so nobody knows what became of the silence. */
    private Sent silenced(WireReply reply) {
        Outcome outcome = HttpSend.outcome(reply);
        if (outcome != Outcome.APPLIED || !(reply instanceof WireReply.Answer answer)) {
            return new Sent(outcome, HttpSend.detail(reply), null);
        }
        try {
            JsonReader reader = JsonReader.of(answer.body());
            String id = reader.tree().path("silenceID").asString("");
            reader.end();
            if (id.isEmpty()) {
                throw new UnreadableAnswer("it has no `silenceID`");
            }
            return new Sent(
                    Outcome.APPLIED,
                    HttpSend.detail(reply) + ": silence `" + BackendWords.line(id) + "`",
                    named(id));
        } catch (UnreadableAnswer e) {
            return notIts(answer, e);
        }
    }

    /** A success has no body; what has one is not an Alertmanager's. */
    private Sent ended(WireReply reply) {
        Outcome outcome = HttpSend.outcome(reply);
        if (outcome == Outcome.APPLIED
                && reply instanceof WireReply.Answer answer
                && !answer.body().text().isBlank()) {
            return notIts(answer, new UnreadableAnswer("it has a body"));
        }
        return new Sent(outcome, HttpSend.detail(reply), null);
    }

    private Sent notIts(WireReply.Answer answer, UnreadableAnswer why) {
        return new Sent(
                Outcome.OUTCOME_UNKNOWN,
                BackendWords.unreadable(backend.name().value(), answer.body(), why).message(),
                null);
    }

    @Override
    public Sent resume(CoreRequest request, String handle, Sending sending) {
        throw new UnsupportedOperationException("an Alertmanager answers at once or not at all");
    }

    @Override
    public Seen search(CoreRequest request, Instant sentAt, Deadline deadline)
            throws InterruptedException {
        boolean ends = request.json().path("method").asString("").equals("DELETE");
        String path = ends ? pathOf(request) : SILENCES;
        try (WireReply reply = transport.fetch(api.get(path, new Form()), deadline)) {
            return switch (reply) {
                case WireReply.None(Reply.Failure failure, _) -> unreadable(failure.message());
                case WireReply.Answer answer when answer.isSuccess() -> {
                    try {
                        yield ends
                                ? endedOrNot(Silence.read(answer.body()))
                                : marked(request, Silence.readAll(answer.body()));
                    } catch (UnreadableAnswer e) {
                        yield unreadable(
                                BackendWords.unreadable(backend.name().value(), answer.body(), e)
                                        .message());
                    }
                }
                case WireReply.Answer answer -> unreadable("HTTP " + answer.status());
            };
        }
    }

    private static String pathOf(CoreRequest request) {
        String url = request.json().path("url").asString("");
        return SILENCE + url.substring(url.lastIndexOf('/') + 1);
    }

    private static Seen endedOrNot(Silence silence) {
        return silence.isExpired()
                ? new Seen(Sighting.FOUND, "the silence ended " + silence.endsAt(), null)
                : new Seen(Sighting.ABSENT, "the silence is " + silence.state(), null);
    }

    private static Seen marked(CoreRequest request, List<Silence> silences) {
        String mark = CoreRequest.Silence.mark(request.attempt());
        return silences.stream()
                .filter(silence -> silence.comment().endsWith(mark))
                .findFirst()
                .map(
                        silence ->
                                new Seen(
                                        Sighting.FOUND,
                                        "silence `" + silence.id() + "` is " + silence.state(),
                                        named(silence.id())))
                .orElse(
                        new Seen(
                                Sighting.ABSENT,
                                "none of " + silences.size() + " silences has the attempt's mark",
                                null));
    }

    /** What Alertmanager answers when it takes a silence. */
    private static JsonNode named(String id) {
        return JsonNodeFactory.instance.objectNode().put("silenceID", id);
    }

    private static Seen unreadable(String why) {
        return new Seen(Sighting.UNREADABLE, why, null);
    }

    @Override
    public boolean stop(CoreRequest request, String handle, Deadline deadline) {
        return false;
    }

    @Override
    public Duration settle() {
        return SETTLE;
    }

    @Override
    public Duration longest(CoreRequest request, Tool tool) {
        return backend.limits().timeout();
    }

    /** What is looked at of a silence; texts are one line each. */
    private record Silence(
            String id,
            String state,
            List<String> matchers,
            String createdBy,
            String comment,
            String endsAt) {
        boolean isExpired() {
            return state.equals("expired");
        }

        static Silence read(WireBody body) throws UnreadableAnswer {
            JsonReader reader = JsonReader.of(body);
            Silence silence = of(reader.tree());
            reader.end();
            return silence;
        }

        static List<Silence> readAll(WireBody body) throws UnreadableAnswer {
            JsonReader reader = JsonReader.of(body);
            JsonNode tree = reader.tree();
            reader.end();
            if (!tree.isArray()) {
                throw new UnreadableAnswer("it is no list");
            }
            List<Silence> silences = new ArrayList<>();
            for (JsonNode each : tree) {
                silences.add(of(each));
            }
            return silences;
        }

        private static Silence of(JsonNode silence) throws UnreadableAnswer {
            String state = silence.path("status").path("state").asString("");
            if (!List.of("active", "pending", "expired").contains(state)) {
                throw new UnreadableAnswer("a silence has no state");
            }
            List<String> matchers = new ArrayList<>();
            for (JsonNode matcher : silence.path("matchers")) {
                matchers.add(AlertmanagerReader.text(matcher));
            }
            return new Silence(
                    silence.path("id").asString(""),
                    state,
                    matchers,
                    BackendWords.line(silence.path("createdBy").asString("")),
                    silence.path("comment").asString(""),
                    silence.path("endsAt").asString(""));
        }
    }
}
