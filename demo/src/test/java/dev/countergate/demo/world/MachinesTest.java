package dev.countergate.demo.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another user of this computer reaches the machines' port, and must not run anything by it. */
final class MachinesTest {
    private static final String SCOPE = "/20261121/eu-west-1/ssm/aws4_request";
    private static final String COMMAND =
            """
            {"DocumentName": "AWS-RunShellScript", "InstanceIds": ["i-0a1c40e1"],
             "Parameters": {"commands": ["id"]}}
            """;

    @TempDir private Path folder;
    private Machines machines;

    @BeforeEach
    void start() throws IOException {
        machines = new Machines(folder.resolve("world"));
    }

    @AfterEach
    void end() {
        machines.close();
    }

    private String accessKeyId() throws IOException {
        Matcher id =
                Pattern.compile("aws_access_key_id = (\\S+)")
                        .matcher(Files.readString(machines.credentials()));
        assertThat(id.find()).isTrue();
        return id.group(1);
    }

    private HttpResponse<String> send(String authorization, String path, String body)
            throws IOException, InterruptedException {
        URI uri = URI.create(machines.endpoint() + path);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(uri)
                            .header("Authorization", authorization)
                            .header("X-Amz-Target", "AmazonSSM.SendCommand")
                            .POST(BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    private static String signedBy(String accessKeyId) {
        return "AWS4-HMAC-SHA256 Credential=" + accessKeyId + SCOPE + ", Signature=0";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "simulated",
                "AKIDSIMULATED",
                "",
                "SIMULATED",
                "SIMULATED00000000000000000000000000000000",
            })
    void a_command_of_somebody_without_their_credentials_is_not_taken(String accessKeyId)
            throws Exception {
        HttpResponse<String> refused = send(signedBy(accessKeyId), "/", COMMAND);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("UnrecognizedClientException");
        assertThat(machines.commands()).isZero();
    }

    @Test
    void nobody_sets_the_machines_up_from_outside() throws Exception {
        Path planted = folder.resolve("planted");
        HttpResponse<String> refused =
                send(
                        signedBy("simulated"),
                        "/_simulator/instances",
                        "{\"id\": \"i-0a1c40e1\", \"sandbox\": \"" + planted + "\"}");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(planted).doesNotExist();
    }

    @Test
    void their_credentials_are_of_this_demo_alone_and_are_taken() throws Exception {
        HttpResponse<String> taken = send(signedBy(accessKeyId()), "/", COMMAND);
        assertThat(taken.statusCode()).as(taken.body()).isEqualTo(200);
        assertThat(machines.commands()).isOne();
        try (Machines others = new Machines(folder.resolve("others"))) {
            assertThat(Files.readString(others.credentials())).doesNotContain(accessKeyId());
        }
    }
}
