package dev.countergate.policy.revision;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Powers;
import dev.countergate.policy.catalogue.Powers.CallLimit;
import dev.countergate.policy.catalogue.Principals;
import dev.countergate.policy.catalogue.Principals.Principal;
import dev.countergate.policy.catalogue.Principals.Token;
import dev.countergate.policy.parameter.PrometheusDuration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;

/** Compares who is who: who stands behind whom, which tokens are good, and what each may do. */
final class PrincipalComparison {
    private final Catalogue accepted;
    private final Catalogue next;
    private final Differences differences;

    PrincipalComparison(Catalogue accepted, Catalogue next, Differences differences) {
        this.accepted = accepted;
        this.next = next;
        this.differences = differences;
    }

    void compare() {
        Principals before = accepted.principals();
        Principals after = next.principals();
        int toldBefore = differences.found().size();
        Set<PrincipalId> ids = new TreeSet<>(Comparator.comparing(PrincipalId::value));
        before.all().forEach(principal -> ids.add(principal.id()));
        after.all().forEach(principal -> ids.add(principal.id()));
        ids.forEach(this::compare);
        if (differences.found().size() == toldBefore
                && !accepted.entries().principals().equals(next.entries().principals())) {
            differences.tell(Judgement.NEUTRAL, "principals: written in another way");
        }
    }

    private void compare(PrincipalId id) {
        Principal before = accepted.principals().find(id).orElse(null);
        Principal after = next.principals().find(id).orElse(null);
        String path = "principals." + shown(id.value());
        Token tokenBefore = before == null ? null : before.token();
        Token tokenAfter = after == null ? null : after.token();
        if (tokenBefore != null && tokenAfter == null) {
            // Nobody calls by this name any more, and what was asked for by it goes no further.
            tell(Judgement.TIGHTENS, path, "a token", null);
            return;
        }
        if (after != null && tokenAfter != null) {
            if (tokenBefore == null) {
                tell(Judgement.LOOSENS, path, null, described(after));
                return;
            }
            compare(path, tokenBefore, tokenAfter);
        }
        // A mapping decides whose approval counts as another's, and rules look at it.
        String personBefore = before == null ? null : before.person();
        String personAfter = after == null ? null : after.person();
        tell(Judgement.LOOSENS, path, personBefore, personAfter);
        comparePowers(path, accepted.principals().powers(id), next.principals().powers(id));
    }

    private static String described(Principal principal) {
        String tools = names(principal.powers().tools());
        String limits = texts(principal.powers().limits());
        return "a token of "
                + (principal.person() == null ? "nobody" : principal.person())
                + " for "
                + (tools == null ? "every tool" : tools)
                + (limits == null ? "" : ", " + limits);
    }

    private void compare(String path, Token before, Token after) {
        tell(Judgement.LOOSENS, path + ".sha256", before.digest().hex(), after.digest().hex());
        tell(
                Judgement.ofLess(end(before), end(after)),
                path + ".expires",
                time(before),
                time(after));
    }

    private static Instant end(Token token) {
        return token.expires() == null ? Instant.MAX : token.expires();
    }

    private static @Nullable String time(Token token) {
        return token.expires() == null ? null : token.expires().toString();
    }

    /** A tool that is new is more, too, for one that has not all of them: it had not been meant when the set was accepted. */
    private void comparePowers(String path, Powers before, Powers after) {
        tell(
                tools(before.tools(), after.tools()),
                path + ".tools",
                names(before.tools()),
                names(after.tools()));
        tell(
                limits(before.limits(), after.limits()),
                path + ".limits",
                texts(before.limits()),
                texts(after.limits()));
    }

    private static Judgement tools(@Nullable Set<ToolName> before, @Nullable Set<ToolName> after) {
        boolean isWithin = before == null || (after != null && before.containsAll(after));
        return isWithin ? Judgement.TIGHTENS : Judgement.LOOSENS;
    }

    private static Judgement limits(List<CallLimit> before, List<CallLimit> after) {
        boolean isCovered =
                before.stream()
                        .allMatch(
                                old ->
                                        after.stream()
                                                .anyMatch(
                                                        now ->
                                                                now.calls() <= old.calls()
                                                                        && now.per()
                                                                                        .compareTo(
                                                                                                old
                                                                                                        .per())
                                                                                >= 0));
        return isCovered ? Judgement.TIGHTENS : Judgement.LOOSENS;
    }

    private static @Nullable String names(@Nullable Set<ToolName> tools) {
        return tools == null
                ? null
                : tools.stream()
                        .map(ToolName::value)
                        .sorted()
                        .collect(Collectors.joining(", ", "[", "]"));
    }

    private static @Nullable String texts(List<CallLimit> limits) {
        return limits.isEmpty()
                ? null
                : limits.stream()
                        .map(
                                limit ->
                                        limit.calls()
                                                + " per "
                                                + PrometheusDuration.text(limit.per()))
                        .collect(Collectors.joining(", "));
    }

    /** Tells of a value that is another one now; null stands for none. */
    private void tell(
            Judgement judgement, String path, @Nullable String before, @Nullable String after) {
        if (!Objects.equals(before, after)) {
            differences.tell(
                    judgement,
                    path,
                    Optional.ofNullable(before)
                            .map(JsonNodeFactory.instance::stringNode)
                            .orElse(null),
                    Optional.ofNullable(after)
                            .map(JsonNodeFactory.instance::stringNode)
                            .orElse(null));
        }
    }

    private static String shown(String value) {
        String quoted = Differences.shown(JsonNodeFactory.instance.stringNode(value));
        return quoted.substring(1, quoted.length() - 1);
    }
}
