package dev.countergate.server.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.server.config.Loading.Origins;
import dev.countergate.server.yaml.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Loads catalogues. A load reads files and asks for environment variables through its {@link Sources} and has no other
 * effect. Thread safe when its sources are.
 */
public final class CatalogueLoader {
    private final Sources sources;
    private final boolean lenient;

    /**
     * A loader.
     *
     * @param lenient whether unknown keys and unset variables are warnings, for files written for other programs
     */
    public CatalogueLoader(Sources sources, boolean lenient) {
        this.sources = sources;
        this.lenient = lenient;
    }

    /** The catalogue in {@code file} and what it includes, or every fault of it. Whatever the files hold, nothing is thrown. */
    public Loading load(Path file) {
        return load(file, sources, Map.of());
    }

    /**
     * The catalogue of a snapshot: its files are not looked at, and what shows of values from outside is as it was; secrets
     * are read anew.
     */
    public Loading load(Snapshot snapshot) {
        Sources kept =
                new Sources() {
                    @Override
                    public Optional<String> variable(String name) {
                        return sources.variable(name);
                    }

                    @Override
                    public byte[] read(Path file) throws IOException {
                        String text = snapshot.texts().get(file);
                        return text == null ? sources.read(file) : text.getBytes(UTF_8);
                    }

                    @Override
                    public boolean isFolder(Path path) {
                        return true; // it was one when this was accepted
                    }
                };
        return load(snapshot.catalogue(), kept, snapshot.shown());
    }

    private Loading load(Path file, Sources sources, Map<String, String> shown) {
        RecordedSources recorded = new RecordedSources(sources);
        Report report = new Report();
        CatalogueFiles files = new CatalogueFiles(recorded, report, lenient);
        RawCatalogue raw = files.read(file);
        CatalogueReader reader = new CatalogueReader(recorded, report, lenient, shown);
        Catalogue catalogue = reader.toValid(raw);
        Origins origins = new Origins(recorded.files(), recorded.variables());
        return report.hasFaults()
                ? new Loading.Faulty(report.faults(), report.warnings(), origins)
                : new Loading.Loaded(
                        catalogue,
                        report.warnings(),
                        origins,
                        new Snapshot(file, files.texts(), reader.shown()));
    }
}
