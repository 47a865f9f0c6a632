package dev.countergate.server.backend.http;

import dev.countergate.policy.catalogue.Action;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.Event;
import dev.countergate.policy.request.HttpRequest;
import dev.countergate.policy.request.Request;
import dev.countergate.server.backend.ChangeClient;
import dev.countergate.server.backend.Deadline;
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
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** What {@code url} tools change. A generic HTTP API cannot be asked for an attempt, so an unknown outcome stays one. */
final class HttpChanges implements ChangeClient {
    /** How much of an answer is kept as a result, in bytes as JSON and in characters as text. */
    private static final int RESULT_MAX = 16 << 10;

    private final HttpTransport transport;

    HttpChanges(HttpTransport transport) {
        this.transport = transport;
    }

    @Override
    public Resolution resolve(Request request, Wish wish) {
        if (!(request instanceof HttpRequest http)) {
            throw new IllegalArgumentException("not an HTTP request: " + request);
        }
        CoreRequest.Http resolved =
                new CoreRequest.Http(
                        http.method(),
                        http.url(),
                        HttpSend.stated(http.headers()),
                        http.body(),
                        action(wish.tool()).idempotencyHeader(),
                        wish.attempt());
        return HttpSend.checked(resolved, List.of());
    }

    @Override
    public Sent send(CoreRequest request, Sending sending) throws InterruptedException {
        if (!(request instanceof CoreRequest.Http http)) {
            throw new IllegalArgumentException("not to be sent over HTTP: " + request.verb());
        }
        WireReply reply =
                transport.sendOnce(HttpSend.wire(http), sending.mayBegin(), sending.deadline());
        return new Sent(HttpSend.outcome(reply), HttpSend.detail(reply), result(reply));
    }

    @Override
    public Sent resume(CoreRequest request, String handle, Sending sending) {
        throw new UnsupportedOperationException("an HTTP API names no attempts");
    }

    @Override
    public Seen search(CoreRequest request, Instant sentAt, Deadline deadline) {
        return new Seen(
                Event.Sighting.UNREADABLE, "an HTTP API cannot be asked for an attempt", null);
    }

    @Override
    public boolean stop(CoreRequest request, String handle, Deadline deadline) {
        return false;
    }

    @Override
    public @Nullable Duration settle() {
        return null;
    }

    @Override
    public Duration longest(CoreRequest request, Tool tool) {
        return action(tool).timeout();
    }

    private static HttpAction action(Tool tool) {
        Action action = tool.action();
        if (action instanceof HttpAction http) {
            return http;
        }
        throw new IllegalArgumentException("tool `" + tool.name() + "` changes nothing over HTTP");
    }

    /** What a success says: its JSON, or its text where it is none or too much. */
    private static @Nullable JsonNode result(WireReply reply) {
        if (!(reply instanceof WireReply.Answer answer) || !answer.isSuccess()) {
            return null;
        }
        WireBody body = answer.body();
        if (body.bytes().length <= RESULT_MAX) {
            try {
                JsonReader reader = JsonReader.of(body);
                JsonNode tree = reader.tree();
                reader.end();
                return tree;
            } catch (UnreadableAnswer notJson) {
                // Then it is a text, which is all that was promised.
            }
        }
        String text = body.text();
        return text.isEmpty()
                ? null
                : JsonNodeFactory.instance.stringNode(
                        text.codePoints()
                                .limit(RESULT_MAX)
                                .collect(
                                        StringBuilder::new,
                                        StringBuilder::appendCodePoint,
                                        StringBuilder::append)
                                .toString());
    }
}
