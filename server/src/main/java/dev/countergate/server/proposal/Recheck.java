package dev.countergate.server.proposal;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.Policy;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.Event.Obstacle;
import dev.countergate.policy.change.RecordedCore;
import dev.countergate.policy.change.StoreTime;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.request.Renderer;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.request.SsmRequest;
import dev.countergate.policy.rule.Decision;
import dev.countergate.policy.rule.Facts;
import dev.countergate.policy.rule.Situation;
import dev.countergate.policy.rule.Usage;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.Freeze;
import dev.countergate.server.authority.Freezes;
import dev.countergate.server.backend.ChangeClient;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.Resolution;
import dev.countergate.server.backend.Wish;
import dev.countergate.server.daemon.Separation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a proposal again as the catalogue and the world are now. What would be sent is made anew and held against the
 * core's bytes: another is an obstacle, the same is what is sent. Thread safe; blocks.
 */
final class Recheck {
    /** How long a backend may take to say what a request resolves to. */
    static final Duration RESOLVING = Duration.ofSeconds(20);

    private final Served served;
    private final Looks looks;
    private final Freezes freezes;
    private final Separating separating;
    private final LongSupplier ticker;

    Recheck(
            Served served,
            Looks looks,
            Freezes freezes,
            Separating separating,
            LongSupplier ticker) {
        this.served = served;
        this.looks = looks;
        this.freezes = freezes;
        this.separating = separating;
        this.ticker = ticker;
    }

    /** A proposal beside the catalogue of now. */
    sealed interface Finding {
        /** Its tool is not what it was. */
        record Superseded(String why) implements Finding {}

        /**
         * Its tool still is.
         *
         * @param facts of the request, with the core's own targets
         */
        record Same(Tool tool, Arguments arguments, Request request, Facts facts)
                implements Finding {}
    }

    /**
     * What would be sent now, as far as the world has to be asked.
     *
     * @param entry that was looked at
     * @param request equal to the core's, with the secrets of now; null where an obstacle stands in the way
     * @param separation of the requester, as measured
     * @param obstacles all that were found
     */
    record Ready(
            Ledger.Entry entry,
            @Nullable CoreRequest request,
            ChangeClient client,
            Separation.Found separation,
            List<Obstacle> obstacles) {
        Ready {
            obstacles = List.copyOf(obstacles);
        }
    }

    /**
     * What the catalogue says, which asks nobody.
     *
     * @param decision of its rules; forbids what its tools would not propose like this any more
     * @param obstacles beside the rules
     */
    record Ruling(Decision decision, List<Obstacle> obstacles) {
        Ruling {
            obstacles = List.copyOf(obstacles);
        }
    }

    /** Counts what was attempted before. */
    @FunctionalInterface
    interface Counting {
        Usage of(Tool tool, Arguments arguments) throws StoreException;
    }

    /** Whether the catalogue still says what it said. */
    static Finding compare(Served.Lease lease, Ledger.Entry entry) {
        RecordedCore core = entry.core();
        Optional<Tool> found = lease.catalogue().find(core.tool());
        if (found.isEmpty()) {
            return new Finding.Superseded("the tool is not in the catalogue any more");
        }
        Tool tool = found.get();
        if (!lease.catalogue().digests(tool.name()).equals(core.digests())) {
            return new Finding.Superseded("the catalogue's entry of the tool has changed");
        }
        Checked<Finding.Same> same =
                tool.parameters()
                        .bind(entry.kept().arguments())
                        .then(
                                arguments ->
                                        Renderer.render(tool, arguments, lease.catalogue()::backend)
                                                .then(
                                                        request ->
                                                                Checked.valid(
                                                                        new Finding.Same(
                                                                                tool,
                                                                                arguments,
                                                                                request,
                                                                                facts(
                                                                                        request,
                                                                                        core
                                                                                                .targets())))));
        if (!(same instanceof Checked.Valid<Finding.Same>(Finding.Same valid))) {
            return new Finding.Superseded("its arguments are no longer taken by the tool");
        }
        // Rules and limits look at the arguments: they are those a person saw, or it goes no
        // further.
        return core.hasArguments(valid.arguments())
                ? valid
                : new Finding.Superseded("its arguments are not those of its core");
    }

