package dev.countergate.server.call;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.request.CompositeRequest;
import dev.countergate.policy.request.HttpRequest;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.request.SsmRequest;
import java.time.Duration;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** How long a call may take in all. */
final class Deadlines {
    /** How long a command may run where its tool does not say: less than SSM's own hour, for someone waits. */
    static final Duration COMMAND_RUN_DEFAULT = Duration.ofMinutes(5);

    /** What a command is given beyond its run limit, to be delivered and its output collected. */
    static final Duration COMMAND_MARGIN = Duration.ofMinutes(1);

    /** The longest any call may take. */
    static final Duration LONGEST = Duration.ofHours(1);

    private Deadlines() {}

    static Duration of(Request request, Tool tool, Catalogue catalogue) {
        Duration needed =
                switch (request) {
                    case HttpRequest http -> http(http);
                    case CompositeRequest composite ->
                            composite.parts().stream()
                                    .map(part -> http(part.request()))
                                    .max(Comparator.naturalOrder())
                                    .orElseThrow();
                    case SsmRequest.Commands commands -> command(commands.run().runLimit());
                    case SsmRequest.Document document -> command(document.run().runLimit());
                    default -> backends(tool, catalogue);
                };
        return atMostLongest(needed);
    }

    private static Duration http(HttpRequest request) {
        int retries = request.retry().count();
        // Capped before they are multiplied: a catalogue may ask for more than a Duration holds.
        Duration waits =
                atMostLongest(request.retry().backoff())
                        .multipliedBy((1L << Math.min(retries, 20)) - 1);
        return atMostLongest(request.timeout())
                .multipliedBy(retries + 1L)
                .plus(waits)
                .plusSeconds(1);
    }

    private static Duration atMostLongest(Duration duration) {
        return duration.compareTo(LONGEST) < 0 ? duration : LONGEST;
    }

    private static Duration command(@Nullable Integer runLimitSeconds) {
        Duration run =
                runLimitSeconds == null ? COMMAND_RUN_DEFAULT : Duration.ofSeconds(runLimitSeconds);
        return run.plus(COMMAND_MARGIN);
    }

    private static Duration backends(Tool tool, Catalogue catalogue) {
        return catalogue.backends().stream()
                .filter(backend -> tool.action().backends().contains(backend.name()))
                .map(backend -> backend.limits().timeout())
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }
}
