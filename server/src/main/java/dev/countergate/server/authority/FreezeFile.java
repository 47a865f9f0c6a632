package dev.countergate.server.authority;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.token.UtcTime;
import dev.countergate.policy.token.WideningCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file that stops what is sent as long as it is there: {@code {"version": 1, "frozen": [{"environment"?, "reason",
 * "since", "by"}]}}. Whatever else lies there freezes everything: an empty file made in haste, a damaged one, a directory.
 */
public final class FreezeFile {
    private static final int BYTES_MAX = 1 << 20;
    private static final JsonMapper JSON = new JsonMapper();

    private final Path path;

    /** The file at {@code path}, which need not be there. */
    public FreezeFile(Path path) {
        this.path = path;
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** What it freezes; empty only when it is certain that there is none. */
    public List<Freeze> read() {
        // notExists is false when nobody can tell.
        if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try {
            if (Files.size(path) > BYTES_MAX) {
                return List.of(unreadable("it is larger than " + BYTES_MAX + " bytes"));
            }
            List<Freeze> read = read(JSON.readTree(Files.readAllBytes(path)));
            return read.isEmpty() ? List.of(unreadable("it is not in this program's form")) : read;
        } catch (JacksonException malformed) {
            return List.of(unreadable("it is not JSON"));
        } catch (IOException failed) {
            // It may have been lifted between the two looks.
            return Files.notExists(path, LinkOption.NOFOLLOW_LINKS)
                    ? List.of()
                    : List.of(unreadable("it cannot be read"));
        }
    }

    /** Every entry, or none when one of them is malformed. */
    private static List<Freeze> read(JsonNode file) {
        List<Freeze> read = new ArrayList<>();
        for (JsonNode each : file.path("frozen")) {
            @Nullable String environment =
                    each.has("environment") ? text(each, "environment") : null;
            String reason = text(each, "reason");
            Optional<Instant> since = UtcTime.parse(text(each, "since"));
            String by = text(each, "by");
            boolean isWhole =
                    (environment == null || WideningCommand.isText(environment))
                            && WideningCommand.isText(reason)
                            && WideningCommand.isText(by);
            if (!isWhole || since.isEmpty()) {
                return List.of();
            }
            read.add(new Freeze(environment, reason, since.get(), by));
        }
        return file.path("version").asInt(0) == 1 ? read : List.of();
    }

    private static String text(JsonNode entry, String name) {
        return entry.path(name).isString() ? entry.path(name).stringValue() : "";
    }

    private Freeze unreadable(String why) {
        Instant since = Instant.EPOCH;
        try {
            Instant changed =
                    Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS)
                            .toInstant()
                            .truncatedTo(ChronoUnit.MILLIS);
            since = UtcTime.isExact(changed) ? changed : since;
        } catch (IOException unknown) {
            // It is frozen all the same.
        }
        return new Freeze(null, "`" + path + "` is there, and " + why, since, "somebody");
    }

    /**
     * Makes it freeze {@code frozen}, nothing when that is empty; on disk when this returns.
     *
     * @throws IOException when it cannot be written; it then freezes what it did before
     */
    public void write(List<Freeze> frozen) throws IOException {
        if (frozen.isEmpty()) {
            DurableFile.remove(path);
            return;
        }
        ObjectNode file = JsonNodeFactory.instance.objectNode();
        file.put("version", 1);
        ArrayNode all = file.putArray("frozen");
        for (Freeze each : frozen) {
            ObjectNode entry = all.addObject();
            if (each.environment() != null) {
                entry.put("environment", each.environment());
            }
            entry.put("reason", each.reason());
            entry.put("since", UtcTime.text(each.since()));
            entry.put("by", each.by());
        }
        DurableFile.replace(path, new String(JSON.writeValueAsBytes(file), UTF_8) + "\n");
    }
}
