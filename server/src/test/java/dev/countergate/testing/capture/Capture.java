package dev.countergate.testing.capture;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One recorded exchange.
 *
 * @param product whose, with its version: a folder's name
 * @param file the answer's file in it
 * @param path of the request, without its query
 * @param query the request's, encoded; may be empty
 * @param form the request's body, encoded; may be empty
 * @param contentType the answer's, or null
 */
public record Capture(
        String product,
        String file,
        String method,
        String path,
        String query,
        String form,
        Map<String, String> headers,
        int status,
        @Nullable String contentType) {
    /** Every product recorded. */
    public static final List<String> PRODUCTS =
            List.of(
                    "alertmanager-0.25.0",
                    "alertmanager-0.33.1",
                    "loki-3.7.6",
                    "loki-3.7.6-tenants",
                    "prometheus-2.42.0",
                    "prometheus-3.5.3");

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    /** All of a product. */
    public static List<Capture> all(String product) {
        List<Capture> captures = new ArrayList<>();
        for (JsonNode entry : lines(product + "/index.jsonl")) {
            String[] target = entry.get("path").stringValue().split("\\?", 2);
            Map<String, String> headers = new LinkedHashMap<>();
            entry.path("headers")
                    .properties()
                    .forEach(header -> headers.put(header.getKey(), header.getValue().asString()));
            captures.add(
                    new Capture(
                            product,
                            entry.get("file").stringValue(),
                            entry.get("method").stringValue(),
                            target[0],
                            target.length == 1 ? "" : target[1],
                            entry.path("body").asString(""),
                            headers,
                            entry.get("status").intValue(),
                            entry.get("type").isNull() ? null : entry.get("type").stringValue()));
        }
        return captures;
    }

    /** All of all products. */
    public static List<Capture> all() {
        return PRODUCTS.stream().flatMap(product -> all(product).stream()).toList();
    }

    /** The one of that name, which must exist. */
    public static Capture of(String product, String file) {
        return all(product).stream()
                .filter(each -> each.file().equals(file))
                .findFirst()
                .orElseThrow();
    }

    /** The answer's body. */
    public byte[] body() {
        return bytes(product + "/" + file);
    }

    /** What it means, read by another program: {@code kind} and {@code rows}. */
    public JsonNode expectation() {
        return lines("expectations.jsonl").stream()
                .filter(each -> each.get("capture").stringValue().equals(product + "/" + file))
                .findFirst()
                .orElseThrow();
    }

    /** The query's parameters, decoded, in order. */
    public Map<String, List<String>> queryParameters() {
        return parameters(query);
    }

    /** The form's, likewise. */
    public Map<String, List<String>> formParameters() {
        return parameters(form);
    }

    /** The first value of a parameter in query or form, which must be there. */
    public String parameter(String name) {
        List<String> values = parameters(query.isEmpty() ? form : query).get(name);
        if (values == null) {
            throw new IllegalArgumentException("no " + name + " in " + this);
        }
        return values.getFirst();
    }

    private static Map<String, List<String>> parameters(String encoded) {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        if (!encoded.isEmpty()) {
            for (String pair : encoded.split("&", -1)) {
                String[] parts = pair.split("=", 2);
                parameters
                        .computeIfAbsent(decoded(parts[0]), name -> new ArrayList<>())
                        .add(decoded(parts[1]));
            }
        }
        return parameters;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static List<JsonNode> lines(String resource) {
        return new String(bytes(resource), StandardCharsets.UTF_8)
                .lines()
                .map(JSON::readTree)
                .toList();
    }

    private static byte[] bytes(String resource) {
        try (InputStream stream = Capture.class.getResourceAsStream("/captures/" + resource)) {
            if (stream == null) {
                throw new IllegalArgumentException("no capture " + resource);
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return product + "/" + file;
    }
}
