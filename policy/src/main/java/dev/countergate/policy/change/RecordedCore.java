package dev.countergate.policy.change;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Digests;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.token.CanonicalJson;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.UtcTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A core read back from its bytes. Everything it gives stands in them; what decides about a proposal is asked of it, and not
 * of what a store keeps beside them. Immutable as long as nobody changes a {@link JsonNode} it gave, which nobody may.
 */
public final class RecordedCore {
    private static final Pattern SPAN = Pattern.compile("([0-9]{1,15})(ms|s)");

    private final JsonNode json;
    private final Digest digest;

    private RecordedCore(JsonNode json, Digest digest) {
        this.json = json;
        this.digest = digest;
    }

    /** The core whose bytes these are, or why they are none. */
    public static Checked<RecordedCore> read(byte[] bytes) {
        return CanonicalJson.read(bytes)
                .then(
                        json -> {
                            RecordedCore core = new RecordedCore(json, Core.digest(bytes));
                            try {
                                core.touchAll();
                                return Checked.valid(core);
                            } catch (IllegalArgumentException faulty) {
                                return Checked.invalid(
                                        new Fault("", "not a core: " + faulty.getMessage()));
                            }
                        });
    }

    /** So that a member that is missing, or of another type, shows when it is read and not when it is needed. */
    private void touchAll() {
        if (whole(json, "version") != Core.VERSION) {
            throw new IllegalArgumentException("version");
        }
        proposal();
        requester();
        person();
        tool();
        arguments();
        rule();
        risk();
        environment();
        request();
        verb();
        targets();
        digests();
        quorum();
        verification();
        undo();
        created();
        expires();
        separation();
    }

    public Digest digest() {
        return digest;
    }

    public ProposalId proposal() {
        return new ProposalId(member("proposal"));
    }

    public PrincipalId requester() {
        return new PrincipalId(member("requester"));
    }

    /** The person behind the requester, or null when not known. */
    public @Nullable Person person() {
        String person = textOrNull(json, "person");
        return person == null ? null : new Person(person);
    }

    public ToolName tool() {
        return new ToolName(member("tool"));
    }

    /** As bound, numbers that are not whole as their text. */
    public JsonNode arguments() {
        return object(json, "arguments");
    }

    /** Whether it was made of {@code arguments}. */
    public boolean hasArguments(Arguments arguments) {
        return CanonicalJson.write(CoreMembers.arguments(arguments))
                        instanceof Checked.Valid<byte[]>(byte[] given)
                && CanonicalJson.write(arguments()) instanceof Checked.Valid<byte[]>(byte[] said)
                && Arrays.equals(given, said);
    }

    /** The id of the rule that asked for persons or permitted it; null where every write needs one. */
    public @Nullable String rule() {
        return textOrNull(object(json, "rule"), "id");
    }

    /** In lower case. */
    public String risk() {
        return member("risk");
    }

    /** Empty when not known. */
    public String environment() {
        return member("environment");
    }

    /** Exactly what would be sent. */
    public JsonNode request() {
        return object(json, "request");
    }

    public String verb() {
        return member("verb");
    }

    public List<String> targets() {
        JsonNode targets = json.path("targets");
        if (!targets.isArray()) {
            throw new IllegalArgumentException("targets");
        }
        return targets.valueStream().map(target -> text(target, "targets")).toList();
    }

    /** What the catalogue said when it was proposed. */
    public Digests digests() {
        JsonNode digests = object(json, "digests");
        Map<BackendName, Digest> backends = new LinkedHashMap<>();
        texts(digests, "backends")
                .forEach((name, digest) -> backends.put(new BackendName(name), new Digest(digest)));
        return new Digests(
                new Digest(member(digests, "tool")),
                new Digest(member(digests, "guard")),
                backends);
    }

    /** Who must agree, as it was asked when it was proposed. */
    public Quorum quorum() {
        JsonNode quorum = object(json, "quorum");
        return new Quorum(
                whole(quorum, "persons"),
                truth(quorum, "other_person"),
                asksForVerification(quorum),
                textOrNull(quorum, "permitted_by"));
    }

    /** The member stands where it is true, and nowhere else. */
    private static boolean asksForVerification(JsonNode quorum) {
        if (quorum.has("verification") && !truth(quorum, "verification")) {
            throw new IllegalArgumentException("verification");
        }
        return quorum.has("verification");
    }

    /** How the effect is looked for, where it is. */
    public Optional<Core.Look> verification() {
        return objectIfAny("verification")
                .map(
                        look ->
                                new Core.Look(
                                        new ToolName(member(look, "tool")),
                                        texts(look, "arguments"),
                                        member(look, "expect"),
                                        span(look, "within"),
                                        span(look, "every")));
    }

    /** How it is taken back, where that is prepared. */
    public Optional<Core.Undo> undo() {
        return objectIfAny("undo")
                .map(
                        undo ->
                                new Core.Undo(
                                        new ToolName(member(undo, "tool")),
                                        texts(undo, "arguments")));
    }

    public Instant created() {
        return time("created");
    }

    public Instant expires() {
        return time("expires");
    }

    public String separation() {
        return member("separation");
    }

    /** One line that says what it would do, in our words and the operator's. */
    public String summary() {
        int targets = targets().size();
        String on = targets == 0 ? "" : " on " + targets + (targets == 1 ? " target" : " targets");
        String where = environment().isEmpty() ? "" : " in " + ShownText.line(environment());
        return member("tool") + ": " + verb() + on + where;
    }

    private String member(String name) {
        return member(json, name);
    }

    private static String member(JsonNode node, String name) {
        return text(node.path(name), name);
    }

    private static String text(JsonNode value, String name) {
        if (!value.isString()) {
            throw new IllegalArgumentException(name);
        }
        return value.stringValue();
    }

    private static @Nullable String textOrNull(JsonNode node, String name) {
        return node.path(name).isNull() ? null : member(node, name);
    }

    private static JsonNode object(JsonNode node, String name) {
        JsonNode object = node.path(name);
        if (!object.isObject()) {
            throw new IllegalArgumentException(name);
        }
        return object;
    }

    private Optional<JsonNode> objectIfAny(String name) {
        return json.path(name).isNull() ? Optional.empty() : Optional.of(object(json, name));
    }

    private static Map<String, String> texts(JsonNode node, String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        object(node, name)
                .properties()
                .forEach(each -> texts.put(each.getKey(), text(each.getValue(), name)));
        return texts;
    }

    private static int whole(JsonNode node, String name) {
        JsonNode number = node.path(name);
        if (!number.isIntegralNumber() || !number.canConvertToInt()) {
            throw new IllegalArgumentException(name);
        }
        return number.intValue();
    }

    private static boolean truth(JsonNode node, String name) {
        JsonNode truth = node.path(name);
        if (!truth.isBoolean()) {
            throw new IllegalArgumentException(name);
        }
        return truth.booleanValue();
    }

    private Instant time(String name) {
        return UtcTime.parse(member(name)).orElseThrow(() -> new IllegalArgumentException(name));
    }

    private static Duration span(JsonNode node, String name) {
        Matcher span = SPAN.matcher(member(node, name));
        if (!span.matches()) {
            throw new IllegalArgumentException(name);
        }
        long count = Long.parseLong(span.group(1));
        return span.group(2).equals("ms") ? Duration.ofMillis(count) : Duration.ofSeconds(count);
    }
}
