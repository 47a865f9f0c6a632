package dev.countergate.server.mcp;

import dev.countergate.policy.call.TraceContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request that is being worked on: it is answered, or taken back, or neither, and never more than one of them.
 *
 * <p>INVARIANT: its thread is interrupted only before {@link #claimAnswer()}; from then on it may be writing. Thread safe.
 */
final class Pending {
    private final Message.Request request;
    private final Envelope envelope;
    private final Replies replies;

    private State state = State.RUNNING;
    private @Nullable Thread thread;

    private enum State {
        RUNNING,
        TAKEN_BACK,
        ANSWERED
    }

    Pending(Message.Request request, Envelope envelope, Replies replies) {
        this.request = request;
        this.envelope = envelope;
        this.replies = replies;
    }

    Message.Request request() {
        return request;
    }

    @Nullable ObjectNode params() {
        return request.params();
    }

    Envelope envelope() {
        return envelope;
    }

    /** The trace the request belongs to: what it says itself, else what its transport says (MCP 2026-07-28, `_meta`). */
    @Nullable TraceContext trace() {
        ObjectNode params = request.params();
        if (params == null) {
            return envelope.trace();
        }
        JsonNode meta = params.path("_meta");
        return TraceContext.parse(
                        meta.path("traceparent").stringValueOpt().orElse(null),
                        meta.path("tracestate").stringValueOpt().orElse(null))
                .orElse(envelope.trace());
    }

    /** Makes the current thread the one to interrupt; false when the request was taken back before. */
    synchronized boolean begin() {
        thread = Thread.currentThread();
        return state == State.RUNNING;
    }

    /** Does {@code action} unless the request was answered or taken back; neither happens meanwhile. */
    synchronized void whileRunning(Runnable action) {
        if (state == State.RUNNING) {
            action.run();
        }
    }

    /** Takes the request back, unless it is being answered. */
    synchronized void takeBack() {
        if (state != State.RUNNING) {
            return;
        }
        state = State.TAKEN_BACK;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Whether the caller may now answer; at most one ever may. */
    synchronized boolean claimAnswer() {
        if (state != State.RUNNING) {
            return false;
        }
        state = State.ANSWERED;
        return true;
    }

    /** Says something before the answer; a later one may take its place. */
    void notice(JsonLine message) {
        replies.notice(this, message);
    }

    /** Says something before the answer, which nothing takes the place of. */
    void say(JsonLine message) {
        replies.notice(message, message);
    }

    /** Sends the answer claimed. */
    void send(JsonLine answer) {
        replies.send(answer);
    }

    /** Says that no answer comes, if none came. */
    void end() {
        boolean answered;
        synchronized (this) {
            answered = state == State.ANSWERED;
            state = State.ANSWERED;
        }
        if (!answered) {
            replies.none();
        }
    }
}
