package dev.countergate.server.backend.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One tool, one call of it, and what the backend answers.
 *
 * @param tool as in a catalogue
 * @param arguments of the call
 * @param environment the variables the tool names
 * @param answers by the first segment of a request's path: what the backend gives to the first, the second... request
 */
record MhtCase(
        ObjectNode tool,
        ObjectNode arguments,
        Map<String, String> environment,
        Map<String, List<Answer>> answers) {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final List<String> TEXTS =
            List.of(
                    "",
                    "plain",
                    "two words",
                    "a/b",
                    "a%2Fb",
                    "100%",
                    "a+b",
                    "a&b=c",
                    "?#[]@!$'()*,;:",
                    "quote\"d\\",
                    "line\nbreak\ttab",
                    "ünï→😀",
                    "{id}",
                    "${HOME}",
                    "<script>|^`~",
                    "...",
                    "..",
                    "a/../b",
                    "null",
                    "\u0001\u007f\u2028");

    /** A status and a body. */
    record Answer(int status, String body) {}

    static MhtCase random(Random random) {
        return new Generator(random).make();
    }

    /** Makes a case; one instance each. */
    private static final class Generator {
        private final Random random;
        private final ObjectNode tool = MAPPER.createObjectNode();
        private final ObjectNode arguments = MAPPER.createObjectNode();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private final Map<String, List<Answer>> answers = new LinkedHashMap<>();

        Generator(Random random) {
            this.random = random;
        }

        MhtCase make() {
            tool.put("name", "probe");
            List<ObjectNode> parameters = parameters();
            for (ObjectNode parameter : parameters) {
                boolean isGiven = parameter.path("required").asBoolean() || random.nextBoolean();
                if (isGiven) {
                    arguments.set(parameter.path("name").asString(), value(parameter));
                }
            }
            if (chance(4)) {
                ArrayNode requests = tool.putArray("requests");
                tool.set("params", MAPPER.valueToTree(parameters));
                for (String key :
                        List.of("one", "two", "three_3").subList(0, 1 + random.nextInt(3))) {
                    ObjectNode request = requests.addObject().put("key", key);
                    List<ObjectNode> own =
                            parameters.stream().filter(parameter -> random.nextBoolean()).toList();
                    request(request, key, own);
                }
            } else {
                request(tool, "only", parameters);
            }
            return new MhtCase(tool, arguments, environment, answers);
        }

        private void request(ObjectNode entry, String key, List<ObjectNode> parameters) {
            entry.put("url", url(key, parameters));
            if (!parameters.isEmpty() || random.nextBoolean()) {
                entry.set("params", MAPPER.valueToTree(parameters));
            }
            if (chance(2)) {
                entry.put("method", pick("get", "GET", "POST", "put", "PATCH", "Delete"));
            }
            if (chance(2)) {
                headers(entry.putObject("headers"));
            }
            if (chance(4)) {
                environment.put("TOKEN", "t0ken{id}");
                entry.putObject("auth").put("bearer_env", "TOKEN");
            }
            if (chance(4)) {
                entry.putObject("retry").put("count", random.nextInt(3)).put("backoff_ms", 1);
            }
            response(entry);
            List<Answer> given = new ArrayList<>();
            while (chance(4)) {
                int status =
                        Integer.parseInt(pick("400", "404", "408", "429", "500", "503", "418"));
                given.add(new Answer(status, chance(3) ? "long ".repeat(500) : "so\nwhat"));
            }
            given.add(new Answer(chance(5) ? 201 : 200, body()));
            answers.put(key, given);
        }

        private void headers(ObjectNode headers) {
            if (chance(2)) {
                headers.put("X-Plain", "a, b; c=\"d\"");
            }
            if (chance(2)) {
                environment.put("KEY", "k{id}\r\ney");
                headers.put("x-key", "pre ${KEY} post");
            }
            if (chance(3)) {
                headers.put("X-Number", 42);
            }
            if (chance(4)) {
                headers.put("Authorization", "Basic abc");
            }
            if (chance(5)) {
                headers.put("content-type", "application/vnd.api+json");
            }
        }

        private void response(ObjectNode entry) {
            if (chance(3)) {
                return;
            }
            ObjectNode response = entry.putObject("response");
            response.put("type", chance(4) ? "text" : "json");
            if (response.path("type").asString().equals("json")) {
                if (chance(2)) {
                    response.put("path", path());
                }
                if (chance(3)) {
                    response.put(
                            "template", "is {" + path() + "} $1 {" + path() + "}, {not this} {};");
                }
            }
        }

        private String url(String key, List<ObjectNode> parameters) {
            StringBuilder url = new StringBuilder("${BASE}/").append(key);
            for (ObjectNode parameter : parameters) {
                String name = parameter.path("name").asString();
                switch (isScalar(parameter) ? random.nextInt(4) : 3) {
                    case 0 -> url.append("/{").append(name).append("}");
                    case 1 -> url.append("/x-{").append(name).append("}.json");
                    case 2 -> {
                        if (parameter.path("required").asBoolean()) {
                            url.append("/{+").append(name).append("}");
                        }
                    }
                    default -> {}
                }
            }
            if (chance(3)) {
                url.append("/d%C3%A9j%C3%A0 vu/é");
            }
            if (chance(3)) {
                environment.put("QUERY", "q r&{id}");
                url.append("?fixed=1&p0=replaced&e=${QUERY}&p0=again");
                for (ObjectNode parameter : parameters) {
                    if (isScalar(parameter) && chance(5)) {
                        String name = parameter.path("name").asString();
                        url.append("&at=<{").append(name).append("}>");
                    }
                }
            }
            return url.toString();
        }

        private List<ObjectNode> parameters() {
            List<ObjectNode> parameters = new ArrayList<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                ObjectNode parameter = MAPPER.createObjectNode();
                parameter.put("name", pick("p", "q-", "r_") + parameters.size());
                String type = pick("", "string", "number", "integer", "boolean", "array", "object");
                if (!type.isEmpty()) {
                    parameter.put("type", type);
                }
                if (chance(3)) {
                    parameter.put("required", true);
                } else if (chance(2)) {
                    parameter.set("default", value(parameter));
                }
                parameters.add(parameter);
            }
            return parameters;
        }

        private static boolean isScalar(ObjectNode parameter) {
            String type = parameter.path("type").asString("string");
            return !type.equals("array") && !type.equals("object");
        }

        private JsonNode value(ObjectNode parameter) {
            return switch (parameter.path("type").asString("string")) {
                case "number" ->
                        MAPPER.readTree(
                                pick("0", "-1", "1.5", "0.1", "1e21", "1e-7", "123456789012"));
                case "integer" -> MAPPER.readTree(pick("0", "-7", "42", "9007199254740991"));
                case "boolean" -> MAPPER.readTree(pick("true", "false"));
                case "array" -> MAPPER.readTree(pick("[]", "[1,\"two\",null]", "[[\"é&\"]]"));
                case "object" ->
                        MAPPER.readTree(pick("{}", "{\"b\":1,\"a\":[true]}", "{\"k y\":\"=&\"}"));
                default ->
                        MAPPER.getNodeFactory().stringNode(TEXTS.get(random.nextInt(TEXTS.size())));
            };
        }

        private String body() {
            return switch (random.nextInt(8)) {
                case 0 -> "not json {";
                case 1 -> "";
                case 2 -> pick("7", "\"lone \\u00e9\"", "null", "true", "[]", "[1, [2, \"x\"]]");
                case 3 -> "{\"a\": 1, \"a\": {\"b\": \"last\"}}";
                default ->
                        """
                        {"a": {"b": [1, {"c": "text"}, null], "c": "é \\"q\\" %s"},
                         "b": %s, "c": [{"a": 1.5}, "x", false]}
                        """
                                .formatted(
                                        "\u2028",
                                        pick("null", "\"s\"", "12", "{\"a\": {}}", "[[]]"));
            };
        }

        private String path() {
            StringBuilder path = new StringBuilder(pick("a", "b", "c", "0", "1", "z"));
            while (chance(2)) {
                path.append('.').append(pick("a", "b", "c", "0", "1", "2", "length"));
            }
            return path.toString();
        }

        private boolean chance(int outOf) {
            return random.nextInt(outOf) == 0;
        }

        private String pick(String... from) {
            return from[random.nextInt(from.length)];
        }
    }
}
