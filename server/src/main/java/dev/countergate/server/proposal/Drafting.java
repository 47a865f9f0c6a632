package dev.countergate.server.proposal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.Policy;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.change.Core;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.EffectKey;
import dev.countergate.policy.change.Plan;
import dev.countergate.policy.change.Proposal;
import dev.countergate.policy.change.Quorum;
import dev.countergate.policy.change.Reading;
import dev.countergate.policy.change.RecordedCore;
import dev.countergate.policy.change.StoreTime;
import dev.countergate.policy.change.View;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.rule.Decision;
import dev.countergate.policy.rule.Facts;
import dev.countergate.policy.rule.Situation;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.ServerId;
import dev.countergate.server.audit.Leaf;
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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes a proposal of a call: resolves, reads what must hold, decides, freezes it as bytes, keeps it. Thread safe; blocks. */
final class Drafting {
    private final ServerId server;
    private final Ledger ledger;
    private final Store store;
    private final Admission admission;
    private final Looks looks;
    private final Freezes freezes;
    private final Separating separating;
    private final RandomGenerator random;
    private final LongSupplier ticker;

    Drafting(
            ServerId server,
            Ledger ledger,
            Store store,
            Looks looks,
            Freezes freezes,
            Separating separating,
            RandomGenerator random,
            LongSupplier ticker) {
        this.server = server;
        this.ledger = ledger;
        this.store = store;
        this.admission = new Admission(ledger, store);
        this.looks = looks;
        this.freezes = freezes;
        this.separating = separating;
        this.random = random;
        this.ticker = ticker;
    }

    /**
     * A call that would change something, as far as it needs no look at the world.
     *
     * @param reason in the agent's words, or null
     */
    record Wanted(
            Tool tool,
            ToolCall call,
            Arguments arguments,
            Request request,
            @Nullable String reason) {}

    /** How a backend is told who asks. */
    static String requester(PrincipalId principal) {
        return "countergate for " + principal;
    }

    Drafted draft(Served.Lease lease, Wanted wanted) throws StoreException, InterruptedException {
        Tool tool = wanted.tool();
        StoreTime now = ledger.glance();
        Instant created = now.at().truncatedTo(ChronoUnit.MILLIS);
        ProposalId id = newId();
        BackendName backend = tool.action().backends().iterator().next();
        ChangeClient client = lease.backends().change(backend);
        Separation.Found separation = separating.of(wanted.call().principal());
        Optional<String> tooClose = Recheck.tooClose(lease.catalogue().policy(), separation);
        if (tooClose.isPresent()) {
            return Drafted.refused(
                    "SEPARATION",
                    tooClose.get(),
                    "tell your user; `countergate doctor` says what to mend",
                    null);
        }
        Wish wish =
                new Wish(
                        tool,
                        id.attempt(),
                        created,
                        requester(wanted.call().principal()),
                        Deadline.in(Recheck.RESOLVING, ticker));
        return switch (client.resolve(wanted.request(), wish)) {
            case Resolution.Refused(String code, String message, String hint) ->
                    Drafted.refused(code, message, hint, null);
            case Resolution.Failed(var failure) -> new Drafted.None(new Answer.Failed(failure));
            case Resolution.Resolved(CoreRequest request, List<String> blastRadius) ->
                    resolved(
                            lease,
                            wanted,
                            new Fixed(
                                    id,
                                    created,
                                    backend,
                                    request,
                                    blastRadius,
                                    settle(tool.guard(), client),
                                    separation.level().text()),
                            now);
        };
    }

    /** What is fixed about a proposal once its request is resolved. */
    private record Fixed(
            ProposalId id,
            Instant created,
            BackendName backend,
            CoreRequest request,
            List<String> blastRadius,
            @Nullable Duration settle,
            String separation) {}

    private static @Nullable Duration settle(Guard guard, ChangeClient client) {
        Duration backends = client.settle();
        Duration declared = guard.settle();
        // A backend that cannot be asked by attempt id stays so, whatever a guard says.
        return backends == null || declared == null ? backends : declared;
    }

