package dev.countergate.server.proposal;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.change.Attempt;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.server.backend.ChangeClient;
import java.util.Optional;

/**
 * Where an attempt was sent to, as the catalogue of now reaches it. Another backend knows nothing of the attempt, and what
 * it answers would be taken for the truth.
 *
 * @param request as it was sent, without its secrets
 */
record Destination(Tool tool, ChangeClient client, CoreRequest request, Attempt attempt) {
    /** That of {@code entry}, or why it cannot be asked. */
    static Checked<Destination> of(Served.Lease lease, Ledger.Entry entry) {
        Attempt attempt = entry.proposal().attempt();
        if (attempt == null) {
            return unreached("nothing was sent");
        }
        Optional<Tool> tool = lease.catalogue().find(entry.core().tool());
        if (tool.isEmpty()) {
            return unreached("its tool is not in the catalogue any more");
        }
        // Other words about the tool, or another guard, lead to the same place.
        if (!lease.catalogue()
                .digests(tool.get().name())
                .backends()
                .equals(entry.core().digests().backends())) {
            return unreached("its tool reaches not the backend it was sent to but another");
        }
        return CoreRequest.read(entry.core().request(), entry.id().attempt())
                .then(
                        request ->
                                Checked.valid(
                                        new Destination(
                                                tool.get(),
                                                lease.backends()
                                                        .change(
                                                                tool.get()
                                                                        .action()
                                                                        .backends()
                                                                        .iterator()
                                                                        .next()),
                                                request,
                                                attempt)));
    }

    private static Checked<Destination> unreached(String why) {
        return Checked.invalid(new Fault("", why));
    }
}
