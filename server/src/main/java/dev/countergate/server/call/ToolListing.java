package dev.countergate.server.call;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.Narrowing;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Action;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.CompositeAction;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.catalogue.Powers;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.result.OutputSchema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Describes a catalogue's tools as agents see them, in the catalogue's order, the built-in ones last. */
final class ToolListing {
    /** A write's parameter for the agent's reason: never bound, never sent. */
    static final String REASON = "_reason";

    /** The longest reason, in characters. */
    static final int REASON_LENGTH_MAX = 1_000;

    private final long revision;
    private final List<Entry> entries;
    private final ToolService.Listing whole;

    private record Entry(Tool tool, ToolService.Description description) {}

    private ToolListing(long revision, List<Entry> entries) {
        this.revision = revision;
        this.entries = List.copyOf(entries);
        this.whole = seen(Powers.ALL, Narrowing.NONE);
    }

    static ToolListing of(long revision, Catalogue catalogue) {
        List<Entry> entries = new ArrayList<>();
        for (Tool tool : catalogue.tools()) {
            if (tool.isListed()) {
                entries.add(
                        new Entry(
                                tool,
                                new ToolService.Description(
                                        tool.name().value(),
                                        tool.description(),
                                        inputSchema(tool),
                                        outputSchema(tool),
                                        annotations(tool))));
            }
        }
        return new ToolListing(revision, entries);
    }

    /** What {@code caller} sees of it, {@code powers} being all it may do. */
    ToolService.Listing of(Caller caller, Powers powers) {
        return powers.tools() == null && caller.narrowing().equals(Narrowing.NONE)
                ? whole
                : seen(powers, caller.narrowing());
    }

    /** The built-in ones are about nothing but what the caller itself has done, and stay. */
    private ToolService.Listing seen(Powers powers, Narrowing narrowing) {
        List<ToolService.Description> seen = new ArrayList<>();
        for (Entry entry : entries) {
            if (powers.include(entry.tool(), narrowing)) {
                seen.add(entry.description());
            }
        }
        seen.add(ResultPages.description());
        seen.addAll(ProposalTools.descriptions(narrowing));
        return new ToolService.Listing(revision, seen);
    }

    /** Whether it is one of this server's own, which no catalogue defines. */
    static boolean isBuiltIn(String name) {
        ToolName tool = new ToolName(name);
        return tool.equals(ResultPages.TOOL) || ProposalTools.has(tool);
    }

    /** A write answers with its proposal, whatever its backend says later. */
    private static @Nullable JsonNode outputSchema(Tool tool) {
        return tool.effect() == Effect.WRITE
                ? ProposalAnswers.callSchema()
                : OutputSchema.of(tool.action()).orElse(null);
    }

    private static JsonNode inputSchema(Tool tool) {
        JsonNode schema = tool.parameters().inputSchema();
        if (tool.effect() == Effect.WRITE && schema instanceof ObjectNode object) {
            object.withObject("properties")
                    .putObject(REASON)
                    .put("type", "string")
                    .put("maxLength", REASON_LENGTH_MAX)
                    .put(
                            "description",
                            "why you ask for this; shown to the person who decides, never sent");
        }
        return schema;
    }

    /** MCP 2025-11-25, ToolAnnotations: hints for the client, which decide nothing here. */
    private static JsonNode annotations(Tool tool) {
        ObjectNode hints = JsonNodeFactory.instance.objectNode();
        hints.put("readOnlyHint", tool.effect() == Effect.READ);
        hints.put("destructiveHint", tool.effect() == Effect.WRITE);
        hints.put("idempotentHint", tool.effect() == Effect.READ);
        hints.put("openWorldHint", isOpen(tool.action()));
        return hints;
    }

    private static boolean isOpen(Action action) {
        return action instanceof HttpAction || action instanceof CompositeAction;
    }
}
