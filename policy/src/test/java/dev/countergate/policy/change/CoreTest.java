package dev.countergate.policy.change;

import static dev.countergate.policy.change.Cores.CREATED;
import static dev.countergate.policy.change.Cores.bytes;
import static dev.countergate.policy.change.Cores.core;
import static dev.countergate.policy.change.Cores.post;
import static dev.countergate.policy.change.Cores.restart;
import static dev.countergate.policy.change.Cores.silence;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.DeclaredParameter;
import dev.countergate.policy.parameter.ParameterType;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.template.Language;
import dev.countergate.policy.template.Template;
import dev.countergate.policy.token.CanonicalJson;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class CoreTest {
    private static final String ATTEMPT = Cores.ID.attempt().toString();

    /** Numbers as the protocol reads them. */
    private static final JsonMapper EXACT =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    @Test
    void has_the_bytes_of_canonical_json_and_a_digest_of_its_own_domain() {
        byte[] core =
                bytes(core(restart("systemctl restart checkout", List.of("i-2", "i-1")), "r"));

        assertThat(CanonicalJson.read(core)).isInstanceOf(Checked.Valid.class);
        assertThat(Core.digest(core))
                .isEqualTo(Digest.of("countergate/proposal/v1".getBytes(UTF_8), new byte[1], core))
                .isNotEqualTo(Digest.of(core));
        assertThat(Core.digest(core).code()).hasSize(8);
    }

    @Test
    void says_what_is_sent_through_systems_manager() {
        JsonNode request =
                json(core(restart("systemctl restart checkout", List.of("i-2", "i-1")), null))
                        .get("request");

        assertThat(request)
                .hasToString(
                        "{\"action\":\"SendCommand\",\"comment\":\"countergate "
                                + ATTEMPT
                                + "\",\"document\":\"AWS-RunShellScript\",\"document_hash\":\""
                                + Cores.HASH
                                + "\",\"instances\":[\"i-1\",\"i-2\"],\"max_concurrency\":\"1\",\"max_errors\":\"0\",\"parameters\":{\"commands\":[\"systemctl restart checkout\"]},\"timeout_seconds\":\"600\",\"version\":\"1\"}");
    }

    @Test
    void gives_an_automation_its_attempt_as_client_token() {
        CoreRequest automation =
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

        JsonNode request = json(core(automation, null)).get("request");

        assertThat(request.get("client_token").stringValue()).isEqualTo(ATTEMPT);
        assertThat(request.has("comment")).isFalse();
        assertThat(request.get("instances")).isEmpty();
    }

    @Test
    void gives_a_silence_absolute_times_and_its_attempt() {
        JsonNode request = json(core(silence("deploying"), null)).get("request");

        assertThat(request.get("method").stringValue()).isEqualTo("POST");
        assertThat(request.get("body").stringValue())
                .isEqualTo(
                        "{\"matchers\":[{\"name\":\"alertname\",\"value\":\"HighErrorRate\",\"isRegex\":false,\"isEqual\":true},{\"name\":\"service\",\"value\":\"checkout\",\"isRegex\":false,\"isEqual\":true}],\"startsAt\":\"2026-11-21T07:00:00.000Z\",\"endsAt\":\"2026-11-21T09:00:00.000Z\",\"createdBy\":\"countergate for unix:ana-agent\",\"comment\":\"deploying [countergate "
                                + ATTEMPT
                                + "]\"}");
    }

    @Test
    void holds_no_secret_but_its_name() {
        byte[] core = bytes(core(post("{}", "Idempotency-Key"), null));

        assertThat(new String(core, UTF_8))
                .doesNotContain("s3cret")
                .contains("?t=[secret JIRA_TOKEN]", "Bearer [secret JIRA_TOKEN]");
        assertThat(json(core(post("{}", "Idempotency-Key"), null)).get("request").get("headers"))
                .hasToString(
                        "{\"Authorization\":\"Bearer [secret JIRA_TOKEN]\",\"Idempotency-Key\":\""
                                + ATTEMPT
                                + "\",\"content-type\":\"application/json\"}");
    }

    @Test
    void keeps_numbers_that_are_not_whole_as_their_text() {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        Core numbers =
                with(
                        Arguments.of(
                                Map.of(
                                        "ratio", nodes.numberNode(0.25),
                                        "huge", nodes.numberNode(1L << 53),
                                        "list", nodes.arrayNode().add(1).add(1.5))));

        assertThat(json(numbers).get("arguments"))
                .hasToString(
                        "{\"huge\":\"9007199254740992\",\"list\":[1,\"1.5\"],\"ratio\":\"0.25\"}");
    }

    /** The number a person reads among the arguments is the one a template sends. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "9007199254740993",
                "-9007199254740993",
                "9223372036854775807",
                "-9223372036854775808",
                "12345678901234567890123",
                "9007199254740993.0",
                "9007199254740993e0",
                "9007199254740993e1",
                "1e22",
                "0.1",
                "0.12345678901234567890",
                "1e-7",
                "1e300"
            })
    void says_a_number_as_it_is_sent(String number) {
        Arguments arguments = Arguments.of(Map.of("id", EXACT.readTree(number)));
        Parameters declared =
                Parameters.of(
                        List.of(
                                DeclaredParameter.named("id")
                                        .type(ParameterType.NUMBER)
                                        .required()
                                        .build()));
        Template template =
                ((Checked.Valid<Template>) Template.parse(Language.TEXT, "{id}", declared)).value();

        assertThat(Checked.valid(json(with(arguments)).at("/arguments/id").stringValue()))
                .isEqualTo(template.render(arguments));
    }

    @Test
    void tells_two_large_numbers_apart() {
        Arguments one = Arguments.of(Map.of("id", EXACT.readTree("9007199254740993")));
        Arguments other = Arguments.of(Map.of("id", EXACT.readTree("9007199254740992")));
        RecordedCore core =
                ((Checked.Valid<RecordedCore>) RecordedCore.read(bytes(with(one)))).value();

        assertThat(core.hasArguments(one)).isTrue();
        assertThat(core.hasArguments(other)).isFalse();
    }

    @Test
    void differs_in_its_digest_for_every_difference() {
        List<Core> cores =
                List.of(
                        core(restart("a", List.of("i-1")), null),
                        core(restart("b", List.of("i-1")), null),
                        core(restart("a", List.of("i-1", "i-2")), null),
                        core(restart("a", List.of("i-1")), ""),
                        core(restart("a", List.of("i-1")), "please"),
                        core(restart("a", List.of("i-1")), null, "cart", "claude-code"),
                        core(restart("a", List.of("i-1")), null, "checkout", "other"),
                        core(silence("a"), null),
                        core(post("a", null), null));

        assertThat(cores.stream().map(each -> Core.digest(bytes(each)))).doesNotHaveDuplicates();
    }

    @Test
    void refuses_what_is_too_large_or_cannot_be_written() {
        assertThat(core(restart("x".repeat(CanonicalJson.BYTES_MAX), List.of("i-1")), null).bytes())
                .isInstanceOf(Checked.Invalid.class);
        assertThat(core(restart("a", List.of("i-1")), "x".repeat(1_001)).bytes().faultsFound())
                .singleElement()
                .satisfies(fault -> assertThat(fault.text()).contains("1000"));
        assertThat(core(restart("a", List.of("i-1")), "x".repeat(1_000)).bytes())
                .isInstanceOf(Checked.Valid.class);
        assertThat(core(restart("\uD800", List.of("i-1")), null).bytes())
                .isInstanceOf(Checked.Invalid.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 17, 40})
    void refuses_arguments_nested_too_deep(int depth) {
        ObjectNode deep = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < depth; i++) {
            deep = JsonNodeFactory.instance.objectNode().set("a", deep);
        }
        assertThat(CanonicalJson.write(deep) instanceof Checked.Valid<?>).isEqualTo(depth <= 16);
    }

    @Test
    void two_that_do_the_same_have_one_effect_key() {
        ProposalId other = new ProposalId("p-00000000000000000000000002");
        CoreRequest.Silence first = silence("deploying");
        CoreRequest.Silence later =
                new CoreRequest.Silence(
                        first.url(),
                        first.headers(),
                        first.matchers(),
                        CREATED.plusSeconds(60),
                        first.duration().plusSeconds(60),
                        "another",
                        "other words",
                        other.attempt());
        CoreRequest.Ssm command = restart("true", List.of("i-1"));
        CoreRequest.Ssm again =
                new CoreRequest.Ssm(
                        command.action(),
                        command.document(),
                        command.version(),
                        command.documentHash(),
                        command.parameters(),
                        List.of("i-1", "i-1"),
                        "1",
                        "0",
                        command.deliverySeconds(),
                        other.attempt());

        assertThat(key(later)).isEqualTo(key(first));
        assertThat(key(again)).isEqualTo(key(command));
        assertThat(key(post("a", "Idempotency-Key"))).isEqualTo(key(post("a", "Idempotency-Key")));
        assertThat(
                        List.of(
                                key(first),
                                key(command),
                                key(restart("false", List.of("i-1"))),
                                key(restart("true", List.of("i-2"))),
                                key(post("a", null)),
                                key(post("b", null))))
                .doesNotHaveDuplicates();
    }

    private static EffectKey key(CoreRequest request) {
        return ((Checked.Valid<EffectKey>)
                        EffectKey.of(new ToolName("tool"), "backend", request.targets(), request))
                .value();
    }

    private static Core with(Arguments arguments) {
        Core plain = core(restart("true", List.of("i-1")), null);
        return new Core(
                plain.server(),
                plain.proposal(),
                plain.requester(),
                null,
                plain.session(),
                plain.tool(),
                plain.digests(),
                arguments,
                null,
                null,
                plain.risk(),
                "",
                plain.rule(),
                plain.request(),
                List.of(),
                List.of(),
                null,
                null,
                Core.Past.NONE,
                "S0",
                plain.quorum(),
                plain.created(),
                plain.expires(),
                null);
    }

    private static JsonNode json(Core core) {
        return ((Checked.Valid<JsonNode>) CanonicalJson.read(bytes(core))).value();
    }
}
