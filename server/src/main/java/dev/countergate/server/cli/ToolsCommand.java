package dev.countergate.server.cli;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.relay.ExitCode;
import dev.countergate.server.CatalogueReport;
import dev.countergate.server.Wiring;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "tools",
        description =
                "Lists the tools of the catalogue: what each does to the world, and what guards it.",
        footer = {
            "",
            "With --json: an array of {name, effect, guard, description}.",
            "",
            "  $ countergate tools --config ~/ops/tools.yaml"
        })
final class ToolsCommand implements Callable<Integer> {
    private final Console console;

    @Mixin private Place place = new Place();

    @Option(names = "--lenient", description = "unknown keys and unset variables are warnings")
    private boolean lenient;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    ToolsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        CatalogueReport report =
                Wiring.check(place.catalogue(console), lenient, console.environment());
        Optional<Catalogue> catalogue = report.catalogue();
        if (catalogue.isEmpty()) {
            report.faults().forEach(console.err()::println);
            return ExitCode.INVALID_CONFIGURATION;
        }
        if (json) {
            console.print(ToolTable.json(catalogue.get()));
        } else {
            ToolTable.print(catalogue.get(), console);
        }
        return ExitCode.DONE;
    }
}
