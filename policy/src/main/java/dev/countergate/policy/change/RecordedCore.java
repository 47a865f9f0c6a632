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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A core read back from its bytes. Everything it gives stands in them; what decides about a proposal is asked of it, and not
 * of what a store keeps beside them. Immutable as long as nobody changes a {@link JsonNode} it gave, which nobody may.
 */
public final class RecordedCore {
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
                            } catch (IllegalArgumentException | NoSuchElementException faulty) {
                                return Checked.invalid(
                                        new Fault("", "not a core: " + faulty.getMessage()));
                            }
                        });
    }

    /** So that a member that is missing shows when it is read, not when it is needed. */
    private void touchAll() {
        if (json.path("version").asInt(0) != Core.VERSION) {
            throw new IllegalArgumentException("version");
        }
        proposal();
        requester();
        person();
        tool();
        digests();
        quorum();
        created();
        expires();
        verification();
        undo();
        text("risk");
        text("environment");
        text("verb");
        targets();
    }

    public Digest digest() {
        return digest;
    }

    public ProposalId proposal() {
        return new ProposalId(text("proposal"));
    }

    public PrincipalId requester() {
        return new PrincipalId(text("requester"));
    }

    /** The person behind the requester, or null when not known. */
    public @Nullable Person person() {
        JsonNode person = json.path("person");
        return person.isNull() ? null : new Person(text("person"));
    }

    public ToolName tool() {
        return new ToolName(text("tool"));
    }

    /** As bound, numbers that are not whole as their text. */
    public JsonNode arguments() {
        return json.path("arguments");
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
        JsonNode id = json.path("rule").path("id");
        return id.isString() ? id.stringValue() : null;
    }

    /** In lower case. */
    public String risk() {
        return text("risk");
    }

    /** Empty when not known. */
    public String environment() {
        return text("environment");
    }

    /** Exactly what would be sent. */
    public JsonNode request() {
        return json.path("request");
    }

    public String verb() {
        return text("verb");
    }

    public List<String> targets() {
        List<String> targets = new ArrayList<>();
        json.path("targets").forEach(target -> targets.add(target.asString()));
        return List.copyOf(targets);
    }

    /** What the catalogue said when it was proposed. */
    public Digests digests() {
        JsonNode digests = json.required("digests");
        Map<BackendName, Digest> backends = new LinkedHashMap<>();
        digests.required("backends")
                .properties()
                .forEach(
                        backend ->
                                backends.put(
                                        new BackendName(backend.getKey()),
                                        new Digest(backend.getValue().asString())));
        return new Digests(
                new Digest(text(digests, "tool")), new Digest(text(digests, "guard")), backends);
    }

    /** Who must agree, as it was asked when it was proposed. */
    public Quorum quorum() {
        JsonNode quorum = json.required("quorum");
        JsonNode permitted = quorum.path("permitted_by");
        return new Quorum(
                quorum.required("persons").asInt(),
                quorum.required("other_person").asBoolean(),
                permitted.isString() ? permitted.stringValue() : null);
    }

    /** How the effect is looked for, where it is. */
    public Optional<Core.Look> verification() {
        JsonNode look = json.path("verification");
        return look.isObject()
                ? Optional.of(
                        new Core.Look(
                                new ToolName(text(look, "tool")),
                                texts(look.required("arguments")),
                                text(look, "expect"),
                                span(look, "within"),
                                span(look, "every")))
                : Optional.empty();
    }

    /** How it is taken back, where that is prepared. */
    public Optional<Core.Undo> undo() {
        JsonNode undo = json.path("undo");
        return undo.isObject()
                ? Optional.of(
                        new Core.Undo(
                                new ToolName(text(undo, "tool")),
                                texts(undo.required("arguments"))))
                : Optional.empty();
    }

    public Instant created() {
        return time("created");
    }

    public Instant expires() {
        return time("expires");
    }

    public String separation() {
        return text("separation");
    }

    /** One line that says what it would do, in our words and the operator's. */
    public String summary() {
        int targets = targets().size();
        String on = targets == 0 ? "" : " on " + targets + (targets == 1 ? " target" : " targets");
        String where = environment().isEmpty() ? "" : " in " + ShownText.line(environment());
        return text("tool") + ": " + verb() + on + where;
    }

    private String text(String member) {
        return text(json, member);
    }

    private static String text(JsonNode node, String member) {
        JsonNode value = node.path(member);
        if (!value.isString()) {
            throw new IllegalArgumentException(member);
        }
        return value.stringValue();
    }

    private Instant time(String member) {
        return UtcTime.parse(text(member)).orElseThrow();
    }

    private static Duration span(JsonNode node, String member) {
        String text = text(node, member);
        return text.endsWith("ms")
                ? Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)))
                : Duration.ofSeconds(Long.parseLong(text.substring(0, text.length() - 1)));
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties()
                .forEach(member -> texts.put(member.getKey(), member.getValue().asString()));
        return texts;
    }
}
