package dev.countergate.server.operator;

import dev.countergate.policy.token.ServerId;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.Approvers;
import dev.countergate.server.authority.Freezes;
import dev.countergate.server.daemon.OperatorListener.Operation;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The operations of {@code operator.sock} that are no proposal's, by name. Thread safe. */
public final class OperatorPlane {
    private static final int LEAVES = 100;

    /** Of a held change's text in one answer: with every character escaped it still is one that clients read. */
    static final int PAGE_LENGTH = 100_000;

    private final OperatorLog log;
    private final HeldCatalogue catalogue;
    private final ApproverOperations approvers;
    private final FreezeOperations freezes;
    private final WideningOperations widenings;

    /**
     * The operations of one daemon.
     *
     * @param server which one, for what is signed
     * @param owner the name of its own account
     * @param random where challenges come from; must be unpredictable
     */
    public OperatorPlane(
            ServerId server,
            String owner,
            Approvers approvers,
            Freezes freezes,
            HeldCatalogue catalogue,
            Changes changes,
            OperatorLog log,
            RandomGenerator random,
            InstantSource clock) {
        this.log = log;
        this.catalogue = catalogue;
        this.approvers = new ApproverOperations(approvers);
        this.freezes = new FreezeOperations(freezes, changes, clock);
        this.widenings =
                new WideningOperations(
                        server,
                        owner,
                        this.approvers,
                        new WideningCommands(approvers, freezes, catalogue, changes),
                        log,
                        random);
    }

    /** The operations. */
    public Map<String, Operation> operations() {
        return Map.of(
                "freeze", freezes::freeze,
                "frozen", freezes::frozen,
                "approvers", approvers::list,
                "reload_show", this::held,
                "widening", widenings::give,
                "widen", widenings::perform,
                "audit_read", this::lines);
    }

    /** Adds to the answer of {@code status} whose keys approve, what stands still, and what is held. */
    public void describe(ObjectNode status) {
        approvers.describe(status);
        freezes.describe(status);
        status.put("change_held", catalogue.held().isPresent());
    }

    private void held(JsonNode request, String user, ObjectNode answer) {
        Optional<HeldCatalogue.Held> held = catalogue.held();
        answer.put("held", held.isPresent());
        held.ifPresent(change -> putPage(request.path("from").asInt(0), change, answer));
    }

    /** The text from there on, and where the next page begins, if there is one. */
    private static void putPage(int asked, HeldCatalogue.Held change, ObjectNode answer) {
        String text = change.text();
        int from = Math.clamp(asked, 0, text.length());
        int to = Math.min(from + PAGE_LENGTH, text.length());
        if (to < text.length() && Character.isHighSurrogate(text.charAt(to - 1))) {
            to--;
        }
        answer.put("digest", change.digest().hex()).put("text", text.substring(from, to));
        if (to < text.length()) {
            answer.put("next", to);
        }
    }

    private void lines(JsonNode request, String user, ObjectNode answer) throws RefusedException {
        try {
            Store.Lines read =
                    log.read(
                            request.path("from").asLong(-LEAVES),
                            Math.max(1, request.path("limit").asInt(LEAVES)));
            ArrayNode lines = answer.putArray("lines");
            read.lines().forEach(lines::add);
            answer.put("next", read.next());
        } catch (StoreException unreadable) {
            throw new RefusedException("LOG_UNREADABLE", String.valueOf(unreadable.getMessage()));
        }
    }
}
