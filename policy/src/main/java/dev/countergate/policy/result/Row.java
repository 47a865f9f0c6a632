package dev.countergate.policy.result;

import tools.jackson.databind.JsonNode;

/**
 * One row of a sheet.
 *
 * @param data as it stands in the structured content
 * @param text as it stands in the text; may be several lines
 */
record Row(JsonNode data, String text) {
    /** What it takes in the structured content and in the text together, separators included. */
    int bytes() {
        return Sizes.json(data) + Sizes.utf8(text) + 2;
    }
}
