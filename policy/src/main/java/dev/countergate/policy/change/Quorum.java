package dev.countergate.policy.change;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.rule.Decision;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who must agree to a proposal.
 *
 * @param persons how many distinct ones; none only where a rule permits it
 * @param otherPerson whether one of them must not be the person behind the requester
 * @param verifiesPerson whether each one's key must verify its person, by PIN or fingerprint
 * @param permittedBy the id of the rule that lets it go without a person, or null
 */
public record Quorum(
        int persons, boolean otherPerson, boolean verifiesPerson, @Nullable String permittedBy) {
    public Quorum {
        // INVARIANT: there is no quorum of nobody without a rule that says so; missing data
        // refuses.
        if (persons < 0
                || (persons == 0) != (permittedBy != null)
                || (persons == 0 && (otherPerson || verifiesPerson))) {
            throw new IllegalArgumentException("a quorum has persons, or a rule in their place");
        }
    }

    /** A quorum of persons. */
    public static Quorum of(int persons, boolean otherPerson, boolean verifiesPerson) {
        return new Quorum(persons, otherPerson, verifiesPerson, null);
    }

    /** This one, of {@code least} persons where it asks for fewer. */
    public Quorum raisedTo(int least) {
        return least > persons ? of(least, otherPerson, verifiesPerson) : this;
    }

    /** This quorum after the request was decided again: raised, never lowered; empty when it is forbidden now. */
    Optional<Quorum> raisedBy(Decision decision) {
        return switch (decision) {
            case Decision.Forbid forbid -> Optional.empty();
            case Decision.Permit permit -> Optional.of(this);
            case Decision.Approve approve -> Optional.of(raisedTo(approve.approvals()));
        };
    }

    /** Whether it matters who stands behind the requester. */
    boolean needsKnownRequester() {
        return otherPerson || persons > 1;
    }

    /** Whether {@code approvals} are enough. */
    boolean isMetBy(List<Approval> approvals, @Nullable Person requester) {
        if (needsKnownRequester() && requester == null) {
            return false;
        }
        Set<Person> distinct =
                approvals.stream()
                        .map(each -> each.person().folded())
                        .collect(Collectors.toUnmodifiableSet());
        boolean another =
                requester != null
                        && distinct.stream().anyMatch(each -> !each.equals(requester.folded()));
        return distinct.size() >= persons && (another || !otherPerson);
    }
}
