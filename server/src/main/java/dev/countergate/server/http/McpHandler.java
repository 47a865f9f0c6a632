package dev.countergate.server.http;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.server.mcp.Message;
import dev.countergate.server.mcp.ProtocolError;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every request's way in: whom it is meant for, where it goes, whose it is; only then is anything read of it. */
final class McpHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(McpHandler.class);
    private static final String BEARER = "Bearer ";

    private final Names names;
    private final Callers callers;
    private final StreamableEndpoint streamable;
    private final SseEndpoint sse;
    private final HeadWatch heads;
    private final Work work;
    private final Places places;
    private final int placesOfOneMax;
    private volatile boolean draining;

    McpHandler(
            Names names,
            Callers callers,
            StreamableEndpoint streamable,
            SseEndpoint sse,
            HeadWatch heads,
            Work work,
            HttpLimits limits) {
        this.names = names;
        this.callers = callers;
        this.streamable = streamable;
        this.sse = sse;
        this.heads = heads;
        this.work = work;
        this.placesOfOneMax = limits.requestsOfOneMax();
        this.places = new Places(placesOfOneMax);
    }

    /** Refuses every further request. */
    void drain() {
        draining = true;
    }

    @Override
    public boolean handle(Request request, Response response, Callback whole) {
        Places.Place place = places.place();
        // Streams end with their sessions; what brings a message ends by itself, whatever it is
        // answered with.
        Callback callback =
                heads.begun(
                        request,
                        isMessage(request)
                                ? work.counted(Callback.from(place::leave, whole))
                                : whole);
        // A call may take longer than a connection may be silent, and has a deadline of its own.
        request.addIdleTimeoutListener(_ -> false);
        try {
            route(request, response, place, callback);
        } catch (RefusedException refused) {
            Answering.refusal(response, refused, callback);
        } catch (InterruptedException ending) {
            // Cleared below: the thread goes on to write.
            Answering.refusal(response, unavailable(), callback);
        } catch (RuntimeException | Error bug) {
            LOG.error("a request failed", bug);
            if (response.isCommitted()) {
                callback.failed(bug);
            } else {
                Answering.refusal(response, internalError(), callback);
            }
        } finally {
            // A call taken back interrupts its thread, which is the connection's here.
            Thread.interrupted();
        }
        return true;
    }

    private static boolean isMessage(Request request) {
        return request.getMethod().equals("POST");
    }

    private void route(Request request, Response response, Places.Place place, Callback callback)
            throws RefusedException, InterruptedException {
        checkMeantForUs(request);
        if (draining) {
            throw unavailable();
        }
        String path = String.valueOf(request.getHttpURI().getPath());
        switch (path) {
            case StreamableEndpoint.PATH ->
                    streamable.handle(request, response, caller(request, place), callback);
            case SseEndpoint.PATH -> sse.open(request, response, caller(request, place), callback);
            case SseEndpoint.MESSAGES ->
                    sse.post(request, response, caller(request, place), callback);
            default ->
                    throw new RefusedException(
                            HttpStatus.NOT_FOUND_404,
                            "nothing is here: "
                                    + StreamableEndpoint.PATH
                                    + " or "
                                    + SseEndpoint.PATH);
        }
    }

    private void checkMeantForUs(Request request) throws RefusedException {
        HttpFields headers = request.getHeaders();
        SocketAddress local = request.getConnectionMetaData().getLocalSocketAddress();
        List<String> hosts = headers.getValuesList(HttpHeader.HOST);
        String target = request.getHttpURI().getAuthority();
        if (hosts.size() != 1
                || !names.include(hosts.getFirst(), local)
                || (target != null && !names.include(target, local))) {
            throw new RefusedException(
                    HttpStatus.MISDIRECTED_REQUEST_421,
                    "`Host` is not a name of this server: see --http-host");
        }
        List<String> origins = headers.getValuesList(HttpHeader.ORIGIN);
        if (origins.size() > 1
                || (origins.size() == 1 && !names.includeOrigin(origins.getFirst(), local))) {
            throw new RefusedException(
                    HttpStatus.FORBIDDEN_403, "pages of another origin may not come here");
        }
    }

    /** Whose request it is, which takes {@code place} where it brings a message: before anything is read of that. */
    private PrincipalId caller(Request request, Places.Place place) throws RefusedException {
        PrincipalId caller = caller(request);
        if (isMessage(request) && !place.take(caller)) {
            throw new RefusedException(
                    HttpStatus.TOO_MANY_REQUESTS_429,
                    "too many requests at once: at most " + placesOfOneMax + " of one principal",
                    // What it brings is not read.
                    Map.of(HttpHeader.CONNECTION.asString(), "close"));
        }
        return caller;
    }

    private PrincipalId caller(Request request) throws RefusedException {
        List<String> values = request.getHeaders().getValuesList(HttpHeader.AUTHORIZATION);
        Optional<PrincipalId> caller =
                switch (values.size()) {
                    case 0 -> callers.of(null);
                    case 1 ->
                            values.getFirst().regionMatches(true, 0, BEARER, 0, BEARER.length())
                                    ? callers.of(
                                            values.getFirst().substring(BEARER.length()).strip())
                                    : Optional.empty();
                    default -> Optional.empty();
                };
        return caller.orElseThrow(
                () ->
                        new RefusedException(
                                HttpStatus.UNAUTHORIZED_401,
                                "send `Authorization: Bearer` with a token of this server",
                                Map.of(HttpHeader.WWW_AUTHENTICATE.asString(), "Bearer")));
    }

    private static RefusedException unavailable() {
        return new RefusedException(
                HttpStatus.SERVICE_UNAVAILABLE_503,
                "the server is ending",
                Map.of(HttpHeader.CONNECTION.asString(), "close"));
    }

    private static RefusedException internalError() {
        return new RefusedException(
                HttpStatus.INTERNAL_SERVER_ERROR_500,
                ProtocolError.INTERNAL_ERROR,
                Message.Invalid.NO_ID,
                "internal error; see daemon.log");
    }
}
