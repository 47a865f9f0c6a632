package dev.countergate.server.mcp;

import static dev.countergate.server.mcp.ProtocolError.INVALID_PARAMS;
import static dev.countergate.server.mcp.ProtocolError.INVALID_REQUEST;

import dev.countergate.server.call.ToolService;
import dev.countergate.server.mcp.SdkDispatch.RefusedException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * {@code subscriptions/listen} (MCP 2026-07-28, basic/patterns/subscriptions): a request that stays open and is told when
 * the list of tools changes, which is all there is to be told. Each waits on the thread of its request. Thread safe.
 */
final class Listening {
    /** How many requests of one session may listen at once. */
    static final int LISTENERS_MAX = 8;

    private static final Logger LOG = LoggerFactory.getLogger(Listening.class);
    private static final String CHANGES_OF_TOOLS = "toolsListChanged";

    private final ToolService service;
    private final Semaphore places = new Semaphore(LISTENERS_MAX);
    private final CountDownLatch over = new CountDownLatch(1);

    Listening(ToolService service) {
        this.service = service;
    }

    /** Ends every request that listens, and all that come, with an answer. */
    void end() {
        over.countDown();
    }

    /**
     * Listens for {@code pending} until the session ends.
     *
     * @return the answer that tells so
     * @throws InterruptedException when the request was taken back
     */
    JsonLine listen(Pending pending, Methods methods, Frame frame)
            throws RefusedException, InterruptedException {
        boolean toTools = wantsTools(pending);
        if (!places.tryAcquire()) {
            throw new RefusedException(
                    INVALID_REQUEST,
                    "more than " + LISTENERS_MAX + " requests that listen: cancel one first");
        }
        try {
            long before = service.list(methods.caller(pending)).revision();
            pending.whileRunning(() -> pending.say(acknowledged(pending, toTools)));
            AutoCloseable subscription =
                    service.onListChanged(
                            () -> {
                                if (toTools) {
                                    tell(pending);
                                }
                            });
            try {
                if (toTools && service.list(methods.caller(pending)).revision() != before) {
                    tell(pending);
                }
                over.await();
            } finally {
                close(subscription);
            }
        } finally {
            places.release();
        }
        String id = pending.request().id();
        return frame.empty(id, subscription(id));
    }

    private static boolean wantsTools(Pending pending) throws RefusedException {
        JsonNode filter = pending.params() == null ? null : pending.params().get("notifications");
        if (filter == null || !filter.isObject()) {
            throw new RefusedException(INVALID_PARAMS, "`notifications` must be an object");
        }
        JsonNode tools = filter.path(CHANGES_OF_TOOLS);
        if (!tools.isMissingNode() && !tools.isBoolean()) {
            throw new RefusedException(
                    INVALID_PARAMS, "`" + CHANGES_OF_TOOLS + "` must be true or false");
        }
        return tools.asBoolean(false);
    }

    /** What of the client's wishes is fulfilled. */
    private static JsonLine acknowledged(Pending pending, boolean toTools) {
        return notification(
                pending,
                "notifications/subscriptions/acknowledged",
                ",\"notifications\":" + (toTools ? "{\"toolsListChanged\":true}" : "{}"));
    }

    private static void tell(Pending pending) {
        pending.whileRunning(
                () ->
                        pending.notice(
                                notification(pending, "notifications/tools/list_changed", "")));
    }

    private static JsonLine notification(Pending pending, String method, String more) {
        return new JsonLine()
                .raw("{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\",\"params\":{\"_meta\":{")
                .raw(subscription(pending.request().id()))
                .raw("}" + more + "}}");
    }

    private static String subscription(String id) {
        return "\"" + Stateless.META + "subscriptionId\":" + id;
    }

    private static void close(AutoCloseable subscription) {
        try {
            subscription.close();
        } catch (Exception bug) {
            LOG.warn("the tool service did not let go", bug);
        }
    }
}
