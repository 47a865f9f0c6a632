package dev.countergate.server.backend;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.util.function.BooleanSupplier;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** How far one exchange got. Written by the thread that makes the call, read by it afterwards. */
final class CallTrace extends EventListener {
    private final BooleanSupplier mayBegin;
    private boolean connected;
    private boolean sent;
    private boolean answered;
    private boolean claimed;
    private @Nullable String retryAfter;

    /**
     * @param mayBegin asked when the connection stands, right before the first byte
     */
    CallTrace(BooleanSupplier mayBegin) {
        this.mayBegin = mayBegin;
    }

    boolean mayBegin() {
        return mayBegin.getAsBoolean();
    }

    /** Takes the one permission to send. */
    boolean claim() {
        boolean first = !claimed;
        claimed = true;
        return first;
    }

    /** Whether any byte of the request may have left. */
    boolean sent() {
        return sent;
    }

    /** Whether an answer's status and headers came, or more of them than anybody reads. */
    boolean answered() {
        return answered;
    }

    /**
     * Whether it broke on a connection that had served before, without a sign of an answer: most likely the backend had
     * closed it while it lay idle.
     */
    boolean brokeOnReusedConnection() {
        return !connected && sent && !answered;
    }

    @Nullable String retryAfter() {
        return retryAfter;
    }

    void sees(Response response) {
        retryAfter = response.header("Retry-After");
    }

    void seesEndlessHead() {
        answered = true;
    }

    @Override
    public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
        connected = true;
    }

    @Override
    public void requestHeadersStart(Call call) {
        sent = true;
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        answered = true;
    }
}
