package dev.countergate.server.proposal;

import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.token.ProposalId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What each session does not know yet of the proposals it made. Thread safe. */
final class News {
    /** The most sessions remembered; the oldest are forgotten first. */
    private static final int SESSIONS_MAX = 1_000;

    private final Map<String, Map<ProposalId, Told>> sessions =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(
                        Map.Entry<String, Map<ProposalId, Told>> eldest) {
                    return size() > SESSIONS_MAX;
                }
            };

    private record Told(ProposalState told, ProposalState now, String code) {}

    /** The session knows that {@code status} stands as it does. */
    synchronized void tell(String session, ProposalStatus status) {
        sessions.computeIfAbsent(session, id -> new LinkedHashMap<>())
                .put(status.id(), new Told(status.state(), status.state(), status.code()));
    }

    /** A proposal has changed. */
    synchronized void changed(ProposalId id, ProposalState state) {
        for (Map<ProposalId, Told> known : sessions.values()) {
            known.computeIfPresent(id, (same, told) -> new Told(told.told(), state, told.code()));
        }
    }

    /** What a backend took is not what was seen to work. */
    private static String word(ProposalState state) {
        return switch (state) {
            case APPLIED, PARTLY_APPLIED -> state + ", NOT verified,";
            default -> state.name();
        };
    }

    /** One line for each proposal that changed since the session was told; then it is told. */
    synchronized List<String> of(String session) {
        Map<ProposalId, Told> known = sessions.get(session);
        if (known == null) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        known.replaceAll(
                (id, told) -> {
                    if (told.now() != told.told()) {
                        lines.add(
                                "proposal `"
                                        + id
                                        + "` (code "
                                        + told.code()
                                        + ") is "
                                        + word(told.now())
                                        + " now; `proposal_status` tells more");
                    }
                    return new Told(told.now(), told.now(), told.code());
                });
        known.values().removeIf(told -> told.now().isFinal());
        return lines;
    }
}
