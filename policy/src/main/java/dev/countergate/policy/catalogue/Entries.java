package dev.countergate.policy.catalogue;

import dev.countergate.policy.call.ToolName;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What a catalogue's files say, entry by entry, whatever file each stands in. Where a text holds values from outside it has
 * become an object: the values that may be seen are in it as they are, a secret by its name. Nobody changes these trees.
 *
 * @param tools each without its guard, in the order of the file
 * @param guards of those tools that have one
 * @param backends those declared
 * @param principals in the order of the file
 * @param runbooks the absolute path of the folder of runbooks, or null
 * @param policy empty where the files have none
 */
public record Entries(
        Map<ToolName, JsonNode> tools,
        Map<ToolName, JsonNode> guards,
        Map<BackendName, JsonNode> backends,
        List<JsonNode> principals,
        @Nullable String runbooks,
        JsonNode policy) {
    /** What an empty file says. */
    public static final Entries EMPTY =
            new Entries(
                    Map.of(),
                    Map.of(),
                    Map.of(),
                    List.of(),
                    null,
                    JsonNodeFactory.instance.objectNode());

    public Entries {
        tools = Collections.unmodifiableMap(new LinkedHashMap<>(tools));
        guards = Map.copyOf(guards);
        backends = Collections.unmodifiableMap(new LinkedHashMap<>(backends));
        principals = List.copyOf(principals);
    }
}
