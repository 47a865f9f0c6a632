package dev.countergate.policy.catalogue;

import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.token.Digest;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The digests of what a catalogue's files say. */
final class EntryDigests {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Catalogue catalogue;
    private final Entries entries;

    EntryDigests(Catalogue catalogue) {
        this.catalogue = catalogue;
        this.entries = catalogue.entries();
    }

    Digests of(Tool tool) {
        Map<BackendName, Digest> reached = new LinkedHashMap<>();
        tool.action().backends().forEach(name -> reached.put(name, digest(name)));
        return new Digests(
                TreeDigest.of(entry(tool)), TreeDigest.of(guardAndWhatItNames(tool)), reached);
    }

    Digest ofAll() {
        ObjectNode whole = NODES.objectNode();
        ArrayNode tools = whole.putArray("tools");
        for (Tool tool : catalogue.tools()) {
            tools.addObject()
                    .put("name", tool.name().value())
                    .put("entry", TreeDigest.of(entry(tool)).hex())
                    .put("guard", TreeDigest.of(guard(tool)).hex());
        }
        ObjectNode backends = whole.putObject("backends");
        putDigests(backends, catalogue.backends().stream().map(Backend::name).toList());
        whole.putArray("principals").addAll(entries.principals());
        if (entries.runbooks() != null) {
            whole.put("runbooks", entries.runbooks());
        }
        whole.set("policy", entries.policy());
        return TreeDigest.of(whole);
    }

    private Digest digest(BackendName name) {
        JsonNode entry = entries.backends().get(name);
        // One that is declared nowhere is nothing but its origin, which is its name.
        return TreeDigest.of(entry == null ? NODES.stringNode(name.value()) : entry);
    }

    /** Also says which backends it reaches: one that is left out depends on which others there are. */
    private ObjectNode entry(Tool tool) {
        ObjectNode entry = NODES.objectNode();
        entry.set("entry", entries.tools().getOrDefault(tool.name(), NODES.nullNode()));
        ArrayNode reached = entry.putArray("backends");
        tool.action().backends().stream().map(BackendName::value).sorted().forEach(reached::add);
        return entry;
    }

    private JsonNode guard(Tool tool) {
        return entries.guards().getOrDefault(tool.name(), NODES.objectNode());
    }

    private ObjectNode guardAndWhatItNames(Tool tool) {
        ObjectNode whole = NODES.objectNode();
        whole.set("guard", guard(tool));
        ObjectNode named = whole.putObject("tools");
        ObjectNode reached = whole.putObject("backends");
        for (ToolName name : tool.guard().tools()) {
            Tool other =
                    catalogue
                            .find(name)
                            .orElseThrow(() -> new IllegalStateException("no tool `" + name + "`"));
            named.set(name.value(), entry(other));
            putDigests(reached, other.action().backends());
        }
        return whole;
    }

    private void putDigests(ObjectNode to, Collection<BackendName> names) {
        names.forEach(name -> to.put(name.value(), digest(name).hex()));
    }
}
