package dev.countergate.server.proposal;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.change.ByHand;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.Event;
import dev.countergate.policy.change.Event.Obstacle;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.change.View;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.ServerId;
import dev.countergate.policy.token.Statement;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.Approvers;
import dev.countergate.server.authority.Freezes;
import dev.countergate.server.notice.Notice;
import dev.countergate.server.notice.Notices;
import dev.countergate.server.proposal.Ledger.Applied;
import dev.countergate.server.proposal.Ledger.Entry;
import dev.countergate.server.proposal.Ledger.Telling;
import dev.countergate.server.proposal.Ledger.Turn;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The proposals of one daemon: agents make them and ask after them, persons decide on them, and what is decided is done here,
 * on threads of its own. Thread safe.
 */
public final class Proposals implements AutoCloseable {
    /** The longest an agent may wait for a change of a proposal in one call. */
    public static final Duration WAIT_MAX = Duration.ofSeconds(25);

    /** The most proposals one answer lists. */
    public static final int LISTED_MAX = 50;

    /** How many proposals a code is looked up among. */
    static final int CODES_MAX = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Proposals.class);

    private final Ledger ledger;
    private final Drafting drafting;
    private final Approving approving;
    private final Execution execution;
    private final Advancing advancing;
    private final Tripping tripping;
    private final Notices notices;
    private final List<ProposalFollower> followers = new CopyOnWriteArrayList<>();
    private final News news = new News();

    /**
     * What the proposals of a daemon are made with.
     *
     * @param store where they are kept
     * @param agents the way to it for what agents ask, which may be much at a time
     * @param served the catalogue of the moment
     * @param approvers whose keys count
     * @param freezes what stands still
     * @param separating how far a caller is kept away
     * @param random must be unpredictable
     * @param clock the store's, which never goes back
     * @param ticker nanoseconds, for deadlines
     * @param notices tells people
     */
    public record Parts(
            Store store,
            Store agents,
            Served served,
            Approvers approvers,
            Freezes freezes,
            Separating separating,
            RandomGenerator random,
            InstantSource clock,
            LongSupplier ticker,
            Notices notices) {}

    /**
     * The proposals {@code parts} keep. Nothing happens before {@link #start}.
     *
     * @throws StoreException when the store cannot be read, or is new and cannot be written
     */
    public Proposals(Parts parts) throws StoreException {
        Store store = parts.store();
        Served served = parts.served();
        Freezes freezes = parts.freezes();
        InstantSource clock = parts.clock();
        this.notices = parts.notices();
        ServerId server = server(parts);
        Looks looks = new Looks(clock, parts.ticker());
        Recheck recheck = new Recheck(served, looks, freezes, parts.separating(), parts.ticker());
        this.ledger = new Ledger(store, parts.agents(), clock, this::changed);
        this.drafting =
                new Drafting(
                        server,
                        ledger,
                        parts.agents(),
                        looks,
                        freezes,
                        parts.separating(),
                        parts.random(),
                        parts.ticker());
        this.approving =
                new Approving(server, ledger, store, recheck, parts.approvers(), parts.random());
        this.execution =
                new Execution(
                        served, ledger, store, looks, recheck, approving, freezes, parts.ticker());
        this.advancing =
                new Advancing(
                        served,
                        ledger,
                        execution,
                        new Following(served, ledger, looks, parts.ticker()),
                        freezes,
                        clock);
        this.tripping = new Tripping(served, ledger, store, freezes, notices, clock);
    }

    /** The server's id: made once, and the store's from then on. */
    private static ServerId server(Parts parts) throws StoreException {
        Optional<String> settled = parts.store().read(rows -> rows.fact("server"));
        if (settled.isPresent()) {
            return new ServerId(settled.get());
        }
        byte[] bits = new byte[8];
        parts.random().nextBytes(bits);
        String fresh = "s-" + HexFormat.of().formatHex(bits);
        return new ServerId(parts.store().write(in -> in.settle("server", fresh)));
    }

    /**
     * Takes up what an earlier process left, and begins to look after what nobody asks for. While the store cannot be
     * written, nothing is taken up: it can be read all the same.
     */
    public void start() {
        advancing.start();
    }

    /** Which server's statements count here. */
    public ServerId serverId() {
        return approving.server();
    }

    /** Makes a proposal of a call, or says why there is none. */
    public Answer propose(
            Served.Lease lease,
            Tool tool,
            ToolCall call,
            Arguments arguments,
            Request request,
            @Nullable String reason)
            throws StoreException, InterruptedException {
        Drafted drafted =
                drafting.draft(lease, new Drafting.Wanted(tool, call, arguments, request, reason));
        return switch (drafted) {
            case Drafted.None(Answer answer) -> answer;
            case Drafted.Kept(Entry entry, boolean isNew) -> {
                ProposalStatus status = ProposalStatus.of(entry);
                news.tell(call.session().id(), status);
                if (isNew && entry.state() == ProposalState.APPROVED) {
                    advancing.takeUp(entry.id());
                }
                yield new Answer.Proposed(status, isNew);
            }
        };
    }

    /** How a proposal of {@code principal} stands; empty where they made none of that name. */
    public Optional<ProposalStatus> status(PrincipalId principal, ProposalId id)
            throws StoreException {
        return ledger.findForAgent(id)
                .filter(each -> isOf(each, principal))
                .map(ProposalStatus::of);
    }

    /** How it stands once it is at another version than {@code seen}, or {@code wait} has passed. */
    public ProposalStatus await(ProposalStatus seen, Duration wait)
            throws StoreException, InterruptedException {
        return ledger.awaitForAgent(seen.id(), seen.version(), wait)
                .map(ProposalStatus::of)
                .orElse(seen);
    }

    /** The session knows from now on that {@code status} stands as it does. */
    public void tell(String session, ProposalStatus status) {
        news.tell(session, status);
    }

    /** The newest proposals of {@code principal}. */
    public List<ProposalStatus> list(PrincipalId principal) throws StoreException {
        return ledger.of(principal.value(), LISTED_MAX).stream().map(ProposalStatus::of).toList();
    }

    /** Takes a proposal of {@code principal} back; empty where they made none of that name. */
    public Optional<ProposalStatus> withdraw(PrincipalId principal, String session, ProposalId id)
            throws StoreException, RefusedException {
        Optional<Entry> entry = ledger.findForAgent(id).filter(each -> isOf(each, principal));
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        ProposalStatus status =
                taken(ledger.applyForAgent(id, new Event.Withdraw(), Telling.of("withdrawn")), id);
        news.tell(session, status);
        return Optional.of(status);
    }

    private static boolean isOf(Entry entry, PrincipalId principal) {
        return entry.core().requester().equals(principal);
    }

    /** One line for each proposal of the session that changed since it was told. */
    public List<String> news(String session) {
        return news.of(session);
    }

    /** What waits for a person: the open ones, and those whose outcome is not known. */
    public List<ProposalStatus> pending() throws StoreException {
        return ledger.in(List.of(ProposalState.PENDING, ProposalState.OUTCOME_UNKNOWN)).stream()
                .map(ProposalStatus::of)
                .toList();
    }

    /** What has the code, whether it waits or was decided, of the newest {@value #CODES_MAX}. */
    public List<ProposalStatus> coded(String code) throws StoreException {
        return ledger.coded(code, CODES_MAX).stream().map(ProposalStatus::of).toList();
    }

    /** The ids of those that are kept and cannot be read any more. */
    public Set<String> unreadable() {
        return ledger.unreadable();
    }

    /** How many are unfinished. */
    public int unfinished() throws StoreException {
        return ledger.unfinished().size();
    }

    /**
     * A proposal as a person sees it.
     *
     * @param core its exact text
     * @param view rendered from it
     * @param as commands that do the same by hand, by the program's name; secrets as variables
     */
    public record Shown(ProposalStatus status, String core, View view, Map<String, String> as) {
        public Shown {
            as = Map.copyOf(as);
        }
    }

    /** A proposal in full. */
    public Shown show(ProposalId id) throws RefusedException, StoreException {
        Entry entry = approving.found(id);
        return new Shown(
                ProposalStatus.of(entry), entry.row().core(), Approving.view(entry), byHand(entry));
    }

    private static Map<String, String> byHand(Entry entry) {
        Map<String, String> as = new HashMap<>();
        if (CoreRequest.read(entry.core().request(), entry.id().attempt())
                instanceof Checked.Valid<CoreRequest>(CoreRequest request)) {
            ByHand.curl(request).ifPresent(line -> as.put("curl", line));
            ByHand.aws(request).ifPresent(line -> as.put("aws", line));
        }
        return as;
    }

    /**
     * Waits until a proposal is at another version than {@code seen}, for {@code wait} at most.
     *
     * @param seen -1 where none was seen
     */
    public ProposalStatus await(ProposalId id, long seen, Duration wait)
            throws RefusedException, StoreException, InterruptedException {
        return ledger.await(id, seen, wait)
                .map(ProposalStatus::of)
                .orElseThrow(() -> Approving.absent(id));
    }

    /** A statement for {@code approver} to sign; see {@link Approving#issue}. */
    public Statement statement(
            ProposalId id,
            Person approver,
            @Nullable String key,
            Statement.Decision decision,
            Duration valid)
            throws RefusedException, StoreException {
        return approving.issue(id, approver, key, decision, valid).statement();
    }

    /** Takes a signed statement in; where it completes the quorum, the claim begins at once. */
    public ProposalStatus submit(ProposalId id, String statement, String signature)
            throws RefusedException, StoreException {
        Entry entry = approving.submit(id, statement, signature);
        if (entry.state() == ProposalState.APPROVED) {
            advancing.takeUp(id);
        }
        return ProposalStatus.of(entry);
    }

    /** What would block a proposal now. */
    public List<Obstacle> examine(ProposalId id)
            throws RefusedException, StoreException, InterruptedException {
        return execution.examine(approving.found(id));
    }

    /** A person did it themselves; the look at the effect runs all the same. */
    public ProposalStatus done(ProposalId id, Person by, String note)
            throws RefusedException, StoreException {
        ProposalStatus status =
                taken(
                        ledger.apply(
                                id,
                                (before, in, now) ->
                                        Turn.of(
                                                new Event.DoneByHand(
                                                        by, before.kept().shown(), note)),
                                Telling.of("done_by_hand", Map.of("by", by.name(), "note", note)),
                                (after, in, now) -> Optional.empty()),
                        id);
        advancing.takeUp(id);
        return status;
    }

    /** A person settles an outcome that is not known. */
    public ProposalStatus resolve(ProposalId id, Person by, boolean applied, String note)
            throws RefusedException, StoreException {
        return taken(
                ledger.apply(
                        id,
                        new Event.Resolve(by, applied, note),
                        Telling.of(
                                "resolved",
                                Map.of(
                                        "by", by.name(),
                                        "applied", Boolean.toString(applied),
                                        "note", note))),
                id);
    }

    /** Asks what runs for a proposal to stop; whether the backend took the request. */
    public boolean cancel(ProposalId id)
            throws RefusedException, StoreException, InterruptedException {
        return execution.stop(approving.found(id));
    }

    /** The proposals something of runs at a backend that can be asked to stop. */
    public List<ProposalStatus> running() throws StoreException {
        return ledger.in(List.of(ProposalState.SENDING)).stream().map(ProposalStatus::of).toList();
    }

    private static ProposalStatus taken(Applied applied, ProposalId id) throws RefusedException {
        return switch (applied) {
            case Applied.Taken taken -> ProposalStatus.of(taken.after());
            case Applied.Refused(var reason, String problem) ->
                    throw new RefusedException(reason.name(), problem);
            case Applied.Absent absent -> throw Approving.absent(id);
        };
    }

    private void changed(Entry entry) {
        ProposalStatus status = ProposalStatus.of(entry);
        news.changed(status.id(), status.state());
        boolean isUnknown = status.state() == ProposalState.OUTCOME_UNKNOWN;
        LoggingEventBuilder line =
                LOG.atLevel(isUnknown ? Level.ERROR : Level.INFO)
                        .addKeyValue("proposal", status.id())
                        .addKeyValue("state", status.state());
        if (!status.why().isEmpty()) {
            line = line.addKeyValue("reason", status.why());
        }
        line.log(isUnknown ? "what came of a change is not known" : "a proposal changed");
        if (Ledger.isFailure(entry)) {
            tripping.failed(entry.core().environment());
        }
        notice(status);
        followers.forEach(follower -> follower.changed(status, entry.core().rule()));
    }

    /** Tells {@code follower} of each change from now on. */
    public void follow(ProposalFollower follower) {
        followers.add(follower);
    }

    private void notice(ProposalStatus status) {
        Notice.@Nullable Event event =
                switch (status.state()) {
                    case PENDING -> Notice.Event.PROPOSED;
                    case APPROVED, CLAIMED, SENDING -> null;
                    default -> Notice.Event.OUTCOME;
                };
        if (event != null) {
            notices.tell(
                    Notice.of(
                            event,
                            status.id().value(),
                            status.code(),
                            status.state().name(),
                            status.summary()));
        }
    }

    /** Lets a dispatch under way end, within a bound; what follows is taken up at the next start. */
    @Override
    public void close() {
        advancing.close();
    }
}
