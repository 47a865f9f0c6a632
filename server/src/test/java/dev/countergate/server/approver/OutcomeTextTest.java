package dev.countergate.server.approver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.change.ProposalState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class OutcomeTextTest {
    private static ObjectNode status(String state, String outcome) {
        return JsonNodeFactory.instance.objectNode().put("state", state).put("outcome", outcome);
    }

    @ParameterizedTest
    @EnumSource(ProposalState.class)
    void only_a_whole_effect_that_was_seen_is_a_success(ProposalState state) {
        assertThat(OutcomeText.isSuccess(status(state.name(), "APPLIED")))
                .isEqualTo(state == ProposalState.VERIFIED);
        assertThat(OutcomeText.isSuccess(status(state.name(), "PARTLY_APPLIED"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "verified", "VERIFIED ", "SUCCESS", "DONE", "NOT_A_STATE"})
    void what_is_not_known_is_never_a_success(String state) {
        assertThat(OutcomeText.isSuccess(status(state, "APPLIED"))).isFalse();
        assertThat(OutcomeText.isStopped(status(state, "APPLIED"))).isFalse();
        assertThat(OutcomeText.of(status(state, "APPLIED"))).contains("neither done nor failed");
    }

    @ParameterizedTest
    @EnumSource(
            value = ProposalState.class,
            names = {
                "APPLIED",
                "PARTLY_APPLIED",
                "NOT_VERIFIED",
                "UNVERIFIED",
                "OUTCOME_UNKNOWN",
                "FOUND_APPLIED",
                "FOUND_NOT_APPLIED",
                "FAILED"
            })
    void what_was_sent_and_not_seen_says_so_in_capitals_and_calls_nothing_done(
            ProposalState state) {
        assertThat(OutcomeText.of(status(state.name(), "APPLIED")))
                .startsWith(state.name() + ": ")
                .containsPattern(" (NOT|NO|NOBODY|SOME|MAY) ")
                .doesNotContainIgnoringCase("success")
                .doesNotContainIgnoringCase("completed");
    }

    @ParameterizedTest
    @EnumSource(
            value = ProposalState.class,
            names = {"REJECTED", "EXPIRED", "WITHDRAWN", "SUPERSEDED", "BLOCKED"})
    void what_was_stopped_before_it_says_that_nothing_was_sent(ProposalState state) {
        assertThat(OutcomeText.of(status(state.name(), ""))).contains("nothing was sent");
        assertThat(OutcomeText.isStopped(status(state.name(), ""))).isTrue();
    }

    @Test
    void a_verified_change_of_some_targets_says_that_it_is_of_some() {
        assertThat(OutcomeText.of(status("VERIFIED", "PARTLY_APPLIED"))).contains("only SOME");
        assertThat(OutcomeText.of(status("VERIFIED", "APPLIED"))).doesNotContain("SOME");
    }

    @Test
    void only_what_no_verification_was_declared_for_is_all_that_was_to_see() {
        assertThat(OutcomeText.isAllThatWasToSee(unverified("APPLIED", "none declared"))).isTrue();
        assertThat(OutcomeText.isAllThatWasToSee(unverified("PARTLY_APPLIED", "none declared")))
                .isFalse();
        assertThat(OutcomeText.isAllThatWasToSee(unverified("APPLIED", "held before"))).isFalse();
        assertThat(OutcomeText.isAllThatWasToSee(unverified("APPLIED", ""))).isFalse();
    }

    private static JsonNode unverified(String outcome, String why) {
        ObjectNode status =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("state", "UNVERIFIED")
                        .put("outcome", outcome);
        status.putObject("verification").put("state", "UNVERIFIED").put("why", why);
        return status;
    }
}