    /** What rules may know of a request once its targets are found; they know of no others than instances. */
    static Facts facts(Request request, List<String> targets) {
        Facts facts = Facts.of(request);
        return request instanceof SsmRequest ? facts.withTargets(targets) : facts;
    }

    /** Resolves and reads anew, and says what stands in the way. */
    Ready ready(Served.Lease lease, Ledger.Entry entry, Finding.Same same, StoreTime now)
            throws InterruptedException {
        List<Obstacle> obstacles = new ArrayList<>();
        RecordedCore core = entry.core();
        ChangeClient client =
                lease.backends().change(same.tool().action().backends().iterator().next());
        Wish wish =
                new Wish(
                        same.tool(),
                        core.proposal().attempt(),
                        core.created(),
                        Drafting.requester(core.requester()),
                        Deadline.in(RESOLVING, ticker));
        CoreRequest request = null;
        switch (client.resolve(same.request(), wish)) {
            case Resolution.Resolved(CoreRequest resolved, List<String> blastRadius) -> {
                List<String> differences = resolved.differences(core.request());
                if (differences.isEmpty()) {
                    request = resolved;
                } else {
                    obstacles.add(drift(differences));
                }
                timeLeft(resolved, now).ifPresent(obstacles::add);
            }
            case Resolution.Refused(String code, String message, String hint) ->
                    obstacles.add(
                            new Obstacle(
                                    Obstacle.Kind.TARGETS,
                                    lease.redactor().redact(code + ": " + message)));
            case Resolution.Failed(var failure) ->
                    obstacles.add(
                            new Obstacle(
                                    Obstacle.Kind.TARGETS,
                                    lease.redactor()
                                            .redact(
                                                    "the backend could not be asked: "
                                                            + failure.message())));
        }
        for (var requirement : same.tool().guard().require()) {
            obstacle(lease, entry, same.arguments(), requirement).ifPresent(obstacles::add);
        }
        return new Ready(
                entry,
                obstacles.isEmpty() ? request : null,
                client,
                separating.of(core.requester()),
                obstacles);
    }

    /**
     * What the catalogue of this moment says: while the world is asked another may come to be served, and what it forbids is
     * forbidden.
     *
     * @param separation as it was measured, which is not to be done within a transaction
     */
    Ruling ruling(Ledger.Entry entry, Separation.Found separation, Counting counting, StoreTime now)
            throws StoreException {
        try (Served.Lease lease = served.lease()) {
            PrincipalId requester = entry.core().requester();
            Policy policy = lease.catalogue().policy();
            List<Obstacle> obstacles = new ArrayList<>();
            if (policy.mode() == Policy.Mode.OBSERVE) {
                obstacles.add(
                        new Obstacle(Obstacle.Kind.FORBIDDEN, "this server only observes by now"));
            }
            if (!lease.catalogue().principals().powers(requester).include(entry.core().tool())) {
                obstacles.add(
                        new Obstacle(
                                Obstacle.Kind.FORBIDDEN,
                                "who asked for it may not call the tool any more"));
            }
            tooClose(policy, separation)
                    .map(why -> new Obstacle(Obstacle.Kind.SEPARATION, why))
                    .ifPresent(obstacles::add);
            return new Ruling(decide(lease, entry, counting, now), obstacles);
        }
    }

    /** What the rules of this moment say of it. */
    Decision decide(Ledger.Entry entry, Counting counting, StoreTime now) throws StoreException {
        try (Served.Lease lease = served.lease()) {
            return decide(lease, entry, counting, now);
        }
    }

