package dev.countergate.policy.change;

import static dev.countergate.policy.change.Cores.post;
import static dev.countergate.policy.change.Cores.restart;
import static dev.countergate.policy.change.Cores.silence;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.policy.token.CanonicalJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class CoreRequestTest {
    private static final UUID ATTEMPT = Cores.ID.attempt();

    /** Texts that have a meaning in JSON, in a shell, in a core, or none at all. */
    static final List<String> HOSTILE =
            List.of(
                    "",
                    " ",
                    "'",
                    "\"",
                    "\\",
                    "$HOME",
                    "`id`",
                    "$(id)",
                    "a\nb",
                    "\r\t",
                    "-rf",
                    "@/etc/passwd",
                    "{}[]*?~!#;&|<>",
                    "%s%n\\033",
                    "\u001B[2J",
                    "\u202Ednop",
                    "\u200B",
                    "\u00E9\u4E2D\uD83D\uDE00",
                    "[secret JIRA_TOKEN]",
                    "[secret ",
                    "]",
                    "{\"a\":[1]}",
                    "\u0000");

    static Stream<CoreRequest> requests() {
        Random random = new Random(20_261_121);
        return IntStream.range(0, 300).mapToObj(i -> request(random));
    }

    private static CoreRequest request(Random random) {
        return switch (random.nextInt(4)) {
            case 0 ->
                    new CoreRequest.Http(
                            pick(random, List.of("POST", "PUT", "DELETE", "PATCH")),
                            SecretText.plain("https://h/").plus(hidden(random)),
                            headers(random),
                            random.nextBoolean() ? text(random) : null,
                            random.nextBoolean() ? "Idempotency-Key" : null,
                            ATTEMPT);
            case 1 -> silence(text(random));
            case 2 ->
                    new CoreRequest.Ssm(
                            CoreRequest.Ssm.Action.SEND_COMMAND,
                            "AWS-RunShellScript",
                            Integer.toString(1 + random.nextInt(9)),
                            Cores.HASH,
                            parameters(random),
                            List.of("i-2", "i-1", "i-2"),
                            "50%",
                            "0",
                            30 + random.nextInt(9_999),
                            ATTEMPT);
            default ->
                    new CoreRequest.Ssm(
                            CoreRequest.Ssm.Action.START_AUTOMATION,
                            "Failover",
                            "4",
                            Cores.HASH,
                            parameters(random),
                            List.of(),
                            null,
                            null,
                            null,
                            ATTEMPT);
        };
    }

    private static List<Backend.Header> headers(Random random) {
        List<Backend.Header> headers = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            headers.add(
                    new Backend.Header(
                            pick(random, List.of("X-A", "x-a", "Authorization", "idempotency-KEY")),
                            SecretText.plain("v" + i + " ").plus(hidden(random))));
        }
        return headers;
    }

    private static SecretText hidden(Random random) {
        return SecretText.hidden(
                new Secret(
                        pick(random, List.of("A", "/run/b c", "password of tools[3].url")), "s"));
    }

    private static Map<String, List<String>> parameters(Random random) {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (String name : List.of("z", "commands", "a")) {
            if (random.nextBoolean()) {
                parameters.put(name, List.of(text(random), text(random)));
            }
        }
        return parameters;
    }

    private static String text(Random random) {
        return pick(random, HOSTILE) + pick(random, HOSTILE) + random.nextInt(100);
    }

    private static <T> T pick(Random random, List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void is_read_back_from_the_bytes_of_a_core_to_the_byte(CoreRequest request) {
        byte[] bytes = canonical(request.json());

        CoreRequest read = read(json(bytes), ATTEMPT);

        assertThat(canonical(read.json())).isEqualTo(bytes);
        assertThat(request.differences(json(bytes))).isEmpty();
        assertThat(read.attempt()).isEqualTo(request.attempt());
        if (request instanceof CoreRequest.Ssm) {
            assertThat(read).isEqualTo(request);
        } else {
            assertThat(read).isInstanceOf(CoreRequest.Recorded.class);
        }
    }

    static Stream<Consumer<ObjectNode>> tamperings() {
        return Stream.of(
                json -> json.put("action", "DeleteEverything"),
                json -> json.put("document", 7),
                json -> json.putNull("document"),
                json -> json.remove("document_hash"),
                json -> json.put("extra", "x"),
                json -> json.put("comment", "countergate 00000000-0000-0000-0000-000000000000"),
                json -> json.put("timeout_seconds", "0600"),
                json -> json.put("timeout_seconds", 600),
                json -> json.put("timeout_seconds", "soon"),
                json -> json.putArray("instances").add("i-2").add("i-1"),
                json -> json.putArray("instances").add("i-1").add("i-1"),
                json -> json.put("instances", "i-1"),
                json -> json.putObject("parameters").put("commands", "true"),
                json -> json.remove("action"));
    }

    @ParameterizedTest
    @MethodSource("tamperings")
    void what_it_does_not_understand_whole_it_does_not_read(Consumer<ObjectNode> tampering) {
        ObjectNode json = restart("true", List.of("i-1", "i-2")).json();
        tampering.accept(json);

        assertThat(CoreRequest.read(json, ATTEMPT)).isInstanceOf(Checked.Invalid.class);
    }

    @Test
    void another_attempt_s_command_is_not_read_as_this_one_s() {
        assertThat(
                        CoreRequest.read(
                                restart("true", List.of("i-1")).json(),
                                UUID.fromString("00000000-0000-0000-0000-000000000000")))
                .isInstanceOf(Checked.Invalid.class);
    }

    @Test
    void keeps_parameters_in_the_order_of_their_names_however_they_came() {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (int i = 99; i > 0; i--) {
            parameters.put("p" + i * 7 % 100, List.of("b", "a"));
        }
        CoreRequest.Ssm request =
                new CoreRequest.Ssm(
                        CoreRequest.Ssm.Action.SEND_COMMAND,
                        "D",
                        "1",
                        Cores.HASH,
                        parameters,
                        List.of("i-1"),
                        "1",
                        "0",
                        600,
                        ATTEMPT);

        assertThat(List.copyOf(request.parameters().keySet())).isSorted();
        assertThat(request.json().get("parameters").propertyNames())
                .containsExactlyElementsOf(request.parameters().keySet());
        assertThat(request.parameters().get("p7")).containsExactly("b", "a");
    }

    @Test
    void names_each_member_in_which_the_world_moved() {
        CoreRequest.Ssm then = restart("true", List.of("i-1", "i-2"));
        CoreRequest.Ssm now =
                new CoreRequest.Ssm(
                        then.action(),
                        then.document(),
                        "2",
                        "0".repeat(64),
                        then.parameters(),
                        List.of("i-1", "i-3"),
                        then.concurrencyMax(),
                        then.errorsMax(),
                        then.deliverySeconds(),
                        ATTEMPT);
        ObjectNode more = then.json();
        more.put("later", "x");

        assertThat(now.differences(then.json()))
                .containsExactly("document_hash", "instances", "version");
        assertThat(then.differences(more)).containsExactly("later");
        assertThat(post("a", null).differences(post("b", null).json())).containsExactly("body");
    }

    @Test
    void the_attempt_s_header_stands_once_whatever_the_catalogue_says() {
        CoreRequest.Http request =
                new CoreRequest.Http(
                        "POST",
                        SecretText.plain("https://h/"),
                        List.of(
                                new Backend.Header("idempotency-key", SecretText.plain("fixed")),
                                new Backend.Header("X-A", SecretText.plain("1")),
                                new Backend.Header("x-a", SecretText.plain("2"))),
                        null,
                        "Idempotency-Key",
                        ATTEMPT);

        assertThat(request.sent())
                .extracting(header -> header.name().toLowerCase(Locale.ROOT) + "=" + header.value())
                .containsExactlyInAnyOrder("idempotency-key=" + ATTEMPT, "x-a=2");
        assertThat(request.json().get("headers").size()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[secret TOKEN]",
                "Bearer [secret X]",
                "a [secret b[c]d] e",
                "[secret ]",
                "[[secret A]]"
            })
    void a_plain_text_that_reads_as_a_secret_is_refused(String text) {
        CoreRequest.Http header =
                new CoreRequest.Http(
                        "POST",
                        SecretText.plain("https://h/"),
                        List.of(new Backend.Header("X-A", SecretText.plain(text))),
                        null,
                        null,
                        ATTEMPT);
        CoreRequest.Http url =
                new CoreRequest.Http(
                        "POST",
                        SecretText.plain("https://h/" + text),
                        List.of(),
                        null,
                        null,
                        ATTEMPT);

        assertThat(header.checked().faultsFound())
                .singleElement()
                .satisfies(fault -> assertThat(fault.subject()).isEqualTo("X-A"));
        assertThat(url.checked().faultsFound()).hasSize(1);
    }

    @Test
    void a_secret_whose_name_would_be_read_otherwise_is_refused() {
        for (String name : List.of("a]b", "[a", "a] [secret b")) {
            assertThat(named(name).checked().faultsFound()).as(name).hasSize(1);
        }
        for (String name : List.of("A", "/run/a b", "password of tools[3].url", "[]")) {
            assertThat(named(name).checked()).as(name).isInstanceOf(Checked.Valid.class);
        }
    }

    @Test
    void a_body_may_say_what_it_likes_for_no_secret_is_ever_in_one() {
        assertThat(post("[secret JIRA_TOKEN]", null).checked()).isInstanceOf(Checked.Valid.class);
        assertThat(silence("[secret X]").checked()).isInstanceOf(Checked.Valid.class);
    }

    private static CoreRequest named(String secret) {
        return new CoreRequest.Http(
                "POST",
                SecretText.plain("https://h/").plus(SecretText.hidden(new Secret(secret, "v"))),
                List.of(),
                null,
                null,
                ATTEMPT);
    }

    private static byte[] canonical(JsonNode json) {
        return ((Checked.Valid<byte[]>) CanonicalJson.write(json)).value();
    }

    private static JsonNode json(byte[] bytes) {
        return ((Checked.Valid<JsonNode>) CanonicalJson.read(bytes)).value();
    }

    private static CoreRequest read(JsonNode json, UUID attempt) {
        return ((Checked.Valid<CoreRequest>) CoreRequest.read(json, attempt)).value();
    }
}