    private Drafted resolved(Served.Lease lease, Wanted wanted, Fixed fixed, StoreTime now)
            throws StoreException, InterruptedException {
        if (!(EffectKey.of(
                        wanted.tool().name(),
                        fixed.backend().value(),
                        fixed.request().targets(),
                        fixed.request())
                instanceof Checked.Valid<EffectKey>(EffectKey key))) {
            return faulty(new Fault("", "what would be sent has no form that can be shown"));
        }
        Optional<Ledger.Entry> same = admission.openOfSame(key, wanted.call().principal());
        if (same.isPresent()) {
            return new Drafted.Kept(same.get(), false);
        }
        Facts facts = Recheck.facts(wanted.request(), fixed.request().targets());
        String environment = lease.catalogue().environment(wanted.tool(), wanted.arguments());
        String person = lease.catalogue().person(wanted.call().principal()).orElse(null);
        Situation situation =
                new Situation(
                        wanted.tool(),
                        wanted.arguments(),
                        facts,
                        wanted.call().principal(),
                        person,
                        environment,
                        now.at(),
                        store.read(
                                rows ->
                                        Recheck.usage(
                                                wanted.tool(), wanted.arguments(), rows, now)),
                        freezes.frozen(environment).map(Freeze::why).orElse(null));
        Decision decision = lease.rules().decide(situation);
        if (decision instanceof Decision.Forbid forbid) {
            return new Drafted.None(Answer.Refused.of(forbid));
        }
        if (lease.catalogue().policy().mode() == Policy.Mode.OBSERVE) {
            return observed(wanted, fixed, decision);
        }
        List<Core.Precondition> preconditions = new ArrayList<>();
        for (Guard.Requirement requirement : wanted.tool().guard().require()) {
            Checked<Map<String, String>> given =
                    Looks.arguments(requirement.read(), wanted.arguments());
            if (!(given instanceof Checked.Valid<Map<String, String>>(Map<String, String> texts))) {
                return new Drafted.None(new Answer.Faulty(given.faultsFound()));
            }
            Looks.Look look =
                    looks.look(
                            lease,
                            requirement.read().tool(),
                            texts,
                            requirement.expect(),
                            wanted.call().id());
            if (!look.isMet()) {
                return Drafted.refused(
                        "PRECONDITION_FAILED",
                        Recheck.failed(lease, wanted.call().principal(), requirement, look),
                        "look again why the change is wanted; propose it when this holds",
                        null);
            }
            preconditions.add(
                    new Core.Precondition(
                            requirement.read().tool(),
                            texts,
                            requirement.expect(),
                            look.observed(),
                            requirement.reason()));
        }
        return frozen(lease, wanted, fixed, key, situation, decision, preconditions);
    }

    private Drafted frozen(
            Served.Lease lease,
            Wanted wanted,
            Fixed fixed,
            EffectKey key,
            Situation situation,
            Decision decision,
            List<Core.Precondition> preconditions)
            throws StoreException, InterruptedException {
        Guard guard = wanted.tool().guard();
        Quorum quorum =
                switch (decision) {
                    case Decision.Approve approve ->
                            Quorum.of(
                                    approve.approvals(),
                                    guard.approvals().otherPerson(),
                                    guard.approvals().verifiesPerson());
                    case Decision.Permit permit -> new Quorum(0, false, false, permit.rule());
                    case Decision.Forbid forbid -> throw new IllegalStateException("forbidden");
                };
        Core.@Nullable Look verification = null;
        @Nullable Reading shown = null;
        Guard.Verification verify = guard.verify();
        if (verify != null) {
            Checked<Map<String, String>> given = Looks.arguments(verify.read(), wanted.arguments());
            if (!(given instanceof Checked.Valid<Map<String, String>>(Map<String, String> texts))) {
                return new Drafted.None(new Answer.Faulty(given.faultsFound()));
            }
            verification =
                    new Core.Look(
                            verify.read().tool(),
                            texts,
                            verify.expect(),
                            verify.within(),
                            verify.every());
            // Whoever does it by hand does it before anybody looks again.
            shown =
                    looks.look(
                                    lease,
                                    verification.tool(),
                                    texts,
                                    verify.expect(),
                                    wanted.call().id())
                            .reading();
        }
        String name = situation.person();
        Person person = name == null ? null : new Person(name);
        Instant expires = fixed.created().plus(guard.approvals().expires());
        Guard.Undo undo = guard.undo();
        Core core =
                new Core(
                        server,
                        fixed.id(),
                        wanted.call().principal(),
                        person,
                        wanted.call().session(),
                        wanted.tool().name(),
                        lease.catalogue().digests(wanted.tool().name()),
                        wanted.arguments(),
                        guard.reversible(),
                        guard.acceptsLoss(),
                        guard.risk(),
                        situation.environment(),
                        new Core.Rule(decision.rule(), reasonOf(decision)),
                        fixed.request(),
                        preconditions,
                        fixed.blastRadius(),
                        verification,
                        undo == null ? null : new Core.Undo(undo.tool(), undo.arguments()),
                        admission.earlier(key, fixed.created()),
                        fixed.separation(),
                        quorum,
                        fixed.created(),
                        expires,
                        wanted.reason());
        Plan plan =
                new Plan(
                        fixed.created(),
                        expires,
                        verify == null ? null : verify.within(),
                        fixed.settle());
        return switch (core.bytes()) {
            case Checked.Invalid<byte[]>(List<Fault> faults) ->
                    new Drafted.None(new Answer.Faulty(faults));
            case Checked.Valid<byte[]>(byte[] bytes) ->
                    keep(lease, wanted, core, bytes, key, plan, shown);
        };
    }

