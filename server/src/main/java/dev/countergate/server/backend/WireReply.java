package dev.countergate.server.backend;

import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import org.jspecify.annotations.Nullable;

/** What came back over HTTP: an answer of any status, or none. Closed once its body has been read. */
public sealed interface WireReply extends AutoCloseable {
    @Override
    void close();

    /**
     * A whole answer.
     *
     * @param status 200 to 599
     * @param body decompressed, within the backend's size limit
     * @param retryAfter the header of that name as it came, or null
     * @param date the header of that name as it came, or null
     */
    record Answer(int status, WireBody body, @Nullable String retryAfter, @Nullable String date)
            implements WireReply {
        /** An answer that does not say when it was given. */
        public Answer(int status, WireBody body, @Nullable String retryAfter) {
            this(status, body, retryAfter, null);
        }

        @Override
        public void close() {
            body.close();
        }

        /** Whether the status is 2xx. */
        public boolean isSuccess() {
            return status >= 200 && status < 300;
        }

        /** The kind of failure a status other than 2xx is. */
        public FailureCode failureCode() {
            return switch (status) {
                case 401, 403, 407 -> FailureCode.BACKEND_UNAUTHORIZED;
                case 404, 410 -> FailureCode.NOT_FOUND;
                case 408, 504 -> FailureCode.BACKEND_TIMEOUT;
                case 429 -> FailureCode.BACKEND_RATE_LIMITED;
                default ->
                        status >= 400 && status < 500
                                ? FailureCode.BACKEND_REFUSED
                                : FailureCode.BACKEND_ERROR;
            };
        }
    }

    /**
     * No whole answer.
     *
     * @param failure why, fit to be shown
     * @param sent whether any byte of the request may have left; false is certain
     */
    record None(Reply.Failure failure, boolean sent) implements WireReply {
        @Override
        public void close() {
            // Nothing came that takes up room.
        }
    }
}
