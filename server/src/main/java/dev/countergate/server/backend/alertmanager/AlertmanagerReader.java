package dev.countergate.server.backend.alertmanager;

import dev.countergate.policy.request.AlertmanagerRequest;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.template.Matcher;
import dev.countergate.server.backend.BackendWords;
import dev.countergate.server.backend.BoundedRows;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.JsonReader;
import dev.countergate.server.backend.PickedRow;
import dev.countergate.server.backend.UnreadableAnswer;
import dev.countergate.server.backend.WireBody;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes sense of an answer of success: bare JSON, without an envelope. Names are the API's, {@code status} unfolded. */
final class AlertmanagerReader {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private AlertmanagerReader() {}

    /** What {@code body}, the answer to {@code request}, says, read by {@code deadline}. */
    static Reply read(AlertmanagerRequest.Read request, WireBody body, Deadline deadline) {
        try {
            JsonReader reader = JsonReader.of(body, deadline);
            Reply reply =
                    switch (request) {
                        case AlertmanagerRequest.Alerts _ ->
                                rows("alerts", reader, each -> alert(each.tree()));
                        case AlertmanagerRequest.Groups _ ->
                                rows("groups", reader, each -> group(each.tree()));
                        case AlertmanagerRequest.Silences _ ->
                                rows("silences", reader, each -> silence(each.tree()));
                        case AlertmanagerRequest.Status _ -> status(reader);
                    };
            reader.end();
            return reply;
        } catch (UnreadableAnswer e) {
            return BackendWords.unreadable(request.backend().value(), body, e);
        }
    }

    private static Reply rows(String kind, JsonReader reader, BoundedRows.Item item)
            throws UnreadableAnswer {
        BoundedRows rows = new BoundedRows(kind);
        rows.readItems(reader, item);
        return new Reply.Answer(new Payload.Rows(kind, rows.rows()), rows.notes());
    }

    private static JsonNode alert(JsonNode alert) throws UnreadableAnswer {
        JsonNode status = alert.path("status");
        return new PickedRow(alert)
                .keep("labels", "annotations")
                .put("state", status.path("state"))
                .put("silencedBy", status.path("silencedBy"))
                .put("inhibitedBy", status.path("inhibitedBy"))
                .put("mutedBy", status.path("mutedBy")) // 0.28 and later
                .keepTimes("startsAt", "endsAt", "updatedAt")
                .put("receivers", names(alert.path("receivers")))
                .keep("fingerprint", "generatorURL")
                .row();
    }

    private static JsonNode group(JsonNode group) throws UnreadableAnswer {
        ArrayNode alerts = NODES.arrayNode();
        for (JsonNode alert : group.path("alerts")) {
            alerts.add(alert(alert));
        }
        return new PickedRow(group)
                .keep("labels")
                .put("receiver", group.path("receiver").path("name"))
                .put("alerts", alerts)
                .row();
    }

    private static JsonNode silence(JsonNode silence) throws UnreadableAnswer {
        ArrayNode matchers = NODES.arrayNode();
        for (JsonNode matcher : silence.path("matchers")) {
            matchers.add(text(matcher));
        }
        return new PickedRow(silence)
                .keep("id")
                .put("state", silence.path("status").path("state"))
                .put("matchers", matchers)
                .keepTimes("startsAt", "endsAt", "updatedAt")
                .keep("createdBy", "comment")
                .row();
    }

    /** A matcher as it is written in a filter; one without {@code isEqual} matches (before 0.22). */
    static String text(JsonNode matcher) {
        return new Matcher(
                        matcher.path("name").asString(""),
                        matcher.path("value").asString(""),
                        matcher.path("isRegex").asBoolean(false),
                        matcher.path("isEqual").asBoolean(true))
                .text();
    }

    // INVARIANT: `config` is not among the members named here, so its text, with the URLs and keys
    // in it, ends here.
    private static Reply status(JsonReader reader) throws UnreadableAnswer {
        JsonNode whole = reader.tree();
        JsonNode cluster = whole.path("cluster");
        JsonNode version = whole.path("versionInfo");
        if (!cluster.isObject() || !version.isObject()) {
            throw new UnreadableAnswer("it has no cluster or no version");
        }
        ObjectNode started = new PickedRow(whole).keepTimes("uptime").row();
        ObjectNode status =
                new PickedRow(whole)
                        .put("version", version.path("version"))
                        .put("revision", version.path("revision"))
                        .put("startedAt", started.path("uptime")) // what the API calls uptime
                        .put("clusterStatus", cluster.path("status"))
                        .put("clusterName", cluster.path("name"))
                        .put("clusterPeers", names(cluster.path("peers")))
                        .row();
        return new Reply.Answer(new Payload.Thing("status", status));
    }

    private static ArrayNode names(JsonNode things) {
        ArrayNode names = NODES.arrayNode();
        for (JsonNode thing : things) {
            names.add(thing.path("name").asString(""));
        }
        return names;
    }
}
