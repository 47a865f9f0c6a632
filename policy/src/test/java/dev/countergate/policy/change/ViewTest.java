package dev.countergate.policy.change;

import static dev.countergate.policy.change.Cores.bytes;
import static dev.countergate.policy.change.Cores.core;
import static dev.countergate.policy.change.Cores.earlier;
import static dev.countergate.policy.change.Cores.post;
import static dev.countergate.policy.change.Cores.restart;
import static dev.countergate.policy.change.Cores.silence;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.token.CanonicalJson;
import dev.countergate.policy.token.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is shown stands in {@code view/*.txt}, rewritten by {@code -Dgolden.write=true}. */
class ViewTest {
    private static final Path GOLDEN =
            Path.of(System.getProperty("basedir", "policy"), "src/test/resources/view");

    private static final List<String> HOSTILE =
            List.of(
                    "ok\ncode: deadbeef",
                    "ok\r\rcode: deadbeef",
                    "ok\n\nwritten by the agent, unverified:\n    | all is well",
                    "\n    | \n\nreversible: yes",
                    "prod\u2028environment: staging",
                    "prod\u0085environment: staging",
                    "\u001B[1A\u001B[2Kenvironment: staging",
                    "\u009B2Krisk: low",
                    "\u202Ednop :tnemnorivne",
                    " ".repeat(200) + "environment: staging",
                    "(not known)",
                    "| code: deadbeef",
                    "+ code: deadbeef",
                    "\u2502 code: deadbeef",
                    "\t\t\t\t\t\t\t\tcode: deadbeef",
                    "\u0007\b\b\b\b\bcode: deadbeef",
                    "\uFEFFcode: deadbeef",
                    "\u0421ode: deadbeef",
                    "\"}\n,\"environment\":\"staging\"",
                    "");

    @ParameterizedTest
    @ValueSource(strings = {"restart", "silence", "comment", "repeated", "hostile"})
    void shows_a_person_the_truth_in_this_form(String name) throws Exception {
        Core core =
                switch (name) {
                    case "restart" ->
                            core(
                                    restart(
                                            "systemctl restart checkout\n"
                                                    + "journalctl -u checkout -n 20",
                                            List.of("i-0b", "i-0a")),
                                    "Error ratio is at 9 %.\nA restart helped last week.");
                    case "silence" -> core(silence("deploying"), null);
                    case "comment" -> core(post("{\"body\":\"on it\"}", "Idempotency-Key"), "");
                    case "repeated" ->
                            core(
                                    silence("deploying"),
                                    null,
                                    "checkout",
                                    "claude-code",
                                    new Core.Past(
                                            List.of(
                                                    earlier(ProposalState.REJECTED),
                                                    earlier(ProposalState.WITHDRAWN)),
                                            Map.of(
                                                    ProposalState.WITHDRAWN,
                                                    12,
                                                    ProposalState.EXPIRED,
                                                    1)));
                    default ->
                            core(
                                    restart(HOSTILE.getFirst(), List.of("i-0a")),
                                    String.join("\n", HOSTILE),
                                    HOSTILE.get(2),
                                    HOSTILE.get(9));
                };
        String text = view(bytes(core)).text();
        Path golden = GOLDEN.resolve(name + ".txt");
        if (Boolean.getBoolean("golden.write")) {
            Files.createDirectories(GOLDEN);
            Files.writeString(golden, text);
        }

        assertThat(text).isEqualTo(Files.readString(golden));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"GONE\":1}", "{\"EXPIRED\":\"1\"}", "{\"EXPIRED\":null}", "[]", "2"})
    void shows_no_earlier_attempts_that_are_counted_in_another_way(String unnamed) {
        ObjectNode core = json(core(silence("deploying"), null));
        core.set("earlier_attempts_unnamed", JsonMapper.shared().readTree(unnamed));

        assertHasNoView(core, unnamed);
    }

    /** The lines outside frames are all ours: a foreign text changes none of them but by moving into a frame. */
    @Test
    void no_foreign_text_makes_a_line_of_ours() {
        Random random = new Random(20_261_121);
        List<String> hostile = new ArrayList<>(HOSTILE);
        for (int i = 0; i < 400; i++) {
            StringBuilder text = new StringBuilder();
            for (int part = 0; part < 1 + random.nextInt(4); part++) {
                text.append(HOSTILE.get(random.nextInt(HOSTILE.size())));
                text.append(
                        random.nextBoolean() ? "\n" : Character.toString(random.nextInt(0xD7FF)));
            }
            hostile.add(text.toString());
        }
        List<String> ours = ours(hostileView("a b"));

        int shown = 0;
        for (String text : hostile) {
            String view = hostileView(text);
            if (view.isEmpty()) {
                continue;
            }
            shown++;
            assertThat(view.lines())
                    .allSatisfy(
                            line ->
                                    assertThat(line)
                                            .matches("[\\x20-\\x7E\\u00C0-\\u017F\\u3041-\\uD7A3]*")
                                            .hasSizeLessThanOrEqualTo(80));
            if (!text.isEmpty()) {
                assertThat(ours(view)).as("%s", text).isEqualTo(ours);
            }
        }
        assertThat(shown).isGreaterThan(300);
    }

    /** The same foreign text in every place that takes one; empty where that needs too many lines. */
    private static String hostileView(String text) {
        ObjectNode core = json(core(restart("true", List.of("i-1")), "why"));
        put(core, text, "agent_reason", "environment", "requester", "person", "separation", "loss");
        put((ObjectNode) core.get("session"), text, "client", "version");
        put((ObjectNode) core.get("arguments"), text, "service");
        put((ObjectNode) core.get("rule"), text, "id", "reason");
        put((ObjectNode) core.get("request"), text, "comment", "document");
        ((ObjectNode) core.get("request").get("parameters")).putArray("commands").add(text);
        ((ArrayNode) core.get("targets")).removeAll().add(text);
        ((ArrayNode) core.get("blast_radius")).removeAll().add(text);
        put((ObjectNode) core.get("preconditions").get(0), text, "observed", "expect", "reason");
        put((ObjectNode) core.get("undo").get("arguments"), text, "id");
        return View.of(canonical(core)) instanceof Checked.Valid<View>(View view)
                ? view.text()
                : "";
    }

    private static void put(ObjectNode object, String text, String... members) {
        for (String member : members) {
            object.put(member, text);
        }
    }

    /** Without the code, which differs with every byte. */
    private static List<String> ours(String view) {
        return view.lines()
                .filter(line -> !line.matches("    [|+-]( .*)?"))
                .map(line -> line.matches("code: [0-9a-f]{8}") ? "code" : line)
                .toList();
    }

    @Test
    void shows_every_member_and_has_no_view_of_a_core_it_does_not_know_all_of() {
        ObjectNode whole = json(core(restart("true", List.of("i-1")), "why"));
        Map<String, ObjectNode> objects = new TreeMap<>();
        collect("", whole, objects);
        // Names in these are the catalogue's, not ours.
        objects.keySet()
                .removeAll(
                        List.of(
                                "/arguments",
                                "/undo/arguments",
                                "/preconditions/0/arguments",
                                "/verification/arguments",
                                "/digests/backends",
                                "/request/headers",
                                "/request/parameters"));
        assertThat(objects).hasSizeGreaterThan(8);

        objects.forEach(
                (path, object) -> {
                    object.put("also", "rm -rf /");
                    assertHasNoView(whole, path + " with more");
                    object.remove("also");
                    for (String name : List.copyOf(object.propertyNames())) {
                        JsonNode value = object.get(name);
                        // A request has the members of its kind.
                        if (!path.equals("/request")) {
                            object.remove(name);
                            assertHasNoView(whole, path + " without " + name);
                        }
                        object.putArray(name).addArray();
                        assertHasNoView(whole, path + " with another type of " + name);
                        object.set(name, value);
                    }
                });
        assertThat(View.of(canonical(whole))).isInstanceOf(Checked.Valid.class);
    }

    private static void assertHasNoView(JsonNode core, String what) {
        assertThat(View.of(canonical(core))).as(what).isInstanceOf(Checked.Invalid.class);
    }

    private static void collect(String path, JsonNode node, Map<String, ObjectNode> objects) {
        if (node instanceof ObjectNode object) {
            objects.put(path, object);
            object.properties()
                    .forEach(
                            member ->
                                    collect(
                                            path + "/" + member.getKey(),
                                            member.getValue(),
                                            objects));
        } else {
            int index = 0;
            for (JsonNode item : node) {
                collect(path + "/" + index++, item, objects);
            }
        }
    }

    @Test
    void every_byte_of_what_is_sent_and_said_changes_the_view() {
        List<String> texts =
                List.of("a", "a ", " a", "a\n", "\na", "a\t", "b", "A", "\u0430", "a\u200B", "");

        assertThat(
                        texts.stream()
                                .map(text -> view(bytes(core(restart(text, List.of("i-1")), null))))
                                .map(View::digest))
                .doesNotHaveDuplicates();
        assertThat(
                        texts.stream()
                                .map(text -> bytes(core(restart("a", List.of("i-1")), text)))
                                .map(each -> view(each).text().replaceAll("code: .*", ""))
                                .map(text -> Digest.of(text.getBytes(UTF_8))))
                .doesNotHaveDuplicates();
    }

    @Test
    void shows_where_one_of_several_texts_ends() {
        List<List<String>> lists =
                List.of(
                        List.of("a\nb", "c"),
                        List.of("a", "b\nc"),
                        List.of("a", "b", "c"),
                        List.of("a\nb\nc"),
                        List.of("a\n- b", "c"));

        assertThat(
                        lists.stream()
                                .map(
                                        list ->
                                                new CoreRequest.Ssm(
                                                        CoreRequest.Ssm.Action.SEND_COMMAND,
                                                        "D",
                                                        "1",
                                                        Cores.HASH,
                                                        Map.of("commands", list),
                                                        List.of("i-1"),
                                                        "1",
                                                        "0",
                                                        600,
                                                        Cores.ID.attempt()))
                                .map(request -> view(bytes(core(request, null))).text())
                                .map(text -> text.replaceAll("code: .*", "")))
                .doesNotHaveDuplicates();
    }

    @Test
    void shows_every_target_and_refuses_what_needs_more_lines_than_a_person_reads() {
        List<String> some = IntStream.range(0, 50).mapToObj("i-%04d"::formatted).toList();
        List<String> many = IntStream.range(0, 101).mapToObj("i-%04d"::formatted).toList();

        String view = view(bytes(core(restart("true", some), null))).text();
        assertThat(view).contains("targets: 50\n");
        assertThat(some).allSatisfy(each -> assertThat(view).contains("    - " + each + "\n"));
        assertThat(View.of(bytes(core(restart("true", many), null))).faultsFound())
                .singleElement()
                .satisfies(fault -> assertThat(fault.text()).contains("more than 200"));
        assertThat(View.of(bytes(core(restart("\n".repeat(200), some), null))))
                .isInstanceOf(Checked.Invalid.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[]", "null", "{\"version\":1}", "{\"version\":2}", "{ }"})
    void has_no_view_of_bytes_that_are_no_core(String text) {
        assertThat(View.of(text.getBytes(UTF_8))).isInstanceOf(Checked.Invalid.class);
    }

    private static View view(byte[] core) {
        return switch (View.of(core)) {
            case Checked.Valid<View>(View view) -> view;
            case Checked.Invalid<View>(var faults) -> throw new AssertionError(faults);
        };
    }

    private static ObjectNode json(Core core) {
        return (ObjectNode) ((Checked.Valid<JsonNode>) CanonicalJson.read(bytes(core))).value();
    }

    private static byte[] canonical(JsonNode core) {
        return ((Checked.Valid<byte[]>) CanonicalJson.write(core)).value();
    }
}
