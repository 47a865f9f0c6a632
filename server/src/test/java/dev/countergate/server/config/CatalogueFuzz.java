package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.server.yaml.Finding;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Whatever a catalogue's file holds, its faults have their places; one that loads is loaded alike from what is kept of it. */
public final class CatalogueFuzz {
    private static final Path FILE = Path.of("/c.yaml");

    private CatalogueFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        CatalogueLoader loader = new CatalogueLoader(holding(input), false);
        switch (loader.load(FILE)) {
            case Loading.Faulty faulty -> {
                assertThat(faulty.faults()).isNotEmpty();
                assertPlaced(faulty.faults());
                assertPlaced(faulty.warnings());
            }
            case Loading.Loaded loaded -> {
                assertPlaced(loaded.warnings());
                Snapshot kept;
                try {
                    kept = Snapshot.parse(loaded.snapshot().json());
                } catch (IOException broken) {
                    throw new AssertionError("what is kept cannot be read", broken);
                }
                assertThat(kept).isEqualTo(loaded.snapshot());
                assertThat(loader.load(kept))
                        .isInstanceOfSatisfying(
                                Loading.Loaded.class,
                                again ->
                                        assertThat(again.catalogue().digest())
                                                .isEqualTo(loaded.catalogue().digest()));
            }
        }
    }

    private static void assertPlaced(List<Finding> findings) {
        for (Finding finding : findings) {
            assertThat(finding.text()).matches("/c\\.yaml:[0-9]+:[0-9]+: [^\\n\\r]*");
        }
    }

    private static Sources holding(byte[] file) {
        return new Sources() {
            @Override
            public Optional<String> variable(String name) {
                return name.startsWith("SET") ? Optional.of("http://set") : Optional.empty();
            }

            @Override
            public byte[] read(Path path) throws IOException {
                if (path.equals(FILE)) {
                    return file;
                }
                throw new NoSuchFileException(path.toString());
            }

            @Override
            public boolean isFolder(Path path) {
                return false;
            }
        };
    }
}
