package dev.countergate.policy.call;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How much of what it may do a caller asks for in one request. A narrowing takes away and never gives: what is named and
 * not there, or not the caller's, stays away.
 *
 * @param readsOnly whether only what reads is asked for
 * @param tools the only tools of the catalogue asked for, or null for all of them
 */
public record Narrowing(boolean readsOnly, @Nullable Set<ToolName> tools) {
    /** All that the caller may do. */
    public static final Narrowing NONE = new Narrowing(false, null);

    public Narrowing {
        tools = tools == null ? null : Set.copyOf(tools);
    }

    /**
     * Reads what a request says of itself.
     *
     * @param tools each a list of names with commas; all of them together are asked for. Where there is one, even an empty
     *     one, nothing else is. Whatever is no name of a tool is the name of none
     * @param readsOnly each {@code true} or {@code false}, in any case; one {@code true} is enough
     */
    public static Checked<Narrowing> parse(List<String> tools, List<String> readsOnly) {
        for (String flag : readsOnly) {
            if (!isTrue(flag) && !flag.strip().equalsIgnoreCase("false")) {
                return Checked.invalid(
                        new Fault("", "neither `true` nor `false`", "give one of them"));
            }
        }
        return Checked.valid(
                new Narrowing(
                        readsOnly.stream().anyMatch(Narrowing::isTrue),
                        tools.isEmpty() ? null : names(tools)));
    }

    private static boolean isTrue(String flag) {
        return flag.strip().equalsIgnoreCase("true");
    }

    private static Set<ToolName> names(List<String> lists) {
        Set<ToolName> names = new LinkedHashSet<>();
        lists.stream()
                .flatMap(list -> Stream.of(list.split(",", -1)))
                .map(String::strip)
                .filter(ToolName::isValid)
                .map(ToolName::new)
                .forEach(names::add);
        return names;
    }

    /** Whether {@code tool} is among what is asked for, {@code reads} saying whether it only reads. */
    public boolean leaves(ToolName tool, boolean reads) {
        return (reads || !readsOnly) && (tools == null || tools.contains(tool));
    }
}
