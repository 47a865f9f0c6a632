package dev.countergate.scenario;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.request;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.HttpHeader;
import com.github.tomakehurst.wiremock.http.RequestMethod;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.countergate.demo.ssm.AcceptedCommand;
import dev.countergate.demo.ssm.SimulatedInstance;
import dev.countergate.demo.ssm.SsmSimulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** One scenario of a sample, run against a daemon of its own: what was sent, to the letter, and what came of it. */
final class ScenarioRun implements AutoCloseable {
    /** The world as it is once a person has agreed, and once the change was made. */
    private static final String APPROVED = "approved";

    private static final String CHANGED = "changed";
    private static final String WORLD = "world";

    /** What every request has: it says nothing of the sample. */
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("host", "connection", "content-length", "accept-encoding", "user-agent");

    private static final JsonMapper JSON = new JsonMapper();

    private final JsonNode scenario;
    private final SampleFile sample;
    private final WireMockServer api;
    private final SsmSimulator machines = SsmSimulator.start();
    private final SampleDaemon daemon;

    ScenarioRun(SampleFile sample, JsonNode scenario, WireMockServer api, Path folder)
            throws Exception {
        this.sample = sample;
        this.scenario = scenario;
        this.api = api;
        if (!sample.hasMachines()) {
            api.resetAll();
            scenario.path("exchange").forEach(this::stub);
        }
        putMachines(folder);
        daemon = new SampleDaemon(folder, quick(folder), variables());
    }

    /** The sample's catalogue, only that it looks again sooner, and no longer than a scenario says. */
    private Path quick(Path folder) throws IOException {
        String text = Files.readString(sample.catalogue());
        text = text.replaceAll("every: \\d+s", "every: 100ms");
        String within = scenario.path("proposal").path("within").asString("");
        return Files.writeString(
                folder.resolve("tools.yaml"),
                within.isEmpty() ? text : text.replaceAll("within: \\d+m", "within: " + within));
    }

    private Map<String, String> variables() {
        return sample.variables(
                text ->
                        text.replace("{api}", api.baseUrl())
                                .replace("{machines}", machines.endpoint().toString()));
    }

