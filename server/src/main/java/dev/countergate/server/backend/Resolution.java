package dev.countergate.server.backend;

import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.result.Reply;
import java.util.List;

/** What became of a request that was to be fixed. */
public sealed interface Resolution {
    /**
     * It is fixed.
     *
     * @param request exactly what would be sent
     * @param blastRadius what is affected beside the request's own targets, one line each
     */
    record Resolved(CoreRequest request, List<String> blastRadius) implements Resolution {
        public Resolved {
            blastRadius = List.copyOf(blastRadius);
        }
    }

    /**
     * It cannot be proposed as it stands.
     *
     * @param code stable
     * @param message one line: lower case, no full stop
     * @param hint what to do next, in the same form; may be empty
     */
    record Refused(String code, String message, String hint) implements Resolution {}

    /**
     * The backend could not say what it needs to be fixed.
     *
     * @param failure why
     */
    record Failed(Reply.Failure failure) implements Resolution {}
}
