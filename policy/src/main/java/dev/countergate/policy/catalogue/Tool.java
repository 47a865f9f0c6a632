package dev.countergate.policy.catalogue;

import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.parameter.Parameters;

/**
 * A tool of the catalogue.
 *
 * @param name as agents call it; unique in its catalogue
 * @param description for the agent; may be empty
 * @param parameters what it takes
 * @param effect what it does to the world, declared or concluded from its action
 * @param action what it sends
 * @param guard what holds for its calls; {@link Guard#NONE} where the catalogue says nothing
 * @param budget how much of its answer an agent gets at once
 */
public record Tool(
        ToolName name,
        String description,
        Parameters parameters,
        Effect effect,
        Action action,
        Guard guard,
        ResultBudget budget) {
    /** Whether an agent may see it: all but forbidden ones. */
    public boolean isListed() {
        return effect != Effect.FORBIDDEN;
    }

    /** This tool under another guard. */
    public Tool withGuard(Guard other) {
        return new Tool(name, description, parameters, effect, action, other, budget);
    }
}
