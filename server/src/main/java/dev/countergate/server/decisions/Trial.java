package dev.countergate.server.decisions;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Policy;
import dev.countergate.policy.catalogue.Policy.Mode;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.request.Renderer;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.rule.Explanation;
import dev.countergate.policy.rule.Facts;
import dev.countergate.policy.rule.Rules;
import dev.countergate.policy.rule.Situation;
import dev.countergate.policy.rule.Usage;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decides as the server would, with a catalogue and nothing else. Thread safe. */
public final class Trial {
    private final Catalogue catalogue;
    private final Map<Mode, Rules> rules = new EnumMap<>(Mode.class);

    /** Decides by the rules of {@code catalogue}. */
    public Trial(Catalogue catalogue) {
        this.catalogue = catalogue;
        for (Mode mode : Mode.values()) {
            rules.put(mode, Rules.of(catalogue, mode));
        }
    }

    /**
     * What becomes of a call.
     *
     * @param situation all that was looked at
     * @param mode it was decided in
     * @param explanation the decision and why
     */
    public record Answer(Situation situation, Mode mode, Explanation explanation) {}

    /** What becomes of the call, or every fault of its arguments; one fault where its caller has no such tool. */
    public Checked<Answer> ask(Question question) {
        Tool tool = question.tool();
        if (isKept(tool, question.principal())) {
            return Checked.invalid(
                    new Fault(
                            "",
                            "`"
                                    + question.principal()
                                    + "` is answered that there is no tool `"
                                    + tool.name()
                                    + "`",
                            "it is not among the `tools` of its entry in `principals`"));
        }
        return tool.parameters()
                .bind(question.arguments())
                .then(
                        arguments ->
                                Renderer.render(tool, arguments, catalogue::backend)
                                        .then(
                                                request ->
                                                        Checked.valid(
                                                                answer(
                                                                        question, arguments,
                                                                        request))));
    }

    /** Of a principal that is not named there, it is asked what would be if it called. */
    private boolean isKept(Tool tool, PrincipalId principal) {
        return catalogue
                .principals()
                .find(principal)
                .filter(named -> !named.powers().include(tool.name()))
                .isPresent();
    }

    private Answer answer(Question question, Arguments arguments, Request request) {
        Tool tool = question.tool();
        Facts facts = Facts.of(request);
        List<String> targets = question.targets();
        Situation situation =
                new Situation(
                        tool,
                        arguments,
                        targets == null ? facts : facts.withTargets(targets),
                        question.principal(),
                        question.person(),
                        catalogue.environment(tool, arguments),
                        question.now(),
                        usage(tool, arguments, question.attempts()),
                        question.frozen());
        Policy policy = catalogue.policy();
        @Nullable Mode asked = question.mode();
        Mode mode = asked == null ? policy.mode() : asked;
        return new Answer(situation, mode, rules(mode).explain(situation));
    }

    private Rules rules(Mode mode) {
        Rules compiled = rules.get(mode);
        if (compiled == null) {
            throw new IllegalStateException("no rules for mode " + mode);
        }
        return compiled;
    }

    private static Usage usage(Tool tool, Arguments arguments, List<Integer> attempts) {
        List<Usage.Key> keys = Usage.keys(tool, arguments);
        Map<Usage.Key, Integer> counted = new HashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            counted.put(keys.get(i), i < attempts.size() ? attempts.get(i) : 0);
        }
        return Usage.of(counted);
    }
}
