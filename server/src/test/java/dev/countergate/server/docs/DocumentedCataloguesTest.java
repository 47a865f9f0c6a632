package dev.countergate.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.server.cli.CommandTree;
import dev.countergate.server.cli.Console;
import dev.countergate.server.docs.MarkdownPage.Fence;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every block of YAML in the documentation is loaded. What stands behind {@code yaml} says as what:
 *
 * <ul>
 *   <li>nothing: a catalogue, which loads without fault and warning;
 *   <li>{@code continues}: one that includes the block before it on the page;
 *   <li>{@code adds-to=FILE}: one that includes that file, of this page or at the top of the repository;
 *   <li>{@code file=NAME}: likewise a catalogue, which lies under that name beside the blocks after it;
 *   <li>{@code cases}: decisions, for {@code policy test}; of the catalogue in the block before it;
 *   <li>{@code of=PROGRAM}: a file of another program.
 * </ul>
 */
class DocumentedCataloguesTest {
    /** What the examples take from outside. */
    private static final Map<String, String> VARIABLES =
            Map.of(
                    "HOME", "/nowhere",
                    "METRICS_PASSWORD", "m",
                    "ALERTS_TOKEN", "a",
                    "JIRA_TOKEN", "j",
                    "DEPLOY_TOKEN", "d",
                    "GIT_TOKEN", "g",
                    "SLACK_WEBHOOK", "https://hooks.example.com/services/1",
                    "OPS_WEBHOOK", "https://hooks.example.com/ops",
                    "AWS_CHANGE_PROFILE", "changes");

    private static final Pattern TALLY = Pattern.compile("(\\d+) passed, (\\d+) failed");

    private static final Pattern TAKEN = Pattern.compile("\\$\\{([A-Z_]+)}|bearer_env: ([A-Z_]+)");
    private static final String SOME_URL = "https://hooks.example.com/x";

    @TempDir private Path folder;

    private final Map<String, String> variables = new HashMap<>(VARIABLES);

    static Stream<String> pages() {
        return MarkdownPage.all().stream()
                .filter(page -> !page.fences("yaml").isEmpty())
                .map(MarkdownPage::name);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_block_is_what_it_says(String name) throws IOException {
        Files.writeString(
                Files.createDirectories(folder.resolve("runbooks")).resolve("restart.md"),
                "# Restart\n");
        copySamples();
        List<String> wrong = new ArrayList<>();
        for (Fence fence : MarkdownPage.read(name).fences("yaml")) {
            String fault = faultOf(fence);
            if (!fault.isEmpty()) {
                wrong.add(fence + ": " + fault);
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** The samples' catalogues, beside the page of the samples, and the variables that they take. */
    private void copySamples() throws IOException {
        try (Stream<Path> samples = Files.list(MarkdownPage.ROOT.resolve("samples"))) {
            for (Path sample : samples.toList()) {
                Path catalogue = sample.resolve("tools.yaml");
                if (Files.exists(catalogue)) {
                    String text = Files.readString(catalogue);
                    Path copy = Files.createDirectory(folder.resolve(sample.getFileName()));
                    Files.writeString(copy.resolve("tools.yaml"), text);
                    TAKEN.matcher(text)
                            .results()
                            .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
                            .forEach(variable -> variables.putIfAbsent(variable, SOME_URL));
                }
            }
        }
    }

    private String faultOf(Fence fence) throws IOException {
        if (!fence.value("of").isEmpty()) {
            for (Object document : new Yaml().loadAll(fence.text())) {
                if (document == null) {
                    return "a document is empty";
                }
            }
            return "";
        }
        if (fence.says("cases")) {
            Path file = Files.writeString(folder.resolve("cases.yaml"), fence.text());
            String said =
                    run(
                            "policy",
                            "test",
                            file.toString(),
                            "--config",
                            folder.resolve("catalogue.yaml").toString());
            Matcher tally = TALLY.matcher(said);
            return tally.find() && !tally.group(1).equals("0") && tally.group(2).equals("0")
                    ? ""
                    : said;
        }
        String named = fence.value("file");
        Path file = folder.resolve(named.isEmpty() ? "catalogue.yaml" : named);
        String text = fence.text();
        if (fence.says("continues")) {
            Files.writeString(folder.resolve("before.yaml"), Files.readString(file));
            text = "include: before.yaml\n" + text;
        } else if (!fence.value("adds-to").isEmpty()) {
            Path whole = folder.resolve(fence.value("adds-to"));
            if (!Files.exists(whole)) {
                Files.copy(MarkdownPage.ROOT.resolve(fence.value("adds-to")), whole);
            }
            text = "include: " + fence.value("adds-to") + "\n" + text;
        } else if (fence.words().size() > 1 && named.isEmpty()) {
            return "`" + fence.info() + "` is none of the ways to say what it is";
        }
        Files.writeString(file, text);
        JsonNode said = new JsonMapper().readTree(run("check", file.toString(), "--json"));
        return said.path("faults").isEmpty() && said.path("warnings").isEmpty()
                ? ""
                : said.path("faults") + " " + said.path("warnings");
    }

    private String run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream both = new PrintStream(out, true, StandardCharsets.UTF_8);
        CommandTree.of(new Console(variables, folder, both, both)).execute(arguments);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void a_block_in_another_spelling_of_the_language_is_not_passed_over() {
        for (MarkdownPage page : MarkdownPage.all()) {
            assertThat(page.fences()).extracting(Fence::language).doesNotContain("yml", "YAML", "");
        }
    }
}
