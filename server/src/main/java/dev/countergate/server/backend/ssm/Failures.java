package dev.countergate.server.backend.ssm;

import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.Sending;
import dev.countergate.server.backend.ssm.CallFailedException.Effect;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;

/**
 * Says what an exception of the SDK means.
 *
 * <p>The service's own words name users, roles, accounts and resources, so they are quoted only where the request itself
 * is at fault, and without those.
 */
final class Failures {
    private static final int QUOTED_CHARS_MAX = 300;
    private static final Pattern ARN = Pattern.compile("arn:[^\\s,\"'\\]]+");
    private static final Pattern ACCOUNT = Pattern.compile("\\b\\d{12}\\b");
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}]+");

    private Failures() {}

    /** The failure {@code thrown} stands for, in a call to {@code action}, such as {@code SendCommand}. */
    static CallFailedException of(String action, RuntimeException thrown) {
        if (thrown instanceof AwsServiceException refused) {
            return ofAnswer(action, refused);
        }
        if (thrown instanceof ApiCallTimeoutException
                || thrown instanceof ApiCallAttemptTimeoutException) {
            return late(action);
        }
        if (cause(thrown, SendingHttp.StoppedException.class).isPresent()) {
            return CallFailedException.of(
                    FailureCode.CANCELLED, Sending.STOPPED, "wait until the freeze is lifted");
        }
        if (cause(thrown, Credentials.UnavailableException.class).isPresent()) {
            return CallFailedException.of(
                    FailureCode.BACKEND_UNAUTHORIZED,
                    "no usable AWS credentials were found",
                    "set the backend's `profile`, or the credentials of the account the daemon runs"
                            + " as; for single sign-on log in again");
        }
        if (cause(thrown, ResponseLimit.ExceededException.class).isPresent()) {
            return unclear(
                    FailureCode.BACKEND_TOO_LARGE,
                    "the answer to `" + action + "` is larger than the backend's limit",
                    "narrow the call, or raise the backend's `limits.response_bytes`");
        }
        Optional<IOException> io = cause(thrown, IOException.class);
        return io.map(broken -> ofConnection(action, broken)).orElseGet(() -> malformed(action));
    }

    /** The service knows no such command there, or not yet. */
    static CallFailedException noInvocation() {
        return CallFailedException.of(
                FailureCode.NOT_FOUND,
                "no such command on that instance",
                "check both ids; a command sent within the last 10 s may not be visible yet");
    }

    /** The store has no parameter of that name and version. */
    static CallFailedException noParameter() {
        return CallFailedException.of(
                FailureCode.NOT_FOUND, "no such parameter", "list the parameters below its path");
    }

    /** An answer that is not what the API promises. */
    static CallFailedException malformed(String action) {
        return unclear(
                FailureCode.BACKEND_MALFORMED,
                "the answer to `" + action + "` is not one of Systems Manager's",
                "check the backend's `endpoint` and what stands between");
    }

    private static CallFailedException late(String action) {
        return unclear(
                FailureCode.BACKEND_TIMEOUT,
                "`" + action + "` was not answered in time",
                "try again later, or raise the backend's `timeout`");
    }

    private static CallFailedException ofConnection(String action, IOException broken) {
        String hint = "check the backend's `region` and `endpoint`, and the network";
        return switch (broken) {
            case SocketTimeoutException late -> late(action);
            case ConnectException never ->
                    CallFailedException.of(
                            FailureCode.BACKEND_UNREACHABLE,
                            "no connection to Systems Manager",
                            hint);
            case SSLHandshakeException never ->
                    CallFailedException.of(
                            FailureCode.BACKEND_UNREACHABLE,
                            "no secure connection to Systems Manager",
                            "check the backend's `endpoint`, and the trust store where a proxy"
                                    + " stands between");
            case NoRouteToHostException never ->
                    CallFailedException.of(
                            FailureCode.BACKEND_UNREACHABLE, "no route to Systems Manager", hint);
            case UnknownHostException never ->
                    CallFailedException.of(
                            FailureCode.BACKEND_UNREACHABLE,
                            "the name of Systems Manager's endpoint does not resolve",
                            hint);
            // The JDK's are the connection's; any other is of a parser that met what it cannot
            // read.
            default ->
                    broken.getClass().getPackageName().startsWith("java")
                            ? unclear(
                                    FailureCode.BACKEND_UNREACHABLE,
                                    "the connection broke before `" + action + "` was answered",
                                    hint)
                            : malformed(action);
        };
    }

    private static CallFailedException ofAnswer(String action, AwsServiceException refused) {
        String code = errorCode(refused);
        CallFailedException failed = ofCode(action, refused, code);
        return new CallFailedException(
                failed.failure(), failed.isUnclear() ? Effect.UNCLEAR : Effect.NONE, code);
    }

    private static CallFailedException ofCode(
            String action, AwsServiceException refused, String code) {
        return switch (code) {
            case "ExpiredTokenException", "ExpiredToken", "RequestExpired" ->
                    CallFailedException.of(
                            FailureCode.BACKEND_UNAUTHORIZED,
                            "the AWS credentials have expired",
                            "renew the credentials of the account the daemon runs as; for single"
                                    + " sign-on log in again");
            case "UnrecognizedClientException",
                    "InvalidClientTokenId",
                    "InvalidSignatureException",
                    "SignatureDoesNotMatch",
                    "IncompleteSignature",
                    "MissingAuthenticationTokenException",
                    "MissingAuthenticationToken" ->
                    CallFailedException.of(
                            FailureCode.BACKEND_UNAUTHORIZED,
                            "AWS does not accept the credentials",
                            "check the backend's `profile` and `region`, and this machine's time");
            case "AccessDeniedException", "AccessDenied", "UnauthorizedOperation" ->
                    CallFailedException.of(
                            FailureCode.BACKEND_UNAUTHORIZED,
                            "the credentials do not allow `ssm:" + action + "` here",
                            "have the role granted it, or use another `profile` or `role_arn`");
            case "ThrottlingException",
                    "Throttling",
                    "TooManyRequestsException",
                    "RequestLimitExceeded",
                    "TooManyUpdates" ->
                    CallFailedException.of(
                            FailureCode.BACKEND_RATE_LIMITED,
                            "Systems Manager asks to slow down",
                            "wait a little before calling again");
            case "InvalidInstanceId" ->
                    CallFailedException.of(
                            FailureCode.NOT_FOUND,
                            "an instance is not managed by Systems Manager in this region, or not"
                                    + " in a state to run commands",
                            "list the managed instances with an inventory tool");
            case "InvocationDoesNotExist", "InvalidCommandId" -> noInvocation();
            case "ParameterNotFound", "ParameterVersionNotFound" -> noParameter();
            case "InvalidDocument", "InvalidDocumentVersion" ->
                    CallFailedException.of(
                            FailureCode.NOT_FOUND,
                            "no such document, or not in that version",
                            "check `document` and `version`, and that it is shared with this"
                                    + " account and region");
            default -> ofOther(action, refused, code);
        };
    }

    private static CallFailedException ofOther(
            String action, AwsServiceException refused, String code) {
        int status = refused.statusCode();
        if (status >= 500) {
            return unclear(
                    FailureCode.BACKEND_ERROR,
                    "Systems Manager failed at `" + action + "` with status " + status,
                    "try again later");
        }
        if (status < 400) {
            return malformed(action);
        }
        return new CallFailedException(
                new Reply.Failure(
                        FailureCode.BACKEND_REFUSED,
                        "Systems Manager refuses `"
                                + action
                                + "`"
                                + (code.isEmpty() ? "" : " with `" + code + "`"),
                        "correct the call",
                        quotable(refused)),
                Effect.NONE,
                code);
    }

    /** The code the service gave, or the empty string: never foreign text of another kind. */
    static String errorCode(AwsServiceException refused) {
        String code =
                refused.awsErrorDetails() == null ? null : refused.awsErrorDetails().errorCode();
        return code != null && code.matches("[A-Za-z0-9._]{1,80}") ? code : "";
    }

    private static String quotable(AwsServiceException refused) {
        String words =
                refused.awsErrorDetails() == null ? null : refused.awsErrorDetails().errorMessage();
        if (words == null) {
            return "";
        }
        String named = ARN.matcher(words).replaceAll("[arn]");
        String clean =
                UNPRINTABLE.matcher(ACCOUNT.matcher(named).replaceAll("[account]")).replaceAll(" ");
        return clean.length() <= QUOTED_CHARS_MAX
                ? clean
                : clean.substring(0, QUOTED_CHARS_MAX) + "…";
    }

    private static CallFailedException unclear(FailureCode code, String message, String hint) {
        return new CallFailedException(new Reply.Failure(code, message, hint), Effect.UNCLEAR, "");
    }

    private static <T extends Throwable> Optional<T> cause(Throwable thrown, Class<T> kind) {
        Throwable one = thrown;
        for (int depth = 0; one != null && depth < 20; depth++) {
            if (kind.isInstance(one)) {
                return Optional.of(kind.cast(one));
            }
            one = one.getCause();
        }
        return Optional.empty();
    }
}
