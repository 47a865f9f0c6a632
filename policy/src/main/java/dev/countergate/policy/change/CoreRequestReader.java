package dev.countergate.policy.change;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the member {@code request} of a core; what it does not understand to the byte it refuses. */
final class CoreRequestReader {
    private CoreRequestReader() {}

    static Checked<CoreRequest> read(JsonNode request, UUID attempt) {
        CoreRequest read;
        try {
            read = request.has("action") ? ssm(request, attempt) : recorded(request, attempt);
        } catch (UnknownFormException unknown) {
            return fault(String.valueOf(unknown.getMessage()));
        }
        List<String> differences = read.differences(request);
        return differences.isEmpty()
                ? Checked.valid(read)
                : fault("not understood: " + String.join(", ", differences));
    }

    private static CoreRequest recorded(JsonNode request, UUID attempt)
            throws UnknownFormException {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> header : member(request, "headers").properties()) {
            headers.put(header.getKey(), string(header.getValue(), "headers"));
        }
        return new CoreRequest.Recorded(
                text(request, "method"),
                text(request, "url"),
                headers,
                textOrNull(request, "body"),
                attempt);
    }

    private static CoreRequest ssm(JsonNode request, UUID attempt) throws UnknownFormException {
        CoreRequest.Ssm.Action action =
                CoreRequest.Ssm.Action.of(text(request, "action"))
                        .orElseThrow(() -> new UnknownFormException("action"));
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> each : member(request, "parameters").properties()) {
            parameters.put(each.getKey(), texts(each.getValue(), "parameters"));
        }
        return new CoreRequest.Ssm(
                action,
                text(request, "document"),
                text(request, "version"),
                text(request, "document_hash"),
                parameters,
                texts(member(request, "instances"), "instances"),
                textOrNull(request, "max_concurrency"),
                textOrNull(request, "max_errors"),
                seconds(textOrNull(request, "timeout_seconds")),
                attempt);
    }

    private static @Nullable Integer seconds(@Nullable String text) throws UnknownFormException {
        try {
            return text == null ? null : Integer.valueOf(text);
        } catch (NumberFormatException none) {
            throw new UnknownFormException("timeout_seconds");
        }
    }

    private static JsonNode member(JsonNode request, String name) throws UnknownFormException {
        JsonNode value = request.get(name);
        if (value == null) {
            throw new UnknownFormException(name);
        }
        return value;
    }

    private static String text(JsonNode request, String name) throws UnknownFormException {
        String text = textOrNull(request, name);
        if (text == null) {
            throw new UnknownFormException(name);
        }
        return text;
    }

    private static @Nullable String textOrNull(JsonNode request, String name)
            throws UnknownFormException {
        JsonNode value = member(request, name);
        return value.isNull() ? null : string(value, name);
    }

    private static List<String> texts(JsonNode array, String name) throws UnknownFormException {
        List<String> texts = new ArrayList<>();
        for (JsonNode item : array) {
            texts.add(string(item, name));
        }
        return texts;
    }

    private static String string(JsonNode value, String name) throws UnknownFormException {
        if (!value.isString()) {
            throw new UnknownFormException(name);
        }
        return value.stringValue();
    }

    private static Checked<CoreRequest> fault(String problem) {
        return Checked.invalid(
                new Fault("request", "a form this version does not know: " + problem));
    }

    private static final class UnknownFormException extends Exception {
        private static final long serialVersionUID = 1L;

        UnknownFormException(String member) {
            super("`" + member + "`", null, false, false);
        }
    }
}
