package dev.countergate.testing.capture;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A plain HTTP call, to compare ours with. */
public final class DirectCall {
    private final String origin;

    private DirectCall(String origin) {
        this.origin = origin;
    }

    /** Calls the server whose address {@code variable} holds. */
    public static DirectCall to(String variable) {
        return new DirectCall(Objects.requireNonNull(System.getenv(variable)));
    }

    /** The address. */
    public String origin() {
        return origin;
    }

    /** The JSON at {@code path}, brackets in which need no encoding. */
    public JsonNode get(String path) throws IOException {
        String encoded = path.replace("[", "%5B").replace("]", "%5D");
        try (InputStream body = URI.create(origin + encoded).toURL().openStream()) {
            return JsonMapper.shared().readTree(body);
        }
    }
}
