package dev.countergate.server.cli;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.relay.ExitCode;
import dev.countergate.server.CatalogueReport;
import dev.countergate.server.Wiring;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "check",
        description = {
            "Reads a catalogue without serving it: its faults, its warnings, what its tools do.",
            "Each fault and warning stands with its place, one a line."
        },
        footer = {
            "",
            "Exit code 3 when there are faults. With --json: {file, faults, warnings, tools,"
                    + " rules,",
            "principals, runbooks}, tools as `tools --json` has them, each rule as {id, then,"
                    + " tools}: those",
            "it can match, principals as `token list --json` has them, each runbook as {uri, title,"
                    + " bytes}.",
            "",
            "  $ countergate check tools.yaml",
            "  $ countergate check --schema > tools.schema.json"
        })
final class CheckCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description =
                    "the catalogue ($$COUNTERGATE_CONFIG, else ./tools.yaml, else"
                            + " ~/.config/countergate/tools.yaml)")
    private @Nullable Path file;

    @Option(names = "--lenient", description = "unknown keys and unset variables are warnings")
    private boolean lenient;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    @Option(
            names = "--schema",
            description = "print the JSON Schema of a catalogue file, for editors; reads no file")
    private boolean schema;

    CheckCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (schema) {
            console.print(Wiring.schema());
            return ExitCode.DONE;
        }
        Path chosen = Place.choose(file, console);
        CatalogueReport report = Wiring.check(chosen, lenient, console.environment());
        Optional<Catalogue> catalogue = report.catalogue();
        Optional<RunbookTable> runbooks = catalogue.flatMap(RunbookTable::of);
        if (json) {
            ObjectNode all = JsonNodeFactory.instance.objectNode();
            all.put("file", chosen.toString());
            report.faults().forEach(all.putArray("faults")::add);
            ArrayNode warnings = all.putArray("warnings");
            report.warnings().forEach(warnings::add);
            runbooks.ifPresent(table -> table.warnings().forEach(warnings::add));
            catalogue.ifPresentOrElse(
                    found -> {
                        all.set("tools", ToolTable.json(found));
                        all.set("rules", RuleTable.json(found));
                        all.set("principals", PrincipalTable.json(found, found.principals().all()));
                    },
                    () -> {
                        all.putArray("tools");
                        all.putArray("rules");
                        all.putArray("principals");
                    });
            ArrayNode found = all.putArray("runbooks");
            runbooks.ifPresent(table -> table.addTo(found));
            console.print(all);
        } else {
            report.faults().forEach(console.err()::println);
            report.warnings().forEach(line -> console.err().println("warning: " + line));
            runbooks.ifPresent(
                    table ->
                            table.warnings()
                                    .forEach(line -> console.err().println("warning: " + line)));
            catalogue.ifPresent(
                    found -> {
                        ToolTable.print(found, console);
                        RuleTable.print(found, console);
                        if (!found.principals().all().isEmpty()) {
                            console.print("");
                            console.table(PrincipalTable.rows(found, found.principals().all()));
                        }
                    });
            runbooks.ifPresent(table -> table.print(console));
        }
        return catalogue.isPresent() ? ExitCode.DONE : ExitCode.INVALID_CONFIGURATION;
    }
}
