package dev.countergate.policy.catalogue;

import dev.countergate.policy.call.Narrowing;
import dev.countergate.policy.call.ToolName;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a principal may do at all, before any rule is asked.
 *
 * @param tools the only tools there are for it, or null where it has all of them
 * @param limits how often it may call, whatever it calls; none where empty
 */
public record Powers(@Nullable Set<ToolName> tools, List<CallLimit> limits) {
    /** Every tool, as often as one likes. */
    public static final Powers ALL = new Powers(null, List.of());

    /** No tool at all. */
    public static final Powers NONE = new Powers(Set.of(), List.of());

    public Powers {
        tools = tools == null ? null : Set.copyOf(tools);
        limits = List.copyOf(limits);
    }

    /** Whether there is such a tool for it, if the catalogue has one. */
    public boolean include(ToolName tool) {
        return tools == null || tools.contains(tool);
    }

    /** Whether there is {@code tool} for a call that asks for no more than {@code narrowing}. */
    public boolean include(Tool tool, Narrowing narrowing) {
        return include(tool.name()) && narrowing.leaves(tool.name(), tool.effect() == Effect.READ);
    }

    /** Whether anything is kept from it. */
    public boolean isRestricted() {
        return tools != null || !limits.isEmpty();
    }

    /**
     * How often a principal may call.
     *
     * @param calls this many
     * @param per in any span of this length
     */
    public record CallLimit(int calls, Duration per) {
        public CallLimit {
            if (calls < 1 || per.isNegative() || per.isZero()) {
                throw new IllegalArgumentException("a limit of nothing");
            }
        }
    }
}