    private Drafted keep(
            Served.Lease lease,
            Wanted wanted,
            Core core,
            byte[] bytes,
            EffectKey key,
            Plan plan,
            @Nullable Reading shown)
            throws StoreException {
        String text = new String(bytes, UTF_8);
        // The log holds the core whole, and never a secret's value: one in it cannot be proposed.
        if (!lease.redactor().redact(text).equals(text)) {
            return faulty(
                    new Fault(
                            "arguments",
                            "hold the value of one of this server's secrets",
                            "leave it out"));
        }
        if (View.of(bytes) instanceof Checked.Invalid<View>(List<Fault> faults)) {
            return new Drafted.None(new Answer.Faulty(faults));
        }
        Checked<Proposal> made =
                Proposal.make(
                        core.proposal(), Core.digest(bytes), core.person(), core.quorum(), plan);
        if (!(made instanceof Checked.Valid<Proposal>(Proposal proposal))) {
            return Drafted.refused(
                    "UNMAPPED_PERSON",
                    made.faultsFound().getFirst().problem(),
                    "tell your user, who can ask the operator to name them under `principals`",
                    null);
        }
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        wanted.arguments().asMap().forEach(arguments::set);
        Kept kept =
                new Kept(proposal, arguments, wanted.tool().guard().afterFailure(), shown, null);
        return switch (RecordedCore.read(bytes)) {
            case Checked.Valid<RecordedCore>(RecordedCore recorded) ->
                    admission.admit(
                            new Admission.Candidate(text, recorded, kept, key, wanted.call().id()),
                            lease.catalogue().policy().openProposalsMax());
            case Checked.Invalid<RecordedCore>(List<Fault> faults) ->
                    throw new IllegalStateException("a core that cannot be read back");
        };
    }

    private Drafted observed(Wanted wanted, Fixed fixed, Decision decision) throws StoreException {
        Map<String, String> members = new HashMap<>();
        members.put("tool", wanted.tool().name().value());
        members.put("requester", wanted.call().principal().value());
        members.put("call", wanted.call().id());
        members.put("request", fixed.request().json().toString());
        String rule = decision.rule();
        if (rule != null) {
            members.put("rule", rule);
        }
        store.write(in -> in.append(new Leaf("would_propose", ledger.now(in).at(), members)));
        return Drafted.refused(
                "OBSERVE_MODE",
                "this server only observes: the change was decided and written down, and is not"
                        + " proposed; nothing was sent",
                "tell your user what you would change and why",
                rule);
    }

    private ProposalId newId() {
        byte[] bits = new byte[ProposalId.BYTES];
        synchronized (random) {
            random.nextBytes(bits);
        }
        return ProposalId.of(bits);
    }

    private static String reasonOf(Decision decision) {
        return decision instanceof Decision.Approve approve ? approve.reason() : "";
    }

    private static Drafted faulty(Fault fault) {
        return new Drafted.None(new Answer.Faulty(List.of(fault)));
    }
}
