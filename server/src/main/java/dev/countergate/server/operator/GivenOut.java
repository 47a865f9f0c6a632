package dev.countergate.server.operator;

import dev.countergate.policy.token.Challenge;
import dev.countergate.policy.token.Widening;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The widening statements that may come back signed, each once. They are held in memory alone: with the process they are
 * gone, and what it gave out counts nowhere. Used by one thread at a time.
 */
final class GivenOut {
    /** The most at one time; beyond it the oldest go. */
    static final int MAX = 64;

    private final LinkedHashMap<Challenge, Widening> given = new LinkedHashMap<>();
    private final Set<Challenge> spent = new HashSet<>();

    /** Keeps {@code widening} until it has expired. */
    void keep(Widening widening, Instant now) {
        given.values().removeIf(each -> !now.isBefore(each.expires()));
        if (given.size() >= MAX) {
            given.pollFirstEntry();
        }
        given.put(widening.challenge(), widening);
        spent.retainAll(given.keySet());
    }

    /** What was given out for {@code challenge} and did not come back yet. */
    Widening find(Challenge challenge) throws RefusedException {
        if (spent.contains(challenge)) {
            throw new RefusedException("TOKEN_SPENT", "this statement was used: ask for a new one");
        }
        @Nullable Widening widening = given.get(challenge);
        if (widening == null) {
            throw new RefusedException(
                    "NOT_ISSUED", "this daemon did not give out this statement: ask for a new one");
        }
        return widening;
    }

    /** Lets {@code challenge} count no more. */
    void spend(Challenge challenge) {
        spent.add(challenge);
    }
}
