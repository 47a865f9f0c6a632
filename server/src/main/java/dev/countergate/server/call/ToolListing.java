package dev.countergate.server.call;

import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Action;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.CompositeAction;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.result.OutputSchema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Describes a catalogue's tools as agents see them, in the catalogue's order, the built-in ones last. */
record ToolListing(ToolService.Listing listing) {
    /** A write's parameter for the agent's reason: never bound, never sent. */
    static final String REASON = "_reason";

    /** The longest reason, in characters. */
    static final int REASON_LENGTH_MAX = 1_000;

    static ToolListing of(long revision, Catalogue catalogue) {
        List<ToolService.Description> tools = new ArrayList<>();
        for (Tool tool : catalogue.tools()) {
            if (tool.isListed()) {
                tools.add(
                        new ToolService.Description(
                                tool.name().value(),
                                tool.description(),
                                inputSchema(tool),
                                outputSchema(tool),
                                annotations(tool)));
            }
        }
        tools.add(ResultPages.description());
        tools.addAll(ProposalTools.descriptions());
        return new ToolListing(new ToolService.Listing(revision, tools));
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
