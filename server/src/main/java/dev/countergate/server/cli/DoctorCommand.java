package dev.countergate.server.cli;

import dev.countergate.relay.EnvironmentRecord;
import dev.countergate.relay.ExitCode;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.CatalogueReport;
import dev.countergate.server.Version;
import dev.countergate.server.Wiring;
import dev.countergate.server.audit.AuditFile.Verdict;
import dev.countergate.server.audit.StoredLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

@Command(
        name = "doctor",
        description = {
            "Names every unsafe or broken thing about this set-up, each with what mends it, and"
                    + " the",
            "separation level."
        },
        footer = {
            "",
            "Exit code 1 when something is unsafe or broken. With --json: {separation, checks}, an",
            "array of {check, state, detail, mend}, state one of ok, note, problem.",
            "",
            "  $ countergate doctor --config ~/ops/tools.yaml"
        })
final class DoctorCommand implements Callable<Integer> {
    private final Console console;

    @Mixin private Place place = new Place();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    DoctorCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        StateDirectory state = place.state(console);
        Optional<JsonNode> status = OperatorClient.status(state);
        List<Diagnosis> found = new ArrayList<>();
        found.addAll(InstallationCheck.of(console));
        found.addAll(FileModeCheck.of(state));
        found.addAll(daemon(state, status));
        found.addAll(AuthorityCheck.of(state, status, console.environment(), Instant.now()));
        log(state).ifPresent(found::add);
        found.addAll(troubles(state, status));
        found.addAll(catalogue(place.catalogue(console)));
        if (json) {
            ArrayNode checks = JsonNodeFactory.instance.arrayNode();
            for (Diagnosis each : found) {
                checks.addObject()
                        .put("check", each.check())
                        .put("state", each.state().name().toLowerCase(Locale.ROOT))
                        .put("detail", each.detail())
                        .put("mend", each.mend());
            }
            console.print(
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("separation", AuthorityCheck.separation(status))
                            .set("checks", checks));
        } else {
            List<List<String>> rows = new ArrayList<>();
            for (Diagnosis each : found) {
                String text =
                        each.mend().isEmpty() ? each.detail() : each.detail() + ": " + each.mend();
                rows.add(List.of(each.state().name().toLowerCase(Locale.ROOT), each.check(), text));
            }
            console.table(rows);
            console.print("");
            console.print("separation " + AuthorityCheck.separation(status));
        }
        boolean problem = found.stream().anyMatch(each -> each.state() == Diagnosis.State.PROBLEM);
        return problem ? ExitCode.FAILED : ExitCode.DONE;
    }

    private List<Diagnosis> daemon(StateDirectory state, Optional<JsonNode> status) {
        if (status.isEmpty()) {
            return List.of(
                    Diagnosis.note(
                            "daemon",
                            "none runs in `" + state.path() + "`",
                            "an agent's relay starts one, and so does `countergate serve`"));
        }
        List<Diagnosis> found = new ArrayList<>();
        String version = status.get().path("version").asString("");
        String pid = status.get().path("pid").asString();
        if (version.equals(Version.TEXT)) {
            found.add(Diagnosis.ok("daemon", "process " + pid + ", version " + version));
        } else {
            found.add(
                    Diagnosis.problem(
                            "daemon",
                            String.format(
                                    Locale.ROOT,
                                    "process %s is version %s, this command is %s",
                                    pid,
                                    version,
                                    Version.TEXT),
                            "`countergate stop`; the next call starts the new one"));
        }
        List<String> differing =
                EnvironmentRecord.differences(state.environmentRecord(), console.environment());
        if (!differing.isEmpty()) {
            found.add(
                    Diagnosis.problem(
                            "environment",
                            "the daemon has another value of " + String.join(", ", differing),
                            "`countergate stop`, then start it from here"));
        }
        return found;
    }

    private static Optional<Diagnosis> log(StateDirectory state) {
        return StoredLog.verify(state.path())
                .map(
                        verdict ->
                                switch (verdict) {
                                    case Verdict.Good(long size) ->
                                            Diagnosis.ok("log", size + " leaves, all as signed");
                                    case Verdict.Tampered(long first, long last, String why) ->
                                            Diagnosis.problem(
                                                    "log",
                                                    "tampered with from leaf " + first + ": " + why,
                                                    "keep the state directory as it is, and find"
                                                            + " out who wrote to it");
                                    case Verdict.CannotTell(long size, String why) ->
                                            Diagnosis.problem(
                                                    "log",
                                                    why,
                                                    "restore the state directory's files");
                                });
    }

    private List<Diagnosis> troubles(StateDirectory state, Optional<JsonNode> status) {
        List<Diagnosis> found = new ArrayList<>();
        status.map(told -> told.path("log_trouble").asString(""))
                .filter(trouble -> !trouble.isEmpty())
                .ifPresent(
                        trouble ->
                                found.add(
                                        Diagnosis.problem(
                                                "log",
                                                "cannot be written, so writes are refused: "
                                                        + trouble,
                                                "")));
        status.ifPresent(
                told ->
                        told.path("unreadable_proposals")
                                .forEach(
                                        id ->
                                                found.add(
                                                        Diagnosis.problem(
                                                                "store",
                                                                "proposal `"
                                                                        + id.asString()
                                                                        + "` was changed in the store and is left out",
                                                                "keep the state directory as it is, and find"
                                                                        + " out who wrote to it; the log has the"
                                                                        + " proposal as it was made"))));
        for (Path head : Wiring.headsOfLostLogs(state, console.environment())) {
            found.add(
                    Diagnosis.problem(
                            "log",
                            "a log was here and is gone; its last checkpoint is `" + head + "`",
                            "find out who removed the state directory, then remove that file"));
        }
        return found;
    }

    private List<Diagnosis> catalogue(Path file) {
        if (!Files.exists(file)) {
            return List.of(
                    Diagnosis.problem(
                            "catalogue",
                            "there is none at `" + file + "`",
                            "write one, or name it with --config"));
        }
        CatalogueReport report = Wiring.check(file, false, console.environment());
        if (report.catalogue().isEmpty()) {
            return List.of(
                    Diagnosis.problem(
                            "catalogue",
                            String.format(
                                    Locale.ROOT,
                                    "`%s` has %d faults",
                                    file,
                                    report.faults().size()),
                            "`countergate check` lists them"));
        }
        String detail =
                String.format(
                        Locale.ROOT,
                        "`%s`, %d tools",
                        file,
                        report.catalogue().get().tools().size());
        return List.of(
                report.warnings().isEmpty()
                        ? Diagnosis.ok("catalogue", detail)
                        : Diagnosis.note(
                                "catalogue",
                                detail + ", " + report.warnings().size() + " warnings",
                                "`countergate check` lists them"));
    }
}
