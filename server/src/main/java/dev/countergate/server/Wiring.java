package dev.countergate.server;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.server.config.CatalogueLoader;
import dev.countergate.server.config.CatalogueSchema;
import dev.countergate.server.config.Loading;
import dev.countergate.server.config.Sources;
import dev.countergate.server.daemon.DaemonProcess.Built;
import dev.countergate.server.daemon.DaemonSettings;
import dev.countergate.server.yaml.Finding;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Builds all objects by constructor, top to bottom; nothing else knows all of them. */
public final class Wiring {
    private Wiring() {}

    /** Reads a catalogue without serving it. */
    public static CatalogueReport check(
            Path catalogue, boolean lenient, Map<String, String> environment) {
        return switch (load(catalogue, lenient, environment)) {
            case Loading.Loaded(
                            Catalogue loaded,
                            List<Finding> warnings,
                            Loading.Origins origins) ->
                    new CatalogueReport(loaded, List.of(), text(warnings), origins.variables());
            case Loading.Faulty(
                            List<Finding> faults,
                            List<Finding> warnings,
                            Loading.Origins origins) ->
                    new CatalogueReport(null, text(faults), text(warnings), origins.variables());
        };
    }

    /** The JSON Schema of a catalogue file. */
    public static JsonNode schema() {
        return CatalogueSchema.json();
    }

    /** Builds what a daemon serves. */
    public static Built daemon(
            DaemonSettings settings, boolean lenient, Map<String, String> environment) {
        Sources sources = Sources.of(environment::get);
        CatalogueLoader loader = new CatalogueLoader(sources, lenient);
        return switch (loader.load(settings.catalogue())) {
            case Loading.Faulty faulty -> new Built.Faulty(text(faulty.faults()));
            case Loading.Loaded first -> {
                ServedCatalogue served =
                        new ServedCatalogue(
                                settings.catalogue(),
                                loader,
                                sources,
                                first,
                                new SecureRandom(),
                                Clock.systemUTC(),
                                System::nanoTime);
                yield new Built.Ready(new AgentService(served), Map.of());
            }
        };
    }

    private static Loading load(Path catalogue, boolean lenient, Map<String, String> environment) {
        return new CatalogueLoader(Sources.of(environment::get), lenient).load(catalogue);
    }

    private static List<String> text(List<Finding> findings) {
        return findings.stream().map(Finding::text).toList();
    }
}
