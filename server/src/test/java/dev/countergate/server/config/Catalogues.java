package dev.countergate.server.config;

import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.server.yaml.Finding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Loads catalogues that exist in memory only. */
final class Catalogues {
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, String> variables = new LinkedHashMap<>();
    private final Set<Path> folders = new HashSet<>();
    private boolean lenient;

    static Catalogues of(String yaml) {
        return new Catalogues().file("c.yaml", yaml);
    }

    Catalogues file(String name, String text) {
        files.put(name, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    Catalogues file(String name, byte[] bytes) {
        files.put(name, bytes);
        return this;
    }

    Catalogues folder(String name) {
        folders.add(Path.of(name));
        return this;
    }

    Catalogues variable(String name, String value) {
        variables.put(name, value);
        return this;
    }

    Catalogues lenient() {
        lenient = true;
        return this;
    }

    Loading load() {
        Sources sources =
                new Sources() {
                    @Override
                    public Optional<String> variable(String name) {
                        return Optional.ofNullable(variables.get(name));
                    }

                    @Override
                    public byte[] read(Path file) throws IOException {
                        byte[] bytes = files.get(file.normalize().toString());
                        if (bytes == null) {
                            throw new NoSuchFileException(file.toString());
                        }
                        return bytes;
                    }

                    @Override
                    public boolean isFolder(Path path) {
                        return folders.contains(path.normalize());
                    }
                };
        return new CatalogueLoader(sources, lenient).load(Path.of("c.yaml"));
    }

    /** The catalogue, which has no faults. */
    Catalogue catalogue() {
        return switch (load()) {
            case Loading.Loaded loaded -> loaded.catalogue();
            case Loading.Faulty faulty ->
                    throw new AssertionError(String.join("\n", texts(faulty.faults())));
        };
    }

    Tool tool(String name) {
        return catalogue().find(new ToolName(name)).orElseThrow();
    }

    List<String> faults() {
        return switch (load()) {
            case Loading.Loaded loaded -> List.of();
            case Loading.Faulty faulty -> texts(faulty.faults());
        };
    }

    List<String> warnings() {
        return texts(load().warnings());
    }

    private static List<String> texts(List<Finding> findings) {
        return findings.stream().map(Finding::text).toList();
    }
}
