package dev.countergate.server.backend.http;

import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.CompositeRequest;
import dev.countergate.policy.request.HttpRequest;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.BackendClient;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.http.JsonPick.Found;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Several HTTP requests at once, their answers in one JSON object. A part that fails is an object with {@code error}
 * under its key; the call itself does not fail. How many run at once, each part's backend decides. Thread safe.
 */
public final class CompositeBackend implements BackendClient<CompositeRequest> {
    /** The most of all parts together, in UTF-16 units; a part that passes it becomes an error. */
    static final int LENGTH_MAX = 16 << 20;

    private final Function<BackendName, BackendClient<HttpRequest>> clients;

    /**
     * A client over {@code clients}, which it does not close.
     *
     * @param clients by backend; every backend a part names has one
     */
    public CompositeBackend(Function<BackendName, BackendClient<HttpRequest>> clients) {
        this.clients = clients;
    }

    @Override
    public Reply fetch(CompositeRequest request, CallContext context) throws InterruptedException {
        // Closing an executor waits for its threads, and an interrupt of this one is passed on to
        // them.
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Reply>> replies = new ArrayList<>();
            for (CompositeRequest.Part part : request.parts()) {
                HttpRequest each = part.request();
                replies.add(
                        threads.submit(() -> clients.apply(each.backend()).fetch(each, context)));
            }
            try {
                return merged(request.parts(), replies);
            } catch (InterruptedException taken) {
                threads.shutdownNow();
                throw taken;
            }
        }
    }

    @Override
    public void close() {
        // The parts' clients are closed by whoever made them.
    }

    private static Reply merged(List<CompositeRequest.Part> parts, List<Future<Reply>> replies)
            throws InterruptedException {
        StringBuilder merged = new StringBuilder("{");
        List<String> notes = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            String key = parts.get(i).key();
            merged.append(i == 0 ? "" : ",").append(JsonPick.quoted(key)).append(':');
            switch (outcome(replies.get(i))) {
                case Reply.Failure failure -> merged.append(error(failure));
                case Reply.Answer(Payload payload, List<String> partNotes) -> {
                    String json = json(payload);
                    merged.append(
                            merged.length() + json.length() > LENGTH_MAX
                                    ? error(tooLarge(json.length()))
                                    : json);
                    partNotes.forEach(note -> notes.add("`" + key + "`: " + note));
                }
            }
        }
        return new Reply.Answer(new Payload.Text(merged.append('}').toString()), notes);
    }

    private static Reply outcome(Future<Reply> reply) throws InterruptedException {
        try {
            return reply.get();
        } catch (ExecutionException bug) {
            throw new IllegalStateException("a part of a composite request", bug.getCause());
        }
    }

    private static String json(Payload payload) {
        if (!(payload instanceof Payload.Text(String text))) {
            throw new IllegalStateException("an HTTP answer that is no text: " + payload);
        }
        return JsonPick.at(null, text) instanceof Found.Value value
                ? value.json()
                : JsonPick.quoted(text);
    }

    private static String error(Reply.Failure failure) {
        String text =
                failure.quoted().isEmpty()
                        ? "Error: " + failure.code() + ": " + failure.message()
                        : failure.quoted();
        return "{\"error\":" + JsonPick.quoted(text) + "}";
    }

    private static Reply.Failure tooLarge(int length) {
        return new Reply.Failure(
                FailureCode.BACKEND_TOO_LARGE,
                String.format(
                        Locale.ROOT,
                        "with this part of %,d characters the answer would pass %,d",
                        length,
                        LENGTH_MAX),
                "ask for less");
    }
}
