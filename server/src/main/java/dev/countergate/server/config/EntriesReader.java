package dev.countergate.server.config;

import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Entries;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.ShapeCheck;
import dev.countergate.server.yaml.Text;
import dev.countergate.server.yaml.YamlValue;
import dev.countergate.server.yaml.YamlValue.Entry;
import dev.countergate.server.yaml.YamlValue.Mapping;
import dev.countergate.server.yaml.YamlValue.Scalar;
import dev.countergate.server.yaml.YamlValue.Sequence;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes down what a catalogue's files say, once all their values have been put in. */
final class EntriesReader {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Meanings meanings;

    EntriesReader(Meanings meanings) {
        this.meanings = meanings;
    }

    /**
     * The entries of {@code raw}.
     *
     * @param guards by the tool's name, wherever each stands
     */
    Entries read(RawCatalogue raw, Map<String, Block> guards) {
        Map<ToolName, JsonNode> tools = new LinkedHashMap<>();
        for (Block tool : raw.tools()) {
            tools.put(new ToolName(tool.string("name", "")), entry(tool).without("guard"));
        }
        Map<ToolName, JsonNode> guardEntries = new LinkedHashMap<>();
        guards.forEach((name, guard) -> guardEntries.put(new ToolName(name), entry(guard)));
        Map<BackendName, JsonNode> backends = new LinkedHashMap<>();
        raw.backends().forEach((name, block) -> backends.put(new BackendName(name), entry(block)));
        List<JsonNode> principals =
                raw.principals().stream().map(this::entry).map(JsonNode.class::cast).toList();
        return new Entries(
                tools,
                guardEntries,
                backends,
                principals,
                raw.runbooks() == null ? null : folder(raw.runbooks()),
                raw.policy() == null ? NODES.objectNode() : entry(raw.policy()));
    }

    /** The same wherever the daemon was started. */
    private static String folder(Path path) {
        return path.toAbsolutePath().normalize().toString();
    }

    private ObjectNode entry(Block block) {
        return json(block.mapping(), block.path());
    }

    private ObjectNode json(Mapping mapping, String path) {
        ObjectNode object = NODES.objectNode();
        for (Map.Entry<String, Entry> member : mapping.entries().entrySet()) {
            object.set(
                    member.getKey(), json(member.getValue().value(), path + "." + member.getKey()));
        }
        return object;
    }

    private JsonNode json(YamlValue value, String path) {
        return switch (value) {
            case Mapping mapping -> json(mapping, path);
            case Sequence sequence -> {
                ArrayNode array = NODES.arrayNode();
                for (int i = 0; i < sequence.items().size(); i++) {
                    YamlValue item = sequence.items().get(i);
                    array.add(json(item, ShapeCheck.named(item, path, i)));
                }
                yield array;
            }
            case Scalar scalar ->
                    meanings.of(new Text(scalar.text(), scalar.at(), path)).orElse(scalar.json());
        };
    }
}
