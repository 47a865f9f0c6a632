package dev.countergate.server.backend.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The reference of the mcp-http-tools format, in a Node process of its own. */
final class MhtReference implements AutoCloseable {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Process node;
    private final BufferedWriter calls;
    private final BufferedReader results;

    private MhtReference(Process node) {
        this.node = node;
        this.calls = node.outputWriter(UTF_8);
        this.results = node.inputReader(UTF_8);
    }

    static boolean isAvailable() {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, "node"))) {
                return true;
            }
        }
        return false;
    }

    static MhtReference start(Path folder) throws IOException {
        Path script = folder.resolve("reference.mjs");
        try (var source = MhtReference.class.getResourceAsStream("/mht-reference/reference.mjs")) {
            if (source == null) {
                throw new IllegalStateException("the reference is not on the class path");
            }
            Files.copy(source, script);
        }
        return new MhtReference(
                new ProcessBuilder(List.of("node", script.toString()))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
    }

    /** What the reference answers: {@code text} and {@code isError}. */
    JsonNode call(JsonNode tool, JsonNode arguments, ObjectNode environment) throws IOException {
        ObjectNode call = MAPPER.createObjectNode();
        call.set("tool", tool);
        call.set("args", arguments);
        call.set("env", environment);
        calls.write(call.toString());
        calls.newLine();
        calls.flush();
        return MAPPER.readTree(results.readLine());
    }

    @Override
    public void close() throws IOException {
        calls.close();
        node.destroy();
    }
}
