package dev.countergate.policy.change;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * What a proposal may do, a second time and in another way: a plain table of moves, and a record of all that happened from
 * which each move's condition is worked out anew. Shares no code with what it is compared to.
 */
@NullMarked
final class ProposalModel {
    /** From, move, to. What is not here does not happen. */
    private static final String TABLE =
            """
            PENDING approve-enough APPROVED
            PENDING approve-more PENDING
            PENDING approve-forbidden BLOCKED
            PENDING reject REJECTED
            PENDING withdraw WITHDRAWN
            PENDING expire EXPIRED
            PENDING supersede SUPERSEDED
            PENDING done DONE_BY_HAND
            PENDING restart PENDING
            PENDING restart-late EXPIRED
            APPROVED reject REJECTED
            APPROVED withdraw WITHDRAWN
            APPROVED expire EXPIRED
            APPROVED supersede SUPERSEDED
            APPROVED done DONE_BY_HAND
            APPROVED claim CLAIMED
            APPROVED claim-late EXPIRED
            APPROVED claim-stopped BLOCKED
            APPROVED restart EXPIRED
            APPROVED restart-late EXPIRED
            CLAIMED send SENDING
            CLAIMED send-stopped FAILED
            CLAIMED restart FAILED
            CLAIMED restart-late FAILED
            SENDING accept SENDING
            SENDING stop FAILED
            SENDING answer-APPLIED APPLIED
            SENDING answer-PARTLY_APPLIED PARTLY_APPLIED
            SENDING answer-FAILED FAILED
            SENDING answer-OUTCOME_UNKNOWN OUTCOME_UNKNOWN
            SENDING restart OUTCOME_UNKNOWN
            SENDING restart-late OUTCOME_UNKNOWN
            SENDING restart-named SENDING
            APPLIED look-open APPLIED
            APPLIED look-VERIFIED VERIFIED
            APPLIED look-NOT_VERIFIED NOT_VERIFIED
            APPLIED look-UNVERIFIED UNVERIFIED
            APPLIED close-NOT_VERIFIED NOT_VERIFIED
            APPLIED close-UNVERIFIED UNVERIFIED
            APPLIED restart APPLIED
            APPLIED restart-late APPLIED
            PARTLY_APPLIED look-open PARTLY_APPLIED
            PARTLY_APPLIED look-VERIFIED VERIFIED
            PARTLY_APPLIED look-NOT_VERIFIED NOT_VERIFIED
            PARTLY_APPLIED look-UNVERIFIED UNVERIFIED
            PARTLY_APPLIED close-NOT_VERIFIED NOT_VERIFIED
            PARTLY_APPLIED close-UNVERIFIED UNVERIFIED
            PARTLY_APPLIED restart PARTLY_APPLIED
            PARTLY_APPLIED restart-late PARTLY_APPLIED
            OUTCOME_UNKNOWN search-found FOUND_APPLIED
            OUTCOME_UNKNOWN search-absent FOUND_NOT_APPLIED
            OUTCOME_UNKNOWN search-nothing OUTCOME_UNKNOWN
            OUTCOME_UNKNOWN resolve RESOLVED_BY_HUMAN
            OUTCOME_UNKNOWN restart OUTCOME_UNKNOWN
            OUTCOME_UNKNOWN restart-late OUTCOME_UNKNOWN
            """;

    /** States that nothing leaves, where a restart changes nothing either. */
    private static final List<String> ENDS =
            List.of(
                    "FAILED",
                    "VERIFIED",
                    "NOT_VERIFIED",
                    "UNVERIFIED",
                    "FOUND_APPLIED",
                    "FOUND_NOT_APPLIED",
                    "RESOLVED_BY_HUMAN",
                    "REJECTED",
                    "EXPIRED",
                    "WITHDRAWN",
                    "SUPERSEDED",
                    "BLOCKED",
                    "DONE_BY_HAND");

    private static final Map<String, String> MOVES = moves();

    /** A read as it happened: y, n or u, or r for a restart; with its second and the second of its sample. */
    record Look(char shown, long second, long sample) {}

    String state;
    int sends;
    final @Nullable String requester;
    final boolean other;
    int persons;
    final boolean permitted;
    final long expires;
    final @Nullable Long within;
    final @Nullable Long settle;
    final Set<String> approvers = new HashSet<>();
    final Set<Integer> challenges = new HashSet<>();
    final List<Look> looks = new ArrayList<>();
    char before = '-';
    long sentAt;
    long endedAt;
    long opened;
    long absentAt = -1;
    boolean named;
    boolean keptBack;

    ProposalModel(
            @Nullable String requester,
            int persons,
            boolean other,
            long expires,
            @Nullable Long within,
            @Nullable Long settle) {
        this.requester = requester;
        this.persons = persons;
        this.permitted = persons == 0;
        this.other = other;
        this.expires = expires;
        this.within = within;
        this.settle = settle;
        this.state = permitted ? "APPROVED" : "PENDING";
    }

    private static Map<String, String> moves() {
        Map<String, String> moves = new HashMap<>();
        TABLE.lines()
                .map(line -> line.split(" ", -1))
                .forEach(words -> moves.put(words[0] + " " + words[1], words[2]));
        for (String end : ENDS) {
            moves.put(end + " restart", end);
            moves.put(end + " restart-late", end);
        }
        for (String watched : List.of("DONE_BY_HAND", "FOUND_APPLIED")) {
            for (String move : List.of("open", "VERIFIED", "NOT_VERIFIED", "UNVERIFIED")) {
                moves.put(watched + " look-" + move, watched);
                moves.put(watched + " close-" + move, watched);
            }
            moves.remove(watched + " close-open");
        }
        return moves;
    }

    /** Makes the move where the table has it; whether it had. */
    boolean move(String move) {
        String next = MOVES.get(state + " " + move);
        if (next == null) {
            return false;
        }
        if (next.equals("SENDING") && !state.equals("SENDING")) {
            sends++;
        }
        state = next;
        return true;
    }

    boolean isOpen() {
        return state.equals("PENDING") || state.equals("APPROVED");
    }

    /** Enough persons, and another than the requester where that is asked. */
    boolean enough(Set<String> given, int wanted) {
        if ((other || wanted >= 2) && requester == null) {
            return false;
        }
        if (other && given.stream().allMatch(each -> each.equals(requester))) {
            return false;
        }
        return given.size() >= wanted;
    }

    /** How the verification stands, worked out from all reads since it opened. */
    String verification(long second) {
        if (within == null || before != 'n') {
            return "UNVERIFIED";
        }
        long newest = sentAt;
        int held = 0;
        char last = '-';
        for (Look look : looks) {
            boolean inside = look.second() < opened + within;
            switch (look.shown()) {
                case 'r' -> held = 0;
                case 'y' -> {
                    if (inside) {
                        last = 'y';
                        if (look.sample() > newest) {
                            newest = look.sample();
                            held++;
                        }
                    }
                }
                default -> {
                    if (inside) {
                        last = look.shown();
                        held = 0;
                    }
                }
            }
            if (held == 2) {
                return "VERIFIED";
            }
        }
        if (second < opened + within) {
            return "open";
        }
        return last == 'n' ? "NOT_VERIFIED" : "UNVERIFIED";
    }
}
