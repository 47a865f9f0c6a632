package dev.countergate.server.config;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A catalogue to be loaded again later, whatever its files say by then: their text, and every value from outside that shows.
 * A secret is not in it; it is read anew with each load.
 *
 * @param catalogue the file the load began with
 * @param texts of that file and all it includes, by path
 * @param shown the value that each text with values from outside came to, by its place; of a URL the origin, and the rest
 *     beside it where no part is secret
 */
public record Snapshot(Path catalogue, Map<Path, String> texts, Map<String, String> shown) {
    /** The version of the format. */
    private static final int VERSION = 1;

    public Snapshot {
        texts = Map.copyOf(texts);
        shown = Map.copyOf(shown);
    }

    /** Itself as JSON. */
    public String json() {
        JsonMapper mapper = new JsonMapper();
        ObjectNode json = mapper.createObjectNode();
        json.put("version", VERSION);
        json.put("catalogue", catalogue.toString());
        ObjectNode files = json.putObject("files");
        new TreeMap<>(texts).forEach((path, text) -> files.put(path.toString(), text));
        ObjectNode values = json.putObject("shown");
        new TreeMap<>(shown).forEach(values::put);
        return mapper.writeValueAsString(json);
    }

    /**
     * The snapshot that {@code json} is.
     *
     * @throws IOException when it is none, or of another version
     */
    public static Snapshot parse(String json) throws IOException {
        try {
            JsonNode read = new JsonMapper().readTree(json);
            if (read.path("version").asInt(0) != VERSION || !read.path("files").isObject()) {
                throw new IOException("not the record of a catalogue, or of another version");
            }
            Map<Path, String> texts = new LinkedHashMap<>();
            read.path("files")
                    .properties()
                    .forEach(
                            file ->
                                    texts.put(
                                            Path.of(file.getKey()), file.getValue().stringValue()));
            Map<String, String> shown = new LinkedHashMap<>();
            read.path("shown")
                    .properties()
                    .forEach(value -> shown.put(value.getKey(), value.getValue().stringValue()));
            return new Snapshot(Path.of(read.path("catalogue").stringValue()), texts, shown);
        } catch (JacksonException | InvalidPathException malformed) {
            throw new IOException("not the record of a catalogue", malformed);
        }
    }
}