    private void putMachines(Path folder) throws IOException {
        JsonNode declared =
                scenario.has("machines")
                        ? scenario.path("machines")
                        : sample.tree().path("machines");
        for (Map.Entry<String, JsonNode> machine : declared.properties()) {
            Path sandbox = Files.createDirectories(folder.resolve(machine.getKey()));
            for (Map.Entry<String, JsonNode> file : machine.getValue().properties()) {
                Path path = sandbox.resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.writeString(path, file.getValue().asString());
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            machines.fleet().put(SimulatedInstance.online(machine.getKey(), sandbox));
        }
    }

    private void stub(JsonNode exchange) {
        JsonNode answer = exchange.path("answer");
        ResponseDefinitionBuilder response =
                aResponse().withStatus(answer.path("status").asInt(200));
        if (answer.has("json")) {
            response.withHeader("Content-Type", "application/json")
                    .withBody(answer.path("json").toString());
        } else if (answer.has("text")) {
            response.withHeader("Content-Type", "text/plain")
                    .withBody(answer.path("text").asString());
        }
        answer.path("headers")
                .properties()
                .forEach(each -> response.withHeader(each.getKey(), each.getValue().asString()));
        MappingBuilder stub =
                request(method(exchange), urlEqualTo(url(exchange))).willReturn(response);
        String when = exchange.path("when").asString("");
        if (!when.isEmpty()) {
            stub.inScenario(WORLD).whenScenarioStateIs(when);
            // An approved world stays one while it is asked, unless it is changed.
            stub.atPriority(1);
        }
        if (isChange(exchange)) {
            stub.inScenario(WORLD).willSetStateTo(CHANGED);
        }
        api.stubFor(stub);
    }

    void run() throws Exception {
        ObjectNode arguments =
                scenario.path("arguments") instanceof ObjectNode given
                        ? given
                        : JSON.createObjectNode();
        String tool = scenario.path("call").asString();
        JsonNode answer = daemon.call(tool, arguments);
        for (int i = 0; i < scenario.path("again").asInt(0); i++) {
            answer = daemon.call(tool, arguments);
        }
        JsonNode code = answer.path("_meta").path("dev.countergate/error").path("code");
        if (scenario.has("error")) {
            assertThat(answer.path("isError").asBoolean(false)).as(answer.toString()).isTrue();
            expectError(answer);
        } else {
            assertThat(code.isMissingNode()).as(answer.toString()).isTrue();
        }
        if (scenario.has("proposal")) {
            decide(answer.path("structuredContent"));
        }
        expectResult(answer);
        expectRequests();
        expectCommands();
    }

    private void decide(JsonNode asked) throws Exception {
        assertThat(asked.path("status").asString("")).isEqualTo("approval_required");
        assertThat(changes()).as("sent before anybody agreed").isEmpty();
        String proposal = asked.path("proposal").asString();
        JsonNode expected = scenario.path("proposal");
        String view = daemon.view(proposal).replaceAll("\n +\\+ ", "");
        for (JsonNode line : expected.path("view")) {
            assertThat(view).contains(line.asString().replace("{api}", api.baseUrl()));
        }
        if (scenario.path("exchange").values().stream()
                .anyMatch(each -> each.path("when").asString("").equals(APPROVED))) {
            api.setScenarioState(WORLD, APPROVED);
        }
        daemon.approve(proposal);
        JsonNode status = daemon.settled(proposal);
        assertThat(status.path("state").asString())
                .as(status.toString())
                .isEqualTo(expected.path("state").asString());
        assertThat(status.path("why").asString("")).contains(expected.path("why").asString(""));
    }

    private void expectError(JsonNode answer) {
        JsonNode error = answer.path("_meta").path("dev.countergate/error");
        JsonNode expected = scenario.path("error");
        assertThat(error.path("code").asString(""))
                .as(answer.toString())
                .isEqualTo(expected.path("code").asString());
        assertThat(error.path("hint").asString("")).contains(expected.path("hint").asString(""));
        assertThat(text(answer)).contains(expected.path("text").asString(""));
        for (JsonNode parameter : expected.path("faults")) {
            assertThat(error.path("faults").toString()).contains(parameter.asString());
        }
    }

    private void expectResult(JsonNode answer) {
        if (scenario.has("result")) {
            String text = answer.path("content").path(0).path("text").asString();
            JsonNode expected = scenario.path("result");
            assertThat(expected.isString() ? text : JSON.readTree(text).toString())
                    .isEqualTo(expected.isString() ? expected.asString() : expected.toString());
        }
        for (JsonNode part : scenario.path("contains")) {
            assertThat(text(answer)).contains(part.asString());
        }
        assertThat(answer.toString()).doesNotContainPattern("(?i)[a-z]+-secret");
    }

    private static String text(JsonNode answer) {
        StringBuilder text = new StringBuilder();
        answer.path("content")
                .forEach(part -> text.append(part.path("text").asString()).append('\n'));
        return text.toString();
    }

    private void expectRequests() {
        List<LoggedRequest> received = received();
        for (LoggedRequest each : received) {
            assertThat(scenario.path("exchange"))
                    .as(each.getMethod() + " " + each.getUrl() + " is expected by no exchange")
                    .anyMatch(exchange -> isOf(exchange, each));
            assertThat(each.getHeader("User-Agent")).startsWith("countergate/");
        }
        for (JsonNode exchange : scenario.path("exchange")) {
            List<LoggedRequest> same =
                    received.stream().filter(each -> isOf(exchange, each)).toList();
            assertThat(same).as(exchange.path("request").asString()).isNotEmpty();
            if (exchange.has("times") || isChange(exchange) || !scenario.has("proposal")) {
                assertThat(same)
                        .as(exchange.path("request").asString())
                        .hasSize(exchange.path("times").asInt(1));
            }
            for (LoggedRequest each : same) {
                assertThat(headers(each)).isEqualTo(headers(exchange));
                assertThat(each.getBodyAsString())
                        .isEqualTo(exchange.has("body") ? exchange.path("body").toString() : "");
            }
        }
    }

    private void expectCommands() {
        List<AcceptedCommand> accepted = machines.commands().accepted();
        for (AcceptedCommand each : accepted) {
            assertThat(scenario.path("commands"))
                    .as(each.parameters() + " is expected by nobody")
                    .anyMatch(command -> isOf(command, each));
        }
        for (JsonNode command : scenario.path("commands")) {
            List<AcceptedCommand> same =
                    accepted.stream().filter(each -> isOf(command, each)).toList();
            assertThat(same).as(command.toString()).isNotEmpty();
            if (command.has("times")) {
                assertThat(same).as(command.toString()).hasSize(command.path("times").asInt());
            }
            for (AcceptedCommand each : same) {
                assertThat(each.documentName()).isEqualTo("AWS-RunShellScript");
                assertThat(each.instanceIds()).containsExactly(command.path("machine").asString());
                if (command.has("concurrency")) {
                    assertThat(each.maxConcurrency())
                            .isEqualTo(command.path("concurrency").asString());
                    assertThat(each.maxErrors()).isEqualTo(command.path("errors").asString());
                }
            }
        }
    }

    private static boolean isOf(JsonNode command, AcceptedCommand accepted) {
        return List.of(command.path("run").asString())
                .equals(accepted.parameters().get("commands"));
    }

    private List<LoggedRequest> received() {
        if (sample.hasMachines()) {
            return List.of();
        }
        return api.getServeEvents().getRequests().stream()
                .map(event -> event.getRequest())
                .toList();
    }

    private List<LoggedRequest> changes() {
        return received().stream()
                .filter(each -> !each.getMethod().equals(RequestMethod.GET))
                .toList();
    }

    private static boolean isOf(JsonNode exchange, LoggedRequest received) {
        return received.getMethod().toString().equals(method(exchange))
                && received.getUrl().equals(url(exchange));
    }

    private static boolean isChange(JsonNode exchange) {
        return !method(exchange).equals("GET");
    }

    private static String method(JsonNode exchange) {
        return exchange.path("request").asString().split(" ", 2)[0];
    }

    private static String url(JsonNode exchange) {
        return exchange.path("request").asString().split(" ", 2)[1];
    }

    private static Map<String, String> headers(LoggedRequest received) {
        Map<String, String> headers = new TreeMap<>();
        for (HttpHeader header : received.getHeaders().all()) {
            String name = header.key().toLowerCase(Locale.ROOT);
            if (!OF_THE_CONNECTION.contains(name)) {
                headers.put(name, String.join(", ", header.values()));
            }
        }
        return headers;
    }

    private static Map<String, String> headers(JsonNode exchange) {
        Map<String, String> headers = new TreeMap<>();
        exchange.path("headers")
                .properties()
                .forEach(
                        each ->
                                headers.put(
                                        each.getKey().toLowerCase(Locale.ROOT),
                                        each.getValue().asString()));
        return headers;
    }

    @Override
    public void close() throws IOException {
        daemon.close();
        machines.close();
    }
}
