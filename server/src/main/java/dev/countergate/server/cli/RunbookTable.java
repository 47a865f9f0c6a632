package dev.countergate.server.cli;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.secret.Redactor;
import dev.countergate.server.call.ResourceService.Resource;
import dev.countergate.server.runbook.Runbooks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;

/**
 * The runbooks that agents see by a catalogue.
 *
 * @param folder where they lie
 */
record RunbookTable(String folder, Runbooks.Listing listing) {
    /** Empty where the catalogue names no folder. */
    static Optional<RunbookTable> of(Catalogue catalogue) {
        return catalogue
                .runbooks()
                .map(
                        folder ->
                                new RunbookTable(
                                        folder,
                                        new Runbooks(
                                                        () -> Optional.of(Path.of(folder)),
                                                        () -> Redactor.of(catalogue.secrets()),
                                                        (caller, uri) -> {},
                                                        System::nanoTime)
                                                .listing()));
    }

    /** What lies in the folder and is not served. */
    List<String> warnings() {
        return listing.leftOut().stream().map(reason -> folder + ": left out: " + reason).toList();
    }

    void print(Console console) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("RUNBOOK", "TITLE"));
        for (Resource runbook : listing.runbooks()) {
            rows.add(List.of(runbook.name(), runbook.title()));
        }
        console.print("");
        console.table(rows);
    }

    void addTo(ArrayNode all) {
        for (Resource runbook : listing.runbooks()) {
            all.addObject()
                    .put("uri", runbook.uri())
                    .put("title", runbook.title())
                    .put("bytes", runbook.bytes());
        }
    }
}
