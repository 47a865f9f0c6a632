package dev.countergate.server.config;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.server.config.Loading.Origins;
import dev.countergate.server.yaml.Report;
import java.nio.file.Path;

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
        RecordedSources recorded = new RecordedSources(sources);
        Report report = new Report();
        RawCatalogue raw = new CatalogueFiles(recorded, report, lenient).read(file);
        Catalogue catalogue = new CatalogueReader(recorded, report, lenient).toValid(raw);
        Origins origins = new Origins(recorded.files(), recorded.variables());
        return report.hasFaults()
                ? new Loading.Faulty(report.faults(), report.warnings(), origins)
                : new Loading.Loaded(catalogue, report.warnings(), origins);
    }
}
