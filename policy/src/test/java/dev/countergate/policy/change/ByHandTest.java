package dev.countergate.policy.change;

import static dev.countergate.policy.change.Cores.post;
import static dev.countergate.policy.change.Cores.restart;
import static dev.countergate.policy.change.Cores.silence;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.secret.SecretText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The words of each line are those a real {@code /bin/sh} passes on. */
class ByHandTest {
    private static final String TOKEN = "s'3\"cr$et `x`\\";

    @TempDir Path folder;

    @Test
    void a_shell_passes_on_a_request_over_http_whatever_stands_in_it() throws Exception {
        Random random = new Random(20_261_121);
        List<String> lines = new ArrayList<>();
        List<List<String>> expected = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            String body = hostile(random) + hostile(random);
            String header = hostile(random).replaceAll("[\\r\\n]", "");
            CoreRequest.Recorded request =
                    new CoreRequest.Recorded(
                            "PUT",
                            "https://h/a?q=%5B" + i + "&t=[secret JIRA_TOKEN]",
                            Map.of("X-A", header + "[secret JIRA_TOKEN]"),
                            body,
                            Cores.ID.attempt());
            lines.add(ByHand.curl(request).orElseThrow());
            expected.add(
                    List.of(
                            "--globoff",
                            "--path-as-is",
                            "--request",
                            "PUT",
                            "--header",
                            "X-A: " + header.replace("[secret JIRA_TOKEN]", TOKEN) + TOKEN,
                            "--header",
                            "Content-Type:",
                            "--data-raw",
                            body,
                            "--url",
                            "https://h/a?q=%5B" + i + "&t=" + TOKEN));
        }

        assertThat(words("curl", lines)).isEqualTo(expected);
    }

    @Test
    void a_shell_passes_on_a_command_whatever_its_script_says() throws Exception {
        Random random = new Random(7);
        List<String> lines = new ArrayList<>();
        List<String> scripts = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String script = hostile(random) + hostile(random) + hostile(random);
            scripts.add(script);
            lines.add(ByHand.aws(restart(script, List.of("i-2", "i-1"))).orElseThrow());
        }

        List<List<String>> words = words("aws", lines);

        for (int i = 0; i < scripts.size(); i++) {
            assertThat(words.get(i).subList(0, 3))
                    .containsExactly("ssm", "send-command", "--cli-input-json");
            JsonNode input = JsonMapper.shared().readTree(words.get(i).get(3));
            assertThat(input.at("/Parameters/commands/0").stringValue()).isEqualTo(scripts.get(i));
            assertThat(words.get(i)).hasSize(4);
        }
    }

    @Test
    void a_line_holds_nothing_that_moves_a_cursor_or_cannot_be_seen() {
        for (String text : CoreRequestTest.HOSTILE) {
            if (text.indexOf('\0') < 0) {
                assertThat(ByHand.curl(post(text, null)).orElseThrow()).matches("[ -~\n]*");
            }
            assertThat(ByHand.aws(restart(text, List.of("i-1"))).orElseThrow()).matches("[ -~\n]*");
        }
    }

    @Test
    void what_no_word_can_hold_has_no_line() {
        assertThat(ByHand.curl(post("a\0b", null))).isEmpty();
    }

    @Test
    void says_all_that_is_sent_through_systems_manager() throws Exception {
        List<String> command =
                words("aws", List.of(ByHand.aws(restart("true", List.of("i-1"))).orElseThrow()))
                        .getFirst();
        CoreRequest.Ssm automation =
                new CoreRequest.Ssm(
                        CoreRequest.Ssm.Action.START_AUTOMATION,
                        "Failover",
                        "4",
                        Cores.HASH,
                        Map.of("Zone", List.of("b")),
                        List.of(),
                        null,
                        null,
                        null,
                        Cores.ID.attempt());

        assertThat(command.get(3))
                .isEqualTo(
                        "{\"DocumentName\":\"AWS-RunShellScript\",\"DocumentVersion\":\"1\",\"DocumentHash\":\""
                                + Cores.HASH
                                + "\",\"DocumentHashType\":\"Sha256\",\"InstanceIds\":[\"i-1\"],\"MaxConcurrency\":\"1\",\"MaxErrors\":\"0\",\"TimeoutSeconds\":600,\"Comment\":\"countergate "
                                + Cores.ID.attempt()
                                + "\",\"Parameters\":{\"commands\":[\"true\"]}}");
        assertThat(ByHand.aws(automation).orElseThrow())
                .isEqualTo(
                        "aws ssm start-automation-execution --cli-input-json '{\"DocumentName\":\"Failover\",\"DocumentVersion\":\"4\",\"ClientToken\":\""
                                + Cores.ID.attempt()
                                + "\",\"Parameters\":{\"Zone\":[\"b\"]}}'");
        assertThat(ByHand.curl(automation)).isEmpty();
        assertThat(ByHand.aws(silence("x"))).isEmpty();
    }

    @Test
    void a_secret_is_a_variable_of_its_own_and_its_value_is_nowhere() {
        CoreRequest.Http request =
                new CoreRequest.Http(
                        "DELETE",
                        SecretText.plain("https://h/").plus(hidden("/run/a b")),
                        List.of(
                                new Backend.Header("X-A", hidden("/run/a-b")),
                                new Backend.Header("X-B", hidden("JIRA_TOKEN")),
                                new Backend.Header("X-C", SecretText.plain(""))),
                        null,
                        null,
                        Cores.ID.attempt());

        assertThat(ByHand.curl(request).orElseThrow())
                .isEqualTo(
                        "curl --globoff --path-as-is --request DELETE --header 'X-A: '\"$SECRET__RUN_A_B\""
                                + " --header 'X-B: '\"$JIRA_TOKEN\" --header 'X-C;' --url https://h/\"$SECRET__RUN_A_B_2\"");
    }

    private static SecretText hidden(String name) {
        return SecretText.hidden(new Secret(name, "s3cret"));
    }

    private static String hostile(Random random) {
        String text =
                random.nextInt(3) == 0
                        ? Character.toString(1 + random.nextInt(0xD7FE))
                        : CoreRequestTest.HOSTILE.get(
                                random.nextInt(CoreRequestTest.HOSTILE.size()));
        return text.replace("\0", "");
    }

    /** What the program {@code name} is called with by each line, run by {@code /bin/sh}. */
    private List<List<String>> words(String name, List<String> lines)
            throws IOException, InterruptedException {
        Path out = folder.resolve("words");
        String script =
                name
                        + "() { for w in \"$@\"; do printf '%s\\000' \"$w\"; done; printf '\\001\\000'; }\n"
                        + String.join("\n", lines)
                        + "\n";
        Path file = Files.writeString(folder.resolve("script"), script, UTF_8);
        ProcessBuilder shell =
                new ProcessBuilder("/bin/sh", file.toString())
                        .redirectOutput(out.toFile())
                        .redirectErrorStream(true)
                        .directory(folder.toFile());
        shell.environment().clear();
        shell.environment().put("PATH", "/usr/bin:/bin");
        shell.environment().put("LC_ALL", "C");
        shell.environment().put("JIRA_TOKEN", TOKEN);
        Process process = shell.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        List<List<String>> all = new ArrayList<>();
        List<String> words = new ArrayList<>();
        for (String word : Files.readString(out, UTF_8).split("\0", -1)) {
            if (word.equals("\u0001")) {
                all.add(List.copyOf(words));
                words.clear();
            } else {
                words.add(word);
            }
        }
        return all;
    }
}
