package dev.countergate.demo.ssm;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A command and its invocations, changing under the timeline's lock. */
final class Command {
    private final AcceptedCommand accepted;
    private final DocumentVersion document;
    private final Map<String, List<String>> bound;
    private final List<Invocation> invocations;
    private final int concurrencyMax;
    private final int errorsMax;
    private final Instant visibleFrom;
    private int lookupsHidden;
    private boolean cancelAsked;

    Command(
            AcceptedCommand accepted,
            DocumentVersion document,
            Map<String, List<String>> bound,
            Instant visibleFrom,
            int lookupsHidden) {
        this.accepted = accepted;
        this.document = document;
        this.bound = Map.copyOf(bound);
        this.visibleFrom = visibleFrom;
        this.lookupsHidden = lookupsHidden;
        List<String> names = document.steps().stream().map(DocumentVersion.Step::name).toList();
        this.invocations = new ArrayList<>();
        accepted.instanceIds().forEach(id -> invocations.add(new Invocation(id, names)));
        this.concurrencyMax = Math.max(1, share(accepted.maxConcurrency(), invocations.size()));
        this.errorsMax = share(accepted.maxErrors(), invocations.size());
    }

    /** A count, or a percentage of the instances rounded up. */
    private static int share(String text, int of) {
        return text.endsWith("%")
                ? Math.ceilDiv(Integer.parseInt(text.substring(0, text.length() - 1)) * of, 100)
                : Integer.parseInt(text);
    }

    String id() {
        return accepted.commandId();
    }

    AcceptedCommand accepted() {
        return accepted;
    }

    DocumentVersion document() {
        return document;
    }

    /** The parameters with defaults filled in and references resolved: what the steps run with. */
    Map<String, List<String>> bound() {
        return bound;
    }

    List<Invocation> invocations() {
        return List.copyOf(invocations);
    }

    Optional<Invocation> invocation(String instanceId) {
        return invocations.stream().filter(one -> one.instanceId().equals(instanceId)).findFirst();
    }

    /** Whether this lookup finds it; each lookup that does not counts one down. */
    boolean lookUp(Instant now) {
        if (lookupsHidden > 0) {
            lookupsHidden--;
            return false;
        }
        return !now.isBefore(visibleFrom);
    }

    void askCancel() {
        cancelAsked = true;
    }

    /** The next invocation the limits allow to begin. */
    Optional<Invocation> nextToBegin() {
        long running =
                invocations.stream().filter(one -> one.begun() && !one.state().terminal()).count();
        return running >= concurrencyMax
                ? Optional.empty()
                : invocations.stream()
                        .filter(one -> !one.begun() && !one.state().terminal())
                        .findFirst();
    }

    boolean tooManyErrors() {
        return errorCount() > errorsMax;
    }

    long errorCount() {
        return invocations.stream().filter(one -> one.state().countsAsError()).count();
    }

    long completedCount() {
        return invocations.stream().filter(one -> one.state().terminal()).count();
    }

    long countIn(InvocationState state) {
        return invocations.stream().filter(one -> one.state() == state).count();
    }

    InvocationState state() {
        int all = invocations.size();
        if (all == 0) {
            return InvocationState.NO_INSTANCES_IN_TAG;
        }
        if (completedCount() < all) {
            if (cancelAsked) {
                return InvocationState.CANCELLING;
            }
            return invocations.stream().anyMatch(Invocation::begun)
                    ? InvocationState.IN_PROGRESS
                    : InvocationState.PENDING;
        }
        InvocationState first = invocations.getFirst().state();
        if (countIn(first) == all) {
            return first;
        }
        if (cancelAsked && countIn(InvocationState.CANCELLED) > 0) {
            return InvocationState.CANCELLED;
        }
        return tooManyErrors() ? InvocationState.FAILED : InvocationState.INCOMPLETE;
    }
}
