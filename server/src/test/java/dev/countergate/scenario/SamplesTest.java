package dev.countergate.scenario;

import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.server.CatalogueReport;
import dev.countergate.server.Wiring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The folders under {@code samples}, run as they are. */
@Tag("long")
class SamplesTest {
    private static final List<String> AWS = List.of("aws.configFile", "aws.sharedCredentialsFile");

    private static WireMockServer api;
    private static ExecutorService machines;

    @TempDir private static Path folder;

    @BeforeAll
    static void start() throws IOException {
        api = new WireMockServer(options().bindAddress("127.0.0.1").dynamicPort());
        api.start();
        machines = Executors.newFixedThreadPool(6);
        Path profiles =
                Files.writeString(
                        folder.resolve("aws"),
                        Stream.of("countergate-read", "countergate-change")
                                .map(
                                        name ->
                                                "[profile "
                                                        + name
                                                        + "]\naws_access_key_id = AKID\naws_secret_access_key = none\n")
                                .collect(Collectors.joining()));
        AWS.forEach(property -> System.setProperty(property, profiles.toString()));
    }

    @AfterAll
    static void stop() {
        machines.shutdownNow();
        api.stop();
        AWS.forEach(System::clearProperty);
    }

    @TestFactory
    Stream<DynamicContainer> each_scenario_goes_as_it_says() throws IOException {
        return SampleFile.all().stream()
                .map(
                        sample ->
                                DynamicContainer.dynamicContainer(
                                        sample.name(),
                                        sample.scenarios().stream()
                                                .map(scenario -> test(sample, scenario))
                                                .toList()))
                .toList()
                .stream();
    }

    /** Machines take their time and are each scenario's own, so those run side by side; the API's stand-in serves one. */
    private static DynamicTest test(SampleFile sample, JsonNode scenario) {
        String name = scenario.path("name").asString();
        if (!sample.hasMachines()) {
            return DynamicTest.dynamicTest(name, () -> run(sample, scenario));
        }
        Future<?> running =
                machines.submit(
                        () -> {
                            run(sample, scenario);
                            return null;
                        });
        return DynamicTest.dynamicTest(
                name,
                () -> {
                    try {
                        running.get();
                    } catch (ExecutionException failed) {
                        throw Objects.requireNonNullElse(failed.getCause(), failed);
                    }
                });
    }

    private static void run(SampleFile sample, JsonNode scenario) throws Exception {
        Path place = Files.createTempDirectory(folder, "s");
        try (ScenarioRun run = new ScenarioRun(sample, scenario, api, place)) {
            run.run();
        }
    }

    @TestFactory
    Stream<DynamicTest> each_loads_without_a_fault_or_a_warning() throws IOException {
        return SampleFile.all().stream()
                .map(
                        sample ->
                                DynamicTest.dynamicTest(
                                        sample.name(),
                                        () -> {
                                            CatalogueReport report = report(sample);
                                            assertThat(report.faults()).isEmpty();
                                            assertThat(report.warnings()).isEmpty();
                                        }));
    }

    @Test
    void all_of_them_make_one_catalogue() throws IOException {
        Map<String, String> variables = new HashMap<>();
        List<String> catalogues = new ArrayList<>();
        for (SampleFile sample : SampleFile.all()) {
            variables.putAll(variables(sample));
            catalogues.add("\"" + sample.catalogue() + "\"");
        }
        Path whole = Files.writeString(folder.resolve("all.yaml"), "include: " + catalogues + "\n");
        CatalogueReport report = Wiring.check(whole, false, variables);
        assertThat(report.faults()).isEmpty();
        assertThat(report.warnings()).isEmpty();
    }

    /** Every tool is called, is refused something, and every change is seen through and refused. */
    @TestFactory
    Stream<DynamicTest> each_tool_is_tried_and_more_often_refused() throws IOException {
        return SampleFile.all().stream()
                .map(sample -> DynamicTest.dynamicTest(sample.name(), () -> expectTried(sample)));
    }

