package dev.countergate.policy.change;

import dev.countergate.policy.catalogue.Digests;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.JsonText;
import dev.countergate.policy.token.CanonicalJson;
import dev.countergate.policy.token.UtcTime;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A core as JSON. Members may be added later, never renamed. */
final class CoreMembers {
    /** The member that says how many earlier attempts are not named. */
    static final String UNNAMED = "earlier_attempts_unnamed";

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private CoreMembers() {}

    static ObjectNode of(Core core) {
        ObjectNode json = NODES.objectNode();
        json.put("version", Core.VERSION);
        json.put("server", core.server().value());
        json.put("proposal", core.proposal().value());
        json.put("requester", core.requester().value());
        json.put("person", core.person() == null ? null : core.person().name());
        json.putObject("session")
                .put("client", core.session().clientName())
                .put("version", core.session().clientVersion());
        json.put("tool", core.tool().value());
        json.set("digests", digests(core.digests()));
        json.set("arguments", arguments(core.arguments()));
        json.put("verb", core.request().verb());
        json.put("reversible", core.reversible());
        json.put("loss", core.loss());
        json.put("risk", core.risk().name().toLowerCase(Locale.ROOT));
        json.put("environment", core.environment());
        json.putObject("rule").put("id", core.rule().id()).put("reason", core.rule().reason());
        json.set("request", core.request().json());
        core.request().targets().forEach(json.putArray("targets")::add);
        ArrayNode preconditions = json.putArray("preconditions");
        for (Core.Precondition each : core.preconditions()) {
            ObjectNode precondition = preconditions.addObject();
            precondition
                    .put("tool", each.tool().value())
                    .put("expect", each.expect())
                    .put("observed", each.observed())
                    .put("reason", each.reason());
            precondition.set("arguments", texts(each.arguments()));
        }
        core.blastRadius().forEach(json.putArray("blast_radius")::add);
        json.set("verification", verification(core.verification()));
        json.set("undo", undo(core.undo()));
        ArrayNode earlier = json.putArray("earlier_attempts");
        for (Core.Earlier each : core.earlier().named()) {
            earlier.addObject()
                    .put("proposal", each.proposal().value())
                    .put("state", each.state().name())
                    .put("at", UtcTime.text(each.at()));
        }
        // Where all are named the member is not there, and the bytes are those of older versions.
        if (!core.earlier().unnamed().isEmpty()) {
            ObjectNode unnamed = json.putObject(UNNAMED);
            core.earlier().unnamed().forEach((state, count) -> unnamed.put(state.name(), count));
        }
        json.put("separation", core.separation());
        json.set("quorum", quorum(core.quorum()));
        json.put("created", UtcTime.text(core.created()));
        json.put("expires", UtcTime.text(core.expires()));
        json.put("agent_reason", core.agentReason());
        return json;
    }

    /** Arguments as a core says them. */
    static ObjectNode arguments(Arguments given) {
        ObjectNode arguments = NODES.objectNode();
        given.asMap().forEach((name, value) -> arguments.set(name, exact(value)));
        return arguments;
    }

    /** A core that does not ask for verified persons says nothing of them, as those of earlier versions do. */
    private static ObjectNode quorum(Quorum quorum) {
        ObjectNode json =
                NODES.objectNode()
                        .put("persons", quorum.persons())
                        .put("other_person", quorum.otherPerson())
                        .put("permitted_by", quorum.permittedBy());
        return quorum.verifiesPerson() ? json.put("verification", true) : json;
    }

    private static ObjectNode digests(Digests digests) {
        ObjectNode json = NODES.objectNode();
        json.put("tool", digests.tool().hex());
        json.put("guard", digests.guard().hex());
        ObjectNode backends = json.putObject("backends");
        digests.backends().forEach((name, digest) -> backends.put(name.value(), digest.hex()));
        return json;
    }

    private static JsonNode verification(Core.@Nullable Look look) {
        if (look == null) {
            return NODES.nullNode();
        }
        ObjectNode json =
                NODES.objectNode()
                        .put("tool", look.tool().value())
                        .put("expect", look.expect())
                        .put("within", time(look.within()))
                        .put("every", time(look.every()));
        json.set("arguments", texts(look.arguments()));
        return json;
    }

    private static JsonNode undo(Core.@Nullable Undo undo) {
        if (undo == null) {
            return NODES.nullNode();
        }
        ObjectNode json = NODES.objectNode().put("tool", undo.tool().value());
        json.set("arguments", texts(undo.arguments()));
        return json;
    }

    private static ObjectNode texts(Map<String, String> values) {
        ObjectNode json = NODES.objectNode();
        values.forEach(json::put);
        return json;
    }

    private static String time(Duration duration) {
        return duration.toMillisPart() == 0
                ? duration.toSeconds() + "s"
                : duration.toMillis() + "ms";
    }

    /** The same value in the profile: a number that is not whole, or too large, as the text that is sent for it. */
    private static JsonNode exact(JsonNode value) {
        if (value.isObject()) {
            ObjectNode copy = NODES.objectNode();
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                copy.set(member.getKey(), exact(member.getValue()));
            }
            return copy;
        }
        if (value.isArray()) {
            ArrayNode copy = NODES.arrayNode();
            for (JsonNode item : value) {
                copy.add(exact(item));
            }
            return copy;
        }
        return value.isNumber() && !CanonicalJson.takes(value)
                ? NODES.stringNode(JsonText.exact(value))
                : value;
    }
}
