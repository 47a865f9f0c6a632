package dev.countergate.demo.ssm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One version of a document.
 *
 * @param number from 1
 * @param text the content exactly as defined; its hash is over these bytes
 * @param content the same, parsed
 */
record DocumentVersion(String name, int number, String text, JsonNode content) {
    /** A step: its name, action, inputs as written, and whether its failure ends the document. */
    record Step(String name, String action, JsonNode inputs, boolean exitOnFailure) {}

    static DocumentVersion parse(String name, int number, String text) {
        return new DocumentVersion(name, number, text, JsonMapper.shared().readTree(text));
    }

    String version() {
        return Integer.toString(number);
    }

    String sha256() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Schema 0.3 is an automation, 2.x a command. */
    boolean isAutomation() {
        return schemaVersion().startsWith("0.");
    }

    String schemaVersion() {
        return content.path("schemaVersion").asString("2.2");
    }

    List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (JsonNode step : content.path("mainSteps")) {
            steps.add(
                    new Step(
                            step.path("name").asString(),
                            step.path("action").asString(),
                            step.path("inputs"),
                            step.path("onFailure").asString("").equals("exit")));
        }
        return List.copyOf(steps);
    }

    /** The values a run uses: those given, checked against the declarations, over the defaults. */
    Map<String, List<String>> bind(Map<String, List<String>> given, String errorType) {
        JsonNode declared = content.path("parameters");
        for (String name : given.keySet()) {
            if (!declared.has(name)) {
                throw ApiException.of(
                        errorType,
                        "the document `" + this.name + "` has no parameter `" + name + "`");
            }
        }
        Map<String, List<String>> bound = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> declaration : declared.properties()) {
            String name = declaration.getKey();
            List<String> values = given.get(name);
            bound.put(
                    name,
                    values == null ? defaults(name, declaration.getValue(), errorType) : values);
            check(name, declaration.getValue(), bound.get(name), errorType);
        }
        return bound;
    }

    private static List<String> defaults(String name, JsonNode declaration, String errorType) {
        JsonNode value = declaration.path("default");
        if (value.isMissingNode()) {
            throw ApiException.of(errorType, "the parameter `" + name + "` needs a value");
        }
        List<String> values = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(member -> values.add(member.asString()));
        } else {
            values.add(value.asString());
        }
        return List.copyOf(values);
    }

    private static void check(
            String name, JsonNode declaration, List<String> values, String errorType) {
        boolean list = declaration.path("type").asString("").endsWith("List");
        if (!list && values.size() != 1) {
            throw ApiException.of(errorType, "the parameter `" + name + "` takes one value");
        }
        JsonNode allowed = declaration.path("allowedValues");
        String pattern = declaration.path("allowedPattern").asString("");
        for (String value : values) {
            boolean listed =
                    allowed.isMissingNode()
                            || allowed.valueStream().anyMatch(one -> one.asString().equals(value));
            if (!listed || (!pattern.isEmpty() && !value.matches(pattern))) {
                throw ApiException.of(
                        errorType, "the parameter `" + name + "` does not allow its value");
            }
        }
    }
}
