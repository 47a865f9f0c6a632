package dev.countergate.server.cli;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.relay.ExitCode;
import dev.countergate.server.CatalogueReport;
import dev.countergate.server.Wiring;
import dev.countergate.server.decisions.CaseFile;
import dev.countergate.server.decisions.DecisionCase;
import dev.countergate.server.decisions.Trial;
import dev.countergate.server.yaml.Finding;
import dev.countergate.server.yaml.Report;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        name = "test",
        description = {
            "Decides the calls of a file and compares with what it expects.",
            "One line a case. Asks no daemon, no backend and no store; what those would say is part",
            "of a case."
        },
        footer = {
            "",
            "Each of `cases`: name, call, expect (permit, approve, forbid or invalid); optional"
                    + " args,",
            "as (unix:NAME or token:NAME), person, at (a quoted time), mode, frozen (the reason),",
            "attempts, targets, and of the decision approvals, rule (\"\" for none) and code.",
            "",
            "Exit code 1 when a case is decided otherwise, 3 when a file has faults. With --json:",
            "{file, catalogue, passed, failed, cases}, each case {name, line, passed, expected,"
                    + " decided}.",
            "",
            "  $ countergate policy test policy-tests.yaml"
        })
final class PolicyTestCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "FILE", description = "the cases")
    private Path file = Path.of("");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "the catalogue (the one the file names, else $$COUNTERGATE_CONFIG, else"
                            + " ./tools.yaml, else ~/.config/countergate/tools.yaml)")
    private @Nullable Path config;

    @Option(names = "--lenient", description = "unknown keys and unset variables are warnings")
    private boolean lenient;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    PolicyTestCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Path cases = console.directory().resolve(file).normalize();
        String text;
        try {
            text = Files.readString(cases);
        } catch (CharacterCodingException notText) {
            return invalid(List.of(cases + ":1:1: is not text in UTF-8: save it as UTF-8"));
        } catch (IOException unreadable) {
            return invalid(List.of(cases + ":1:1: cannot be read: mend its path or its mode"));
        }
        Report report = new Report();
        Optional<CaseFile> parsed = CaseFile.parse(cases.toString(), text, report);
        if (parsed.isEmpty()) {
            return invalid(report.faults().stream().map(Finding::text).toList());
        }
        Path chosen = catalogue(cases, parsed.get());
        CatalogueReport loading = Wiring.check(chosen, lenient, console.environment());
        Catalogue catalogue = loading.loaded();
        if (catalogue == null) {
            return invalid(loading.faults());
        }
        List<DecisionCase> all = parsed.get().cases(catalogue, report);
        return report.hasFaults()
                ? invalid(report.faults().stream().map(Finding::text).toList())
                : run(cases, chosen, new Trial(catalogue), all);
    }

    private Path catalogue(Path cases, CaseFile parsed) {
        return config == null
                ? parsed.catalogue()
                        .map(named -> cases.resolveSibling(named).normalize())
                        .orElseGet(() -> Place.choose(null, console))
                : Place.choose(config, console);
    }

    private int invalid(List<String> faults) {
        faults.forEach(console.err()::println);
        return ExitCode.INVALID_CONFIGURATION;
    }

    private int run(Path cases, Path catalogue, Trial trial, List<DecisionCase> all) {
        ArrayNode results = JsonNodeFactory.instance.arrayNode();
        int passed = 0;
        for (DecisionCase each : all) {
            Checked<Trial.Answer> decided = trial.ask(each.question());
            boolean isMet = each.expected().isMetBy(decided);
            passed += isMet ? 1 : 0;
            results.addObject()
                    .put("name", each.name())
                    .put("line", each.line())
                    .put("passed", isMet)
                    .put("expected", each.expected().words())
                    .set("decided", ShownDecision.json(decided));
            if (!json) {
                console.print(
                        isMet
                                ? "ok    " + each.name()
                                : "FAIL  "
                                        + each.name()
                                        + " (line "
                                        + each.line()
                                        + "): expected "
                                        + each.expected().words()
                                        + ", decided "
                                        + ShownDecision.words(decided));
            }
        }
        int failed = all.size() - passed;
        if (json) {
            ObjectNode summary = JsonNodeFactory.instance.objectNode();
            summary.put("file", cases.toString());
            summary.put("catalogue", catalogue.toString());
            summary.put("passed", passed);
            summary.put("failed", failed);
            summary.set("cases", results);
            console.print(summary);
        } else {
            console.print(passed + " passed, " + failed + " failed");
        }
        return failed == 0 ? ExitCode.DONE : ExitCode.FAILED;
    }
}
