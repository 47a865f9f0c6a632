package dev.countergate.policy.request;

import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.template.Matcher;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A rendered read or change at an Alertmanager (API v2). Components as in {@code AlertmanagerAction}. */
public sealed interface AlertmanagerRequest extends Request {
    /** The backend it reaches. */
    BackendName backend();

    /** A request that changes nothing: all that an Alertmanager's client takes. */
    sealed interface Read extends AlertmanagerRequest {}

    /** A request that changes something: sent only as an approved proposal. */
    sealed interface Change extends AlertmanagerRequest {}

    /** Which alerts to list. */
    record Filter(
            List<Matcher> matchers,
            @Nullable String receiver,
            boolean active,
            boolean silenced,
            boolean inhibited) {
        public Filter {
            matchers = List.copyOf(matchers);
        }
    }

    /** {@code GET /alerts}. */
    record Alerts(BackendName backend, Filter filter) implements Read {}

    /** {@code GET /alerts/groups}. */
    record Groups(BackendName backend, Filter filter) implements Read {}

    /** {@code GET /silences}. */
    record Silences(BackendName backend, List<Matcher> matchers) implements Read {
        public Silences {
            matchers = List.copyOf(matchers);
        }
    }

    /** {@code GET /status}. */
    record Status(BackendName backend) implements Read {}

    /** {@code POST /silences}; its start and end are set when it is proposed. */
    record Silence(BackendName backend, List<Matcher> matchers, Duration duration, String comment)
            implements Change {
        public Silence {
            matchers = List.copyOf(matchers);
        }
    }

    /** {@code DELETE /silence/ID}. */
    record Expire(BackendName backend, String id) implements Change {}
}
