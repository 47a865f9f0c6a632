package dev.countergate.policy.change;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.token.CanonicalJson;
import dev.countergate.policy.token.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Writes a core's members in the order a person needs them. */
final class ViewWriter {
    /** What may stand behind a label: one word that looks like nothing of ours. */
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@=-]{0,55}");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

    /** Ours: no foreign word has parentheses. */
    private static final String NOT_KNOWN = "(not known)";

    /** Before every line of a foreign text. */
    private static final String FRAME = "    ";

    private final List<String> lines = new ArrayList<>();

    List<String> lines() {
        return List.copyOf(lines);
    }

    void core(ViewMembers core, Digest digest) {
        if (core.number("version") != Core.VERSION) {
            throw core.unknown("version");
        }
        entry("", "tool", core.text("tool"));
        entry("", "action", core.text("verb"));
        Boolean reversible = core.truthOrNull("reversible");
        lines.add("reversible: " + (reversible == null ? NOT_KNOWN : reversible ? "yes" : "NO"));
        optional("", "gives up", core.textOrNull("loss"));
        entry("", "risk", core.text("risk"));
        String environment = core.text("environment");
        known("environment", environment.isEmpty() ? null : environment);
        list("targets", core.array("targets"));
        list("affects", core.array("blast_radius"));
        request(core.object("request"));
        values("arguments", core.object("arguments"));
        preconditions(core);
        verification(core);
        undo(core);
        rule(core);
        earlier(core);
        asker(core);
        digests(core.object("digests"));
        lines.add("");
        entry("", "server", core.text("server"));
        entry("", "proposal", core.text("proposal"));
        entry("", "created", core.text("created"));
        entry("", "expires", core.text("expires"));
        lines.add("code: " + digest.code());
        String reason = core.textOrNull("agent_reason");
        lines.add("");
        if (reason == null) {
            lines.add("the agent gave no reason");
        } else {
            lines.add("written by the agent, unverified:");
            frame(reason);
        }
        core.end();
    }

    private void request(ViewMembers request) {
        lines.add("");
        lines.add("exactly this is sent:");
        for (String name :
                List.of(
                        "method",
                        "url",
                        "action",
                        "document",
                        "version",
                        "document_hash",
                        "max_concurrency",
                        "max_errors",
                        "timeout_seconds",
                        "comment",
                        "client_token")) {
            if (request.has(name)) {
                optional("  ", name, request.textOrNull(name));
            }
        }
        if (request.has("instances")) {
            // The targets above are these; shown again because this is what is sent.
            list("  instances", request.array("instances"));
        }
        if (request.has("headers")) {
            values("  headers", request.object("headers"));
        }
        if (request.has("parameters")) {
            ViewMembers parameters = request.object("parameters");
            for (Map.Entry<String, JsonNode> each : parameters.rest()) {
                list("  parameter " + label(each.getKey()), each.getValue());
            }
        }
        if (request.has("body")) {
            String body = request.textOrNull("body");
            lines.add(body == null ? "  no body" : "  body:");
            if (body != null) {
                frame(body);
            }
        }
        if (request.has("body_base64")) {
            lines.add("  body in base64, NOT INSPECTABLE:");
            frame(request.text("body_base64"));
        }
        request.end();
        lines.add("");
    }

    private void preconditions(ViewMembers core) {
        boolean any = false;
        for (JsonNode each : core.array("preconditions")) {
            ViewMembers precondition = new ViewMembers("preconditions", each);
            lines.add("must hold before:");
            entry("  ", "read", precondition.text("tool"));
            values("  with", precondition.object("arguments"));
            entry("  ", "expect", precondition.text("expect"));
            entry("  ", "observed", precondition.text("observed"));
            entry("  ", "because", precondition.text("reason"));
            precondition.end();
            any = true;
        }
        if (!any) {
            lines.add("must hold before: nothing");
        }
    }

    private void verification(ViewMembers core) {
        if (core.isNull("verification")) {
            lines.add("verified by: NOTHING");
            return;
        }
        ViewMembers look = core.object("verification");
        lines.add("verified by:");
        entry("  ", "read", look.text("tool"));
        values("  with", look.object("arguments"));
        entry("  ", "expect", look.text("expect"));
        entry("  ", "within", look.text("within"));
        entry("  ", "every", look.text("every"));
        look.end();
    }

    private void undo(ViewMembers core) {
        if (core.isNull("undo")) {
            lines.add("undone by: nothing prepared");
            return;
        }
        ViewMembers undo = core.object("undo");
        lines.add("undone by:");
        entry("  ", "tool", undo.text("tool"));
        values("  arguments", undo.object("arguments"));
        undo.end();
    }

    private void rule(ViewMembers core) {
        ViewMembers rule = core.object("rule");
        String id = rule.textOrNull("id");
        lines.add("asked for by:");
        if (id == null) {
            lines.add("  no rule; every write needs a person");
        } else {
            entry("  ", "rule", id);
        }
        entry("  ", "reason", rule.text("reason"));
        rule.end();
        ViewMembers quorum = core.object("quorum");
        entry("", "persons needed", Long.toString(quorum.number("persons")));
        if (Boolean.TRUE.equals(quorum.truthOrNull("other_person"))) {
            lines.add("  one of them not the person behind the requester");
        }
        if (quorum.has("verification")) {
            if (!Boolean.TRUE.equals(quorum.truthOrNull("verification"))) {
                throw quorum.unknown("verification");
            }
            lines.add("  each with a key that verifies its person, by PIN or fingerprint");
        }
        optional("", "permitted by rule", quorum.textOrNull("permitted_by"));
        quorum.end();
    }

    private void earlier(ViewMembers core) {
        boolean any = false;
        for (JsonNode each : core.array("earlier_attempts")) {
            ViewMembers attempt = new ViewMembers("earlier_attempts", each);
            lines.add("done before:");
            entry("  ", "proposal", attempt.text("proposal"));
            entry("  ", "state", attempt.text("state"));
            entry("  ", "at", attempt.text("at"));
            attempt.end();
            any = true;
        }
        if (!any) {
            lines.add("done before: not in the last 24 hours");
        }
        if (core.has(CoreMembers.UNNAMED)) {
            ViewMembers unnamed = core.object(CoreMembers.UNNAMED);
            lines.add("done before, and not named here:");
            for (ProposalState state : ProposalState.values()) {
                if (unnamed.has(state.name())) {
                    entry("  ", state.name(), Long.toString(unnamed.number(state.name())));
                }
            }
            unnamed.end();
        }
    }

    private void asker(ViewMembers core) {
        entry("", "requester", core.text("requester"));
        known("person", core.textOrNull("person"));
        ViewMembers session = core.object("session");
        lines.add("client, as it names itself:");
        entry("  ", "name", session.text("client"));
        entry("  ", "version", session.text("version"));
        session.end();
        entry("", "separation", core.text("separation"));
    }

    private void digests(ViewMembers digests) {
        lines.add("catalogue:");
        digest("tool", digests.text("tool"));
        digest("guard", digests.text("guard"));
        ViewMembers backends = digests.object("backends");
        for (Map.Entry<String, JsonNode> each : backends.rest()) {
            if (!each.getValue().isString()) {
                throw backends.unknown(each.getKey());
            }
            // A backend without a name of its own is called by its origin, which is no plain name.
            lines.add("  backend:");
            frame(each.getKey());
            frame(each.getValue().stringValue());
        }
        digests.end();
    }

    private void digest(String label, String hex) {
        lines.add("  " + label + ":");
        frame(hex);
    }

    private void values(String label, ViewMembers values) {
        lines.add(label + ":" + (values.rest().isEmpty() ? " none" : ""));
        String indent = label.startsWith(" ") ? "    " : "  ";
        for (Map.Entry<String, JsonNode> each : values.rest()) {
            JsonNode value = each.getValue();
            entry(
                    indent,
                    label(each.getKey()),
                    value.isString() ? value.stringValue() : json(value));
        }
    }

    private void list(String label, Iterable<JsonNode> items) {
        List<String> texts = new ArrayList<>();
        for (JsonNode item : items) {
            if (!item.isString()) {
                throw new ViewMembers.Unknown(label.strip());
            }
            texts.add(item.stringValue());
        }
        lines.add(label + ": " + (texts.isEmpty() ? "none" : texts.size()));
        for (String text : texts) {
            // A dash where an item begins: two texts and one of two lines are not the same.
            List<String> framed = ShownText.framed(text);
            lines.add(FRAME + "-" + framed.getFirst().substring(1));
            framed.stream().skip(1).forEach(line -> lines.add(FRAME + line));
        }
    }

    private void optional(String indent, String label, @Nullable String value) {
        if (value != null) {
            entry(indent, label, value);
        }
    }

    private void known(String label, @Nullable String value) {
        if (value == null) {
            lines.add(label + ": " + NOT_KNOWN);
        } else {
            entry("", label, value);
        }
    }

    /** One word stands behind its label, everything else below it in the frame. */
    private void entry(String indent, String label, String value) {
        if (WORD.matcher(value).matches()) {
            lines.add(indent + label + ": " + value);
        } else if (value.isEmpty()) {
            lines.add(indent + label + ": (empty)");
        } else {
            lines.add(indent + label + ":");
            frame(value);
        }
    }

    private void frame(String text) {
        ShownText.framed(text).forEach(line -> lines.add(FRAME + line));
    }

    /** A name from elsewhere, to stand where a label of ours would: only a plain name may. */
    private static String label(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new ViewMembers.Unknown("name");
        }
        return name;
    }

    private static String json(JsonNode value) {
        return switch (CanonicalJson.write(value)) {
            case Checked.Valid<byte[]>(byte[] bytes) -> new String(bytes, UTF_8);
            case Checked.Invalid<byte[]>(var faults) -> throw new ViewMembers.Unknown("arguments");
        };
    }
}
