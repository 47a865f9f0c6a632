package dev.countergate.server.backend;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * Words for what goes wrong between us and one backend. Never a URL's path or query, a header or an exception's own
 * message: any of these may hold a secret.
 */
final class WireFailures {
    private static final Pattern RETRY_AFTER_SECONDS = Pattern.compile("[0-9]{1,6}");

    private final Backend.Http backend;
    private final String where;

    WireFailures(Backend.Http backend) {
        this.backend = backend;
        this.where = "backend `" + backend.name() + "` at `" + backend.origin() + "`";
    }

    Reply.Failure refused(WireReply.Answer answer, String quoted) {
        return new Reply.Failure(
                answer.failureCode(),
                where + " answered with HTTP " + answer.status(),
                hint(answer),
                quoted);
    }

    private static String hint(WireReply.Answer answer) {
        return switch (answer.failureCode()) {
            case BACKEND_UNAUTHORIZED ->
                    "its credentials in the catalogue are missing, expired or not allowed this";
            case BACKEND_RATE_LIMITED, BACKEND_TIMEOUT -> "try again " + pause(answer.retryAfter());
            case NOT_FOUND -> "check what was asked for: there is no such thing, or not any more";
            case BACKEND_ERROR -> "try again later: the fault is on its side";
            default -> "change the arguments as its answer says";
        };
    }

    private static String pause(@Nullable String retryAfter) {
        return retryAfter != null && RETRY_AFTER_SECONDS.matcher(retryAfter).matches()
                ? "in " + retryAfter + " s"
                : "later";
    }

    Reply.Failure busy() {
        return new Reply.Failure(
                FailureCode.BACKEND_BUSY,
                where
                        + " already has "
                        + backend.limits().concurrencyMax()
                        + " requests under way, its limit, and none ended in time",
                "try again later, or raise its concurrency limit in the catalogue");
    }

    Reply.Failure late(Deadline deadline) {
        return new Reply.Failure(
                FailureCode.BACKEND_TIMEOUT,
                "no whole answer from " + where + " within " + shown(deadline.given()),
                "ask for less, or raise the timeout in the catalogue");
    }

    Reply.Failure tooLarge() {
        return new Reply.Failure(
                FailureCode.BACKEND_TOO_LARGE,
                "the answer of "
                        + where
                        + " is larger than its limit of "
                        + String.format(Locale.ROOT, "%,d", backend.limits().responseBytesMax())
                        + " bytes",
                "ask for less, or raise the backend's response limit in the catalogue");
    }

    Reply.Failure tooMuchAtOnce(long bytesMax) {
        return new Reply.Failure(
                FailureCode.BACKEND_BUSY,
                "no room for the answer of "
                        + where
                        + ": the answers being read from all backends together have reached their"
                        + " limit of "
                        + String.format(Locale.ROOT, "%,d", bytesMax)
                        + " bytes",
                "try again in a moment, make fewer calls at once, or ask for less");
    }

    Reply.Failure leadsElsewhere(HttpUrl target) {
        return new Reply.Failure(
                FailureCode.BACKEND_REFUSED,
                where
                        + " redirects to another origin, `"
                        + origin(target)
                        + "`, and is not followed",
                "put the address that answers into the catalogue");
    }

    Reply.Failure leadsInCircles(int redirectsMax) {
        return new Reply.Failure(
                FailureCode.BACKEND_ERROR,
                where + " redirects more than " + redirectsMax + " times",
                "put the address that answers into the catalogue");
    }

    Reply.Failure unknownEncoding() {
        return new Reply.Failure(
                FailureCode.BACKEND_MALFORMED,
                where + " answers in a content encoding other than gzip",
                "drop `Accept-Encoding` from the catalogue's headers");
    }

    /** What {@code cause} means for a call that had to end by {@code deadline} and got as far as {@code trace} says. */
    Reply.Failure broken(IOException cause, Deadline deadline, CallTrace trace) {
        if (cause instanceof HttpClients.StoppedException) {
            return stopped();
        }
        if (cause instanceof InterruptedIOException) {
            return trace.sent()
                    ? late(deadline)
                    : unreachable(
                            "no connection within " + shown(HttpClients.CONNECT_MAX),
                            "check its address, and that this host may reach it");
        }
        if (cause instanceof UnknownHostException) {
            return unreachable("its host name does not resolve", "check its address");
        }
        if (cause instanceof SSLException) {
            return unreachable(
                    "no secure connection: its certificate is not trusted here, or it does not"
                            + " speak TLS",
                    "check the address's scheme, and the system's trust store");
        }
        if (cause instanceof ConnectException) {
            return unreachable("it does not accept connections", "check that it runs and its port");
        }
        boolean broke = cause instanceof SocketException;
        if (cause instanceof ProtocolException || (trace.answered() && !broke)) {
            return malformed();
        }
        return unreachable("the connection broke before a whole answer", "try again");
    }

    private static Reply.Failure stopped() {
        return new Reply.Failure(
                FailureCode.CANCELLED, Sending.STOPPED, "wait until the freeze is lifted");
    }

    private Reply.Failure malformed() {
        return new Reply.Failure(
                FailureCode.BACKEND_MALFORMED,
                where + " gives no whole, well-formed HTTP answer",
                "check that the address is that of an HTTP server");
    }

    private Reply.Failure unreachable(String why, String hint) {
        return new Reply.Failure(
                FailureCode.BACKEND_UNREACHABLE, "cannot reach " + where + ": " + why, hint);
    }

    private static String origin(HttpUrl url) {
        String host = url.host().contains(":") ? "[" + url.host() + "]" : url.host();
        return url.scheme() + "://" + host + ":" + url.port();
    }

    private static String shown(Duration duration) {
        return duration.toMillis() % 1_000 == 0
                ? duration.toSeconds() + " s"
                : duration.toMillis() + " ms";
    }
}
