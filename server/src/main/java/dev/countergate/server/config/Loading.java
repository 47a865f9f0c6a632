package dev.countergate.server.config;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.server.yaml.Finding;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What came of loading a catalogue. */
public sealed interface Loading {
    /** What should be looked at, by file, line and column. */
    List<Finding> warnings();

    /** What the load looked at. */
    Origins origins();

    /**
     * A catalogue to be used.
     *
     * @param catalogue consistent in itself
     * @param snapshot to load the same again
     */
    record Loaded(Catalogue catalogue, List<Finding> warnings, Origins origins, Snapshot snapshot)
            implements Loading {
        public Loaded {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * No catalogue.
     *
     * @param faults every fault found, at least one, by file, line and column
     */
    record Faulty(List<Finding> faults, List<Finding> warnings, Origins origins)
            implements Loading {
        public Faulty {
            faults = List.copyOf(faults);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * What a load looked at: a change of any of it may change the outcome.
     *
     * @param files each with a hash of its content, or a mark that it could not be read
     * @param variables the environment variables it asked for, by name
     */
    record Origins(Map<Path, String> files, Set<String> variables) {
        public Origins {
            files = Map.copyOf(files);
            variables = Set.copyOf(variables);
        }
    }
}