    private static void expectTried(SampleFile sample) {
        Set<String> answered = new HashSet<>();
        Set<String> refused = new HashSet<>();
        Set<String> verified = new HashSet<>();
        Set<String> stopped = new HashSet<>();
        for (JsonNode scenario : sample.scenarios()) {
            String tool = scenario.path("call").asString();
            String state = scenario.path("proposal").path("state").asString("");
            (scenario.has("error") ? refused : answered).add(tool);
            if (state.equals("VERIFIED")) {
                verified.add(tool);
            } else if (!state.isEmpty() || scenario.has("error")) {
                stopped.add(tool);
            }
        }
        Set<String> tools = new HashSet<>();
        Set<String> changes = new HashSet<>();
        for (Tool tool : report(sample).catalogue().orElseThrow().tools()) {
            tools.add(tool.name().value());
            switch (tool.effect()) {
                case WRITE -> changes.add(tool.name().value());
                case READ, NOTIFY, FORBIDDEN -> {}
            }
        }
        assertThat(answered).containsAll(tools);
        assertThat(refused).containsAll(withParameters(sample));
        assertThat(verified).isEqualTo(changes);
        assertThat(stopped).containsAll(changes);
    }

    private static Set<String> withParameters(SampleFile sample) {
        return report(sample).catalogue().orElseThrow().tools().stream()
                .filter(tool -> !tool.parameters().list().isEmpty())
                .map(tool -> tool.name().value())
                .collect(Collectors.toSet());
    }

    private static CatalogueReport report(SampleFile sample) {
        return Wiring.check(sample.catalogue(), false, variables(sample));
    }

    private static Map<String, String> variables(SampleFile sample) {
        return sample.variables(text -> text.replaceAll("\\{[a-z]+}", "http://127.0.0.1:1"));
    }

    @Test
    void each_sample_is_explained_and_listed() throws IOException {
        String index = Files.readString(SampleFile.SAMPLES.resolve("README.md"));
        List<String> listed =
                Pattern.compile("]\\(([a-z-]+)\\)")
                        .matcher(index)
                        .results()
                        .map(each -> each.group(1))
                        .toList();
        assertThat(listed)
                .containsExactlyInAnyOrderElementsOf(
                        SampleFile.folders().stream()
                                .map(folder -> String.valueOf(folder.getFileName()))
                                .toList());
        for (Path sample : SampleFile.folders()) {
            assertThat(sample.resolve("README.md")).exists();
        }
    }

    /** What has no scenarios is run by tests of its own: rules by {@code policy test}, real servers by an e2e script. */
    @Test
    void a_catalogue_without_scenarios_loads_as_it_stands() throws IOException {
        for (Path sample : SampleFile.folders()) {
            Path catalogue = sample.resolve("tools.yaml");
            if (Files.exists(catalogue) && !Files.exists(sample.resolve("scenarios.yaml"))) {
                assertThat(
                                Stream.of("policy-tests.yaml", "compose.yaml")
                                        .anyMatch(each -> Files.exists(sample.resolve(each))))
                        .as(sample + " is run by nothing")
                        .isTrue();
                CatalogueReport report = Wiring.check(catalogue, false, Map.of());
                assertThat(report.faults()).isEmpty();
                assertThat(report.warnings()).isEmpty();
            }
        }
    }

    /** Whoever reads a sample learns from its README which variables it wants. */
    @TestFactory
    Stream<DynamicTest> each_readme_names_every_variable() throws IOException {
        return SampleFile.all().stream()
                .map(
                        sample ->
                                DynamicTest.dynamicTest(
                                        sample.name(),
                                        () ->
                                                assertThat(
                                                                Files.readString(
                                                                        sample.folder()
                                                                                .resolve(
                                                                                        "README.md")))
                                                        .contains(report(sample).variables())));
    }
}
