package dev.countergate.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A sample's {@code scenarios.yaml}. A key that is not known is refused: an expectation that is misspelt would hold always.
 *
 * @param folder the sample's
 * @param tree the file
 */
record SampleFile(Path folder, JsonNode tree) {
    static final Path SAMPLES = Path.of("../samples").toAbsolutePath().normalize();

    private static final String NAME = "scenarios.yaml";
    private static final Set<String> FILE_KEYS = Set.of("variables", "machines", "scenarios");
    private static final Set<String> SCENARIO_KEYS =
            Set.of(
                    "name",
                    "call",
                    "arguments",
                    "again",
                    "exchange",
                    "commands",
                    "machines",
                    "result",
                    "contains",
                    "error",
                    "proposal");
    private static final Set<String> EXCHANGE_KEYS =
            Set.of("request", "headers", "body", "answer", "when", "times");
    private static final Set<String> ANSWER_KEYS =
            Set.of("status", "headers", "json", "text", "of");
    private static final Set<String> ERROR_KEYS = Set.of("code", "hint", "faults", "text");
    private static final Set<String> PROPOSAL_KEYS = Set.of("state", "view", "why", "within");
    private static final Set<String> COMMAND_KEYS =
            Set.of("run", "machine", "concurrency", "errors", "times");

    /** Every sample that has one. */
    static List<SampleFile> all() throws IOException {
        return folders().stream()
                .filter(folder -> Files.exists(folder.resolve(NAME)))
                .map(SampleFile::read)
                .toList();
    }

    /** Every sample. */
    static List<Path> folders() throws IOException {
        try (var folders = Files.list(SAMPLES)) {
            return folders.filter(Files::isDirectory).sorted().toList();
        }
    }

    private static SampleFile read(Path folder) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setMaxAliasesForCollections(1_000);
        try {
            Object loaded =
                    new Yaml(new SafeConstructor(options))
                            .load(Files.readString(folder.resolve(NAME)));
            SampleFile file =
                    new SampleFile(folder, new JsonMapper().convertValue(loaded, JsonNode.class));
            file.refuseUnknownKeys();
            return file;
        } catch (IOException unreadable) {
            throw new AssertionError(folder + ": " + unreadable, unreadable);
        }
    }

    /** The variables of its environment, what stands in braces replaced by {@code place}. */
    Map<String, String> variables(UnaryOperator<String> place) {
        Map<String, String> variables = new HashMap<>();
        for (Map.Entry<String, JsonNode> each : tree.path("variables").properties()) {
            variables.put(each.getKey(), place.apply(each.getValue().asString()));
        }
        return variables;
    }

    private void refuseUnknownKeys() {
        known(tree, FILE_KEYS);
        for (JsonNode scenario : tree.path("scenarios")) {
            known(scenario, SCENARIO_KEYS);
            known(scenario.path("error"), ERROR_KEYS);
            known(scenario.path("proposal"), PROPOSAL_KEYS);
            scenario.path("commands").forEach(command -> known(command, COMMAND_KEYS));
            for (JsonNode exchange : scenario.path("exchange")) {
                known(exchange, EXCHANGE_KEYS);
                known(exchange.path("answer"), ANSWER_KEYS);
            }
        }
    }

    private void known(JsonNode block, Set<String> keys) {
        for (String key : block.propertyNames()) {
            if (!keys.contains(key)) {
                throw new AssertionError(
                        folder.getFileName() + ": `" + key + "` is none of " + keys);
            }
        }
    }

    String name() {
        return String.valueOf(folder.getFileName());
    }

    /** Whether it has machines to run commands on; it then asks no API. */
    boolean hasMachines() {
        return tree.has("machines");
    }

    Path catalogue() {
        return folder.resolve("tools.yaml");
    }

    List<JsonNode> scenarios() {
        return StreamSupport.stream(tree.path("scenarios").spliterator(), false).toList();
    }
}
