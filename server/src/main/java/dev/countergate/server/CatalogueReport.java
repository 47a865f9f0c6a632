package dev.countergate.server;

import dev.countergate.policy.catalogue.Catalogue;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What came of reading a catalogue, as a person is told.
 *
 * @param loaded the catalogue, or null when it has faults
 * @param faults every fault, each as {@code file:line:column: ...}
 * @param warnings what should be looked at, in the same form
 * @param variables the environment variables it names
 * @param files every file that was looked at: what it includes and what values come from too
 */
public record CatalogueReport(
        @Nullable Catalogue loaded,
        List<String> faults,
        List<String> warnings,
        Set<String> variables,
        Set<Path> files) {
    public CatalogueReport {
        files = Set.copyOf(files);
        faults = List.copyOf(faults);
        warnings = List.copyOf(warnings);
        variables = Set.copyOf(variables);
    }

    /** The catalogue, where it has no faults. */
    public Optional<Catalogue> catalogue() {
        return Optional.ofNullable(loaded);
    }
}
