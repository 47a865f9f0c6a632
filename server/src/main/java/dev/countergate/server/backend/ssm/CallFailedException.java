package dev.countergate.server.backend.ssm;

import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;

/** A call to the service that failed; it never leaves this package, where it becomes its {@link #failure()}. */
final class CallFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What the service may have done all the same. */
    enum Effect {
        /** The request was refused or never arrived. */
        NONE,
        /** It may have been carried out: the answer was lost, late or unreadable. */
        UNCLEAR
    }

    private final transient Reply.Failure failure;
    private final Effect effect;
    private final String serviceCode;

    /**
     * @param serviceCode the service's own code, such as {@code InvocationDoesNotExist}, or empty
     */
    CallFailedException(Reply.Failure failure, Effect effect, String serviceCode) {
        super(failure.message(), null, false, false);
        this.failure = failure;
        this.effect = effect;
        this.serviceCode = serviceCode;
    }

    /** A failure without any effect. */
    static CallFailedException of(FailureCode code, String message, String hint) {
        return new CallFailedException(new Reply.Failure(code, message, hint), Effect.NONE, "");
    }

    Reply.Failure failure() {
        return failure;
    }

    FailureCode code() {
        return failure.code();
    }

    /** Whether the service gave this code. */
    boolean is(String code) {
        return serviceCode.equals(code);
    }

    boolean isUnclear() {
        return effect == Effect.UNCLEAR;
    }

    /** Whether the same call may well succeed a moment later. */
    boolean isPassing() {
        return switch (failure.code()) {
            case BACKEND_UNREACHABLE,
                    BACKEND_TIMEOUT,
                    BACKEND_BUSY,
                    BACKEND_RATE_LIMITED,
                    BACKEND_ERROR,
                    BACKEND_MALFORMED ->
                    true;
            case INVALID_ARGUMENT,
                    BACKEND_UNAUTHORIZED,
                    BACKEND_REFUSED,
                    NOT_FOUND,
                    BACKEND_TOO_LARGE,
                    CANCELLED ->
                    false;
        };
    }

    /** The same failure, its message continued and its hint replaced. */
    CallFailedException continued(String more, String hint) {
        return new CallFailedException(
                new Reply.Failure(
                        failure.code(), failure.message() + ": " + more, hint, failure.quoted()),
                effect,
                serviceCode);
    }
}
