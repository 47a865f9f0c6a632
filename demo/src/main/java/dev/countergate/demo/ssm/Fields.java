package dev.countergate.demo.ssm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The members of a request's JSON object, read with the service's own kind of complaint. */
record Fields(JsonNode object) {
    Fields {
        if (!object.isObject()) {
            throw ApiException.of("SerializationException", "the request is not a JSON object");
        }
    }

    static Fields parse(String body) {
        try {
            return new Fields(JsonMapper.shared().readTree(body.isEmpty() ? "{}" : body));
        } catch (JacksonException e) {
            throw ApiException.of("SerializationException", "the request is not JSON");
        }
    }

    Optional<String> text(String name) {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isString()) {
            throw ApiException.of("SerializationException", "`" + name + "` is not a string");
        }
        return Optional.of(value.stringValue());
    }

    String needText(String name) {
        return text(name).orElseThrow(() -> ApiException.validation(name, "null", "not be null"));
    }

    int integer(String name, int min, int max, int otherwise) {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isInt() || value.intValue() < min) {
            throw ApiException.validation(
                    name, value.toString(), "have value greater than or equal to " + min);
        }
        if (value.intValue() > max) {
            throw ApiException.validation(
                    name, value.toString(), "have value less than or equal to " + max);
        }
        return value.intValue();
    }

    boolean flag(String name) {
        return object.path(name).asBoolean(false);
    }

    /** A list of at most {@code most} strings; empty when the member is absent. */
    List<String> texts(String name, int most) {
        JsonNode value = object.path(name);
        if (value.size() > most) {
            throw ApiException.validation(
                    name, value.toString(), "have length less than or equal to " + most);
        }
        return strings(value);
    }

    /** A map of strings to string lists, as every {@code Parameters} member is. */
    Map<String, List<String>> textLists(String name) {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        object.path(name)
                .properties()
                .forEach(
                        entry -> {
                            if (!entry.getValue().isArray()) {
                                throw ApiException.of(
                                        "SerializationException",
                                        "`" + entry.getKey() + "` is not a list");
                            }
                            lists.put(entry.getKey(), strings(entry.getValue()));
                        });
        return lists;
    }

    List<Fields> objects(String name, int most) {
        JsonNode value = object.path(name);
        if (value.size() > most) {
            throw ApiException.validation(
                    name, value.toString(), "have length less than or equal to " + most);
        }
        List<Fields> members = new ArrayList<>();
        value.forEach(member -> members.add(new Fields(member)));
        return List.copyOf(members);
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(member -> strings.add(member.asString()));
        return List.copyOf(strings);
    }
}
