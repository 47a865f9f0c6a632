package dev.countergate.policy.change;

import dev.countergate.policy.parameter.JsonText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request as a command line, for a person who runs it in a shell of their own. A secret is a variable named after it, to
 * be set before; in a URL it must be percent-encoded there. Which account and region a command of Systems Manager reaches
 * is that shell's affair.
 */
public final class ByHand {
    private final ShellWords words = new ShellWords();
    private final Map<String, String> variables = new HashMap<>();

    private ByHand() {}

    /** {@code request} as a {@code curl} command; empty for another kind, or where a word cannot hold it. */
    public static Optional<String> curl(CoreRequest request) {
        return switch (request) {
            case CoreRequest.Http _, CoreRequest.Recorded _, CoreRequest.Silence _ ->
                    new ByHand().curl(request.json());
            case CoreRequest.Ssm _ -> Optional.empty();
        };
    }

    /** {@code request} as an {@code aws ssm} command; empty for another kind, or where a word cannot hold it. */
    public static Optional<String> aws(CoreRequest request) {
        return request instanceof CoreRequest.Ssm ssm ? line(ssm) : Optional.empty();
    }

    private Optional<String> curl(JsonNode json) {
        words.word("curl")
                .word("--globoff")
                .word("--path-as-is")
                .word("--request")
                .word(json.get("method").stringValue());
        boolean saysContent = false;
        for (Map.Entry<String, JsonNode> header : json.get("headers").properties()) {
            saysContent |= header.getKey().equalsIgnoreCase("Content-Type");
            String value = header.getValue().stringValue();
            words.word("--header");
            // An empty value would take the header away.
            if (value.isEmpty()) {
                words.word(header.getKey() + ";");
            } else {
                words.word(parts(header.getKey() + ": ", value));
            }
        }
        if (!json.get("body").isNull()) {
            if (!saysContent) {
                words.word("--header").word("Content-Type:");
            }
            words.word("--data-raw").word(json.get("body").stringValue());
        }
        return words.word("--url").word(parts("", json.get("url").stringValue())).line();
    }

    private List<ShellWords.Part> parts(String before, String shown) {
        List<ShellWords.Part> parts = new ArrayList<>();
        if (!before.isEmpty()) {
            parts.add(new ShellWords.Part(before, false));
        }
        for (ShownSecrets.Part part : ShownSecrets.parts(shown)) {
            switch (part) {
                case ShownSecrets.Part.Words(String text) ->
                        parts.add(new ShellWords.Part(text, false));
                case ShownSecrets.Part.Named(String name) ->
                        parts.add(new ShellWords.Part(variable(name), true));
            }
        }
        return parts;
    }

    /** A name a shell takes, another for each secret: what is no variable's name came from a file. */
    private String variable(String secret) {
        String known = variables.get(secret);
        if (known != null) {
            return known;
        }
        String base = secret.replaceAll("[^A-Za-z0-9_]", "_").toUpperCase(Locale.ROOT);
        String name = secret.matches("[A-Za-z_][A-Za-z0-9_]*") ? secret : "SECRET_" + base;
        String free = name;
        for (int i = 2; variables.containsValue(free); i++) {
            free = name + "_" + i;
        }
        variables.put(secret, free);
        return free;
    }

    private static Optional<String> line(CoreRequest.Ssm request) {
        ObjectNode input = JsonNodeFactory.instance.objectNode();
        input.put("DocumentName", request.document());
        input.put("DocumentVersion", request.version());
        ObjectNode parameters = JsonNodeFactory.instance.objectNode();
        request.parameters()
                .forEach((name, values) -> values.forEach(parameters.putArray(name)::add));
        String operation =
                switch (request.action()) {
                    case SEND_COMMAND -> {
                        input.put("DocumentHash", request.documentHash());
                        input.put("DocumentHashType", "Sha256");
                        request.instances().forEach(input.putArray("InstanceIds")::add);
                        input.put("MaxConcurrency", request.concurrencyMax());
                        input.put("MaxErrors", request.errorsMax());
                        input.put("TimeoutSeconds", request.deliverySeconds());
                        input.put("Comment", request.comment());
                        yield "send-command";
                    }
                    case START_AUTOMATION -> {
                        input.put("ClientToken", request.attempt().toString());
                        yield "start-automation-execution";
                    }
                };
        input.set("Parameters", parameters);
        return new ShellWords()
                .word("aws")
                .word("ssm")
                .word(operation)
                .word("--cli-input-json")
                .word(JsonText.compact(input))
                .line();
    }
}
