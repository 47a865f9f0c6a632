package dev.countergate.policy.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProposalStateTest {
    /** Written out by hand from the specification: from, then every state that may follow. */
    private static final String EDGES =
            """
            PENDING APPROVED REJECTED EXPIRED WITHDRAWN SUPERSEDED BLOCKED DONE_BY_HAND
            APPROVED CLAIMED REJECTED EXPIRED WITHDRAWN SUPERSEDED BLOCKED DONE_BY_HAND
            CLAIMED SENDING FAILED
            SENDING APPLIED PARTLY_APPLIED FAILED OUTCOME_UNKNOWN
            APPLIED VERIFIED NOT_VERIFIED UNVERIFIED
            PARTLY_APPLIED VERIFIED NOT_VERIFIED UNVERIFIED
            OUTCOME_UNKNOWN FOUND_APPLIED FOUND_NOT_APPLIED RESOLVED_BY_HUMAN
            """;

    @Test
    void has_the_edges_of_the_specification_and_no_other() {
        Map<ProposalState, Set<ProposalState>> expected = new EnumMap<>(ProposalState.class);
        for (ProposalState state : ProposalState.values()) {
            expected.put(state, EnumSet.noneOf(ProposalState.class));
        }
        EDGES.lines()
                .map(line -> line.split(" ", -1))
                .forEach(
                        words ->
                                expected.put(
                                        ProposalState.valueOf(words[0]),
                                        Stream.of(words)
                                                .skip(1)
                                                .map(ProposalState::valueOf)
                                                .collect(Collectors.toSet())));

        for (ProposalState state : ProposalState.values()) {
            assertThat(state.next()).as("%s", state).isEqualTo(expected.get(state));
        }
    }

    @Test
    void never_leads_back() {
        for (ProposalState state : ProposalState.values()) {
            Set<ProposalState> reached = new HashSet<>();
            Set<ProposalState> border = new HashSet<>(state.next());
            while (reached.addAll(border)) {
                border =
                        border.stream()
                                .flatMap(each -> each.next().stream())
                                .collect(Collectors.toSet());
            }
            assertThat(reached).as("from %s", state).doesNotContain(state);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_state_without_a_successor_is_final_and_frees_its_effect_key(ProposalState state) {
        assertThat(state.isFinal()).isEqualTo(state.next().isEmpty());
        assertThat(state.holdsEffectKey()).isNotEqualTo(state.isFinal());
    }

    @ParameterizedTest
    @EnumSource
    void only_a_rejection_and_a_change_that_did_not_work_make_the_key_wait(ProposalState state) {
        assertThat(state.delaysEffectKey())
                .isEqualTo(state == ProposalState.REJECTED || state == ProposalState.NOT_VERIFIED);
    }
}
