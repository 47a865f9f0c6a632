package dev.countergate.server.config;

import dev.countergate.server.yaml.JsonSchema;
import tools.jackson.databind.JsonNode;

/** The JSON Schema (2020-12) of a catalogue file, from the very tables that the loader checks with. */
public final class CatalogueSchema {
    private CatalogueSchema() {}

    /** The schema. */
    public static JsonNode json() {
        return JsonSchema.of(CatalogueKeys.CATALOGUE, "A Countergate catalogue");
    }
}