    private static Obstacle drift(List<String> differences) {
        Obstacle.Kind kind =
                differences.contains("instances") ? Obstacle.Kind.TARGETS : Obstacle.Kind.DOCUMENT;
        return new Obstacle(
                kind,
                "what would be sent now differs from what was approved in "
                        + String.join(", ", differences)
                        + ": propose it again");
    }

    /** Why {@code found} is less than the policy asks for; empty where it is enough. */
    static Optional<String> tooClose(Policy policy, Separation.Found found) {
        String least = policy.separation();
        return least == null || found.reaches(Separation.valueOf(least))
                ? Optional.empty()
                : Optional.of(
                        "changes need separation "
                                + least
                                + " and this set-up has "
                                + found.level().name()
                                + ": "
                                + found.why());
    }

    /** A silence of which less than half is left is not what was approved. */
    private static Optional<Obstacle> timeLeft(CoreRequest request, StoreTime now) {
        return request instanceof CoreRequest.Silence silence
                        && now.at().isAfter(silence.start().plus(silence.duration().dividedBy(2)))
                ? Optional.of(
                        new Obstacle(
                                Obstacle.Kind.TIME_LEFT,
                                "less than half of the silence is left: propose it again"))
                : Optional.empty();
    }

    private Optional<Obstacle> obstacle(
            Served.Lease lease,
            Ledger.Entry entry,
            Arguments arguments,
            Guard.Requirement requirement)
            throws InterruptedException {
        if (!(Looks.arguments(requirement.read(), arguments)
                instanceof Checked.Valid<Map<String, String>>(Map<String, String> given))) {
            return Optional.of(
                    new Obstacle(Obstacle.Kind.PRECONDITION, "its precondition cannot be read"));
        }
        Looks.Look look =
                looks.look(
                        lease,
                        requirement.read().tool(),
                        given,
                        requirement.expect(),
                        entry.id().value());
        return look.isMet()
                ? Optional.empty()
                : Optional.of(
                        new Obstacle(
                                Obstacle.Kind.PRECONDITION,
                                failed(lease, entry.core().requester(), requirement, look)));
    }

    /** What a requester is told; it learns nothing of a tool that is kept from it, nor of what that showed. */
    static String failed(
            Served.Lease lease,
            PrincipalId requester,
            Guard.Requirement requirement,
            Looks.Look look) {
        String reason = requirement.reason().isEmpty() ? "" : ": " + requirement.reason();
        ToolName tool = requirement.read().tool();
        if (!lease.catalogue().principals().powers(requester).include(tool)) {
            return "a precondition does not hold" + reason;
        }
        return "`"
                + tool
                + "` must show `"
                + requirement.expect()
                + "` and showed "
                + look.observed()
                + reason;
    }

    private Decision decide(
            Served.Lease lease, Ledger.Entry entry, Counting counting, StoreTime now)
            throws StoreException {
        return switch (compare(lease, entry)) {
            case Finding.Superseded(String why) -> new Decision.Forbid(null, why);
            case Finding.Same same -> {
                RecordedCore core = entry.core();
                Person person = core.person();
                yield lease.rules()
                        .decide(
                                new Situation(
                                        same.tool(),
                                        same.arguments(),
                                        same.facts(),
                                        core.requester(),
                                        person == null ? null : person.name(),
                                        core.environment(),
                                        now.at(),
                                        counting.of(same.tool(), same.arguments()),
                                        freezes.frozen(core.environment())
                                                .map(Freeze::why)
                                                .orElse(null)));
            }
        };
    }

    /** What the store counts at the moment of {@code rows}. */
    static Counting counted(Store.Rows rows, StoreTime now) {
        return (tool, arguments) -> usage(tool, arguments, rows, now);
    }

    static Usage usage(Tool tool, Arguments arguments, Store.Rows rows, StoreTime now)
            throws StoreException {
        Map<Usage.Key, Integer> attempts = new HashMap<>();
        for (Usage.Key key : Usage.keys(tool, arguments)) {
            attempts.put(key, rows.attempts(key.name(), now.at().minus(key.limit().per())));
        }
        return Usage.of(attempts);
    }
}
