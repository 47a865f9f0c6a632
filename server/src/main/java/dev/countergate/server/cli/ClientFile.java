package dev.countergate.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON file in which an MCP client keeps its servers. Everything in it but the one entry is kept, the file before is
 * kept beside it, and a file that is not understood whole is not touched.
 */
final class ClientFile {
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .build();

    private ClientFile() {}

    /**
     * Puts {@code entry} under {@code section} and {@code name}.
     *
     * @return where the file before is kept, or null when there was none
     * @throws IOException when the file is not a JSON object, or cannot be written; it is then as it was
     */
    static @Nullable Path put(Path file, String section, String name, ObjectNode entry)
            throws IOException {
        Path real = Files.exists(file) ? file.toRealPath() : file;
        ObjectNode root = read(real);
        if (!(root.get(section) instanceof ObjectNode) && root.has(section)) {
            throw new IOException(
                    "`" + section + "` in `" + file + "` is not an object: mend it first");
        }
        root.withObject("/" + section).set(name, entry);
        Path folder = Objects.requireNonNull(real.toAbsolutePath().getParent());
        Files.createDirectories(folder);
        Path backup = null;
        Set<PosixFilePermission> mode = PosixFilePermissions.fromString("rw-------");
        if (Files.exists(real)) {
            mode = Files.getPosixFilePermissions(real);
            backup = real.resolveSibling(real.getFileName() + ".before-countergate");
            Files.copy(
                    real,
                    backup,
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.COPY_ATTRIBUTES);
        }
        Path fresh = Files.createTempFile(folder, "." + real.getFileName(), ".new");
        try {
            Files.writeString(fresh, JSON.writeValueAsString(root) + "\n");
            Files.setPosixFilePermissions(fresh, mode);
            Files.move(fresh, real, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
        return backup;
    }

    private static ObjectNode read(Path file) throws IOException {
        try {
            String text = Files.readString(file);
            JsonNode root =
                    text.isBlank() ? JsonNodeFactory.instance.objectNode() : JSON.readTree(text);
            if (root instanceof ObjectNode object) {
                return object;
            }
            throw new IOException(
                    "`" + file + "` is not a JSON object: mend it, or leave out --write");
        } catch (NoSuchFileException none) {
            return JsonNodeFactory.instance.objectNode();
        } catch (JacksonException broken) {
            throw new IOException(
                    "`"
                            + file
                            + "` is not plain JSON (line "
                            + broken.getLocation().getLineNr()
                            + "), so it is left as it is: mend it, or leave out --write and paste the"
                            + " entry",
                    broken);
        }
    }
}
