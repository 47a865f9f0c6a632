package dev.countergate.server;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.rule.Rules;
import dev.countergate.policy.rule.Vocabulary;
import dev.countergate.server.backend.Backends;
import dev.countergate.server.call.CallPipeline;
import dev.countergate.server.call.ResultPages;
import dev.countergate.server.call.Serving;
import dev.countergate.server.config.CatalogueLoader;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds all objects by constructor, top to bottom; nothing else knows all of them. */
public final class Wiring {
    private static final Logger LOG = LoggerFactory.getLogger(Wiring.class);

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

    /** Builds what a daemon serves. */
    public static Built daemon(
            DaemonSettings settings, boolean lenient, Map<String, String> environment) {
        CatalogueReport report = check(settings.catalogue(), lenient, environment);
        report.warnings()
                .forEach(line -> LOG.atWarn().addKeyValue("at", line).log("catalogue warning"));
        return report.catalogue()
                .<Built>map(
                        catalogue ->
                                new Built.Ready(
                                        new AgentService(
                                                pipeline(catalogue), report.variables(), () -> {}),
                                        Map.of()))
                .orElseGet(() -> new Built.Faulty(report.faults()));
    }

    private static CallPipeline pipeline(Catalogue catalogue) {
        if (!(Rules.compile(catalogue.policy(), Vocabulary.of(catalogue.tools()))
                instanceof Checked.Valid<Rules>(Rules rules))) {
            throw new IllegalStateException("the loader has compiled these rules already");
        }
        return new CallPipeline(
                new Serving(1, catalogue, rules, backends()),
                new ResultPages(new SecureRandom(), System::nanoTime),
                Clock.systemUTC(),
                System::nanoTime);
    }

    private static Backends backends() {
        throw new UnsupportedOperationException("no backend is wired yet");
    }

    private static Loading load(Path catalogue, boolean lenient, Map<String, String> environment) {
        return new CatalogueLoader(Sources.of(environment::get), lenient).load(catalogue);
    }

    private static List<String> text(List<Finding> findings) {
        return findings.stream().map(Finding::text).toList();
    }
}
