package dev.countergate.demo.ssm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Sends the recorded requests and compares the answers, member by member, with the recorded ones. */
final class CaptureReplayTest {
    @Test
    void answers_recorded_parameter_requests_as_recorded() throws Exception {
        try (SsmSimulator simulator = SsmSimulator.start();
                HttpClient client = HttpClient.newHttpClient()) {
            for (String line : resource("index.jsonl").lines().toList()) {
                JsonNode recorded = JsonMapper.shared().readTree(line);
                String target = recorded.path("headers").path("X-Amz-Target").stringValue();
                if (target.endsWith("Command") || target.endsWith("Invocation")) {
                    // The recorded emulator runs nothing; commands follow the service's own
                    // documentation instead.
                    continue;
                }
                String file = recorded.path("file").stringValue();
                HttpResponse<String> answer = replay(client, simulator.endpoint(), recorded);
                assertThat(answer.statusCode())
                        .as(file)
                        .isEqualTo(file.startsWith("error-") ? 400 : 200);
                assertThat(comparable(answer.body()))
                        .as(file)
                        .isEqualTo(comparable(resource(file)));
            }
        }
    }

    private static HttpResponse<String> replay(HttpClient client, URI endpoint, JsonNode recorded)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(endpoint.resolve("/"))
                        .POST(BodyPublishers.ofString(recorded.path("body").stringValue()));
        for (Map.Entry<String, JsonNode> header : recorded.path("headers").properties()) {
            request.header(header.getKey(), header.getValue().stringValue());
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** Without what must differ: times, and the ciphertext, which the emulator makes by a prefix to the plain value. */
    private static JsonNode comparable(String body) {
        JsonNode tree = JsonMapper.shared().readTree(body);
        if (tree.path("Parameter") instanceof ObjectNode parameter) {
            normalise(parameter);
        }
        tree.path("Parameters").forEach(one -> normalise((ObjectNode) one));
        return tree;
    }

    private static void normalise(ObjectNode parameter) {
        assertThat(parameter.path("LastModifiedDate").isNumber()).isTrue();
        parameter.remove("LastModifiedDate");
        String value = parameter.path("Value").stringValue();
        if (value.startsWith("AQICAH") || value.startsWith("kms:")) {
            parameter.put("Value", "ciphertext");
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = CaptureReplayTest.class.getResourceAsStream("captures/" + name)) {
            assertThat(in).as(name).isNotNull();
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
