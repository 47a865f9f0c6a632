package dev.countergate.server.cli;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.parameter.TimeText;
import dev.countergate.policy.token.AllowedSigners;
import dev.countergate.relay.EnvironmentRecord;
import dev.countergate.relay.ExitCode;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.CatalogueReport;
import dev.countergate.server.Version;
import dev.countergate.server.Wiring;
import dev.countergate.server.approver.EnrolledKey;
import dev.countergate.server.approver.RefusedException;
import dev.countergate.server.audit.AuditFile.Verdict;
import dev.countergate.server.audit.StoredLog;
import dev.countergate.server.authority.Approvers;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;

@Command(
        name = "doctor",
        description = {
            "Names every unsafe or broken thing about this set-up, each with what mends it.",
            "Looked at: the program's files, who else may change what it obeys, keys, log, clock,",
            "catalogue, backends (one read of each), clients that launch it, tokens, certificate; and",
            "the separation level. Backends of a ./tools.yaml that nobody named are not asked."
        },
        footer = {
            "",
            "Exit code 1 when something is unsafe or broken. With --json: {separation, checks}, an",
            "array of {check, state, detail, mend}, state one of ok, note, problem.",
            "",
            "  $ countergate doctor --config ~/ops/tools.yaml"
        })
final class DoctorCommand implements Callable<Integer> {
    /** The longest name of a check. */
    private static final int CHECK_WIDTH = 14;

    private static final int SEPARATION_INDENT = 15;

    /** More files than this in the folder of runbooks are not looked at. */
    private static final int RUNBOOKS_MAX = 1_000;

    private final Console console;
    private final List<Diagnosis> found = new ArrayList<>();

    @Mixin private Place place = new Place();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    DoctorCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        StateDirectory state = place.state(console);
        Path file = place.catalogue(console);
        Instant now = Instant.now();
        OthersCheck others = OthersCheck.of(state.path());
        Optional<JsonNode> status = Optional.empty();
        Optional<Diagnosis> silence = Optional.empty();
        try (Waiting _ = console.waiting("waiting for the daemon")) {
            status = Optional.of(OperatorClient.told(state));
        } catch (OperatorClient.NoDaemonException none) {
            // Then it does not run, which is no failure.
        } catch (IOException | RefusedException unanswered) {
            silence = Optional.of(silence(unanswered));
        }
        try (Waiting _ = console.waiting("hashing the program's files and the log")) {
            tell(InstallationCheck.of(console));
            tell(others.of("program", InstallationCheck.places(console)));
            tell(FileModeCheck.of(state, System.getProperty("user.name"), status.isPresent()));
            tell(silence.map(List::of).orElse(daemon(state, status)));
            tell(AuthorityCheck.of(state, status, console.environment(), now));
            tell(keys(state, status.isPresent()));
            log(state, status.isPresent()).ifPresent(verdict -> tell(List.of(verdict)));
            tell(troubles(state, status));
            tell(lastLeaf(state, status, now));
        }
        CatalogueReport report = Wiring.check(file, false, console.environment());
        tell(catalogue(file, report));
        tell(others.of("catalogue", report.files()));
        if (report.loaded() != null) {
            tell(catalogue(report.loaded(), others, now));
        }
        tell(
                ExpiryCheck.certificate(
                        status.map(told -> told.path("http").path("certificate"))
                                .orElse(MissingNode.getInstance()),
                        now));
        tell(
                new ClientCheck(
                                InstallationCheck.launcher(console),
                                file,
                                state.path(),
                                console.environment())
                        .findings());
        conclude(AuthorityCheck.separation(status));
        boolean problem = found.stream().anyMatch(each -> each.state() == Diagnosis.State.PROBLEM);
        return problem ? ExitCode.FAILED : ExitCode.DONE;
    }

    /** Each finding is shown as soon as there is one. */
    private void tell(List<Diagnosis> more) {
        found.addAll(more);
        if (!json) {
            more.forEach(this::show);
        }
    }

    private void show(Diagnosis each) {
        String text = each.mend().isEmpty() ? each.detail() : each.detail() + ": " + each.mend();
        console.finding(
                each.state().tone(),
                each.state().word(),
                Layout.padded(each.check(), CHECK_WIDTH),
                text);
    }

    private void conclude(String separation) {
        if (!json) {
            console.print("");
            console.print(Tone.PLAIN, "separation " + separation, SEPARATION_INDENT);
            return;
        }
        ArrayNode checks = JsonNodeFactory.instance.arrayNode();
        for (Diagnosis each : found) {
            checks.addObject()
                    .put("check", each.check())
                    .put("state", each.state().word())
                    .put("detail", each.detail())
                    .put("mend", each.mend());
        }
        console.print(
                JsonNodeFactory.instance
                        .objectNode()
                        .put("separation", separation)
                        .set("checks", checks));
    }

    private static Diagnosis silence(Exception unanswered) {
        String why = String.valueOf(unanswered.getMessage());
        return unanswered instanceof SocketTimeoutException
                ? Diagnosis.problem(
                        "daemon",
                        why + ": it hangs",
                        "end the process that `daemon.lock` in the state directory names; what it was"
                                + " sending becomes OUTCOME_UNKNOWN")
                : Diagnosis.note(
                        "daemon", "gives this user no answer: " + why, "ask as an operator");
    }

    private List<Diagnosis> keys(StateDirectory state, boolean isAnswering)
            throws InterruptedException {
        List<Path> folders = ApproverFiles.of(console.environment()).keyFolders();
        return KeyFileCheck.of(enrolled(state, isAnswering), folders, console.environment());
    }

    /** As the daemon says, else as its file does, which another account may not read. */
    private static List<EnrolledKey> enrolled(StateDirectory state, boolean isAnswering) {
        try {
            return isAnswering ? KeyOptions.enrolled(state) : enrolledInFile(state);
        } catch (IOException | RefusedException silent) {
            return enrolledInFile(state);
        }
    }

    private static List<EnrolledKey> enrolledInFile(StateDirectory state) {
        return new Approvers(state.approvers(), ZoneId.systemDefault(), looked -> {}).read()
                        instanceof Checked.Valid<AllowedSigners>(AllowedSigners signers)
                ? signers.signers().stream()
                        .map(each -> new EnrolledKey(each.person(), each.key().fingerprint()))
                        .toList()
                : List.of();
    }

    private static List<Diagnosis> lastLeaf(
            StateDirectory state, Optional<JsonNode> status, Instant now) {
        if (status.isEmpty()) {
            return List.of();
        }
        try {
            return new AuditPages(state, -1)
                    .read().stream()
                            .map(line -> new JsonMapper().readTree(line).path("time").asString(""))
                            .flatMap(time -> TimeText.parse(time).stream())
                            .flatMap(time -> ClockCheck.log(time, now).stream())
                            .limit(1)
                            .toList();
        } catch (IOException | RefusedException unreadable) {
            return List.of(
                    Diagnosis.problem(
                            "log",
                            "the daemon does not show its end: " + unreadable.getMessage(),
                            "`countergate audit tail`"));
        }
    }

    private List<Diagnosis> catalogue(Catalogue catalogue, OthersCheck others, Instant now)
            throws InterruptedException {
        catalogue.runbooks().ifPresent(folder -> tell(runbooks(Path.of(folder), others)));
        tell(ExpiryCheck.tokens(catalogue.principals().all(), now));
        if (!place.isCatalogueNamed(console) && !catalogue.backends().isEmpty()) {
            return List.of(
                    Diagnosis.note(
                            "backend",
                            "none was asked: the catalogue is merely the one of this folder, and"
                                    + " asking sends what it takes from your environment",
                            "`countergate doctor --config tools.yaml` asks them"));
        }
        try (Waiting _ = console.waiting("asking " + catalogue.backends().size() + " backends")) {
            return ClockCheck.backends(
                    BackendCheck.of(catalogue.backends(), each -> tell(List.of(each))));
        }
    }

    /** What there is to say of the folder of runbooks, and of what lies in it. */
    static List<Diagnosis> runbooks(Path folder, OthersCheck others) {
        List<Path> all = new ArrayList<>();
        all.add(folder);
        try (Stream<Path> files = Files.list(folder)) {
            files.sorted().limit(RUNBOOKS_MAX + 1L).forEach(all::add);
        } catch (IOException unreadable) {
            return List.of(
                    Diagnosis.problem(
                            "runbooks", "`" + folder + "` cannot be listed", "mend its mode"));
        }
        List<Diagnosis> found = new ArrayList<>(others.of("runbooks", all));
        if (all.size() > RUNBOOKS_MAX + 1) {
            found.add(
                    Diagnosis.note(
                            "runbooks",
                            "more than " + RUNBOOKS_MAX + " are not looked at",
                            "take out of `" + folder + "` what is no runbook"));
        }
        return found;
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
        JsonNode faults = status.get().path("catalogue_in_use").path("reload_faults");
        if (!faults.isEmpty()) {
            found.add(
                    Diagnosis.problem(
                            "catalogue",
                            "the daemon serves an earlier one, since what the file says now has faults"
                                    + " there: "
                                    + faults.path(0).asString(),
                            "`countergate status` lists them; a variable must be set where the daemon"
                                    + " is started"));
        }
        return found;
    }

    private static Optional<Diagnosis> log(StateDirectory state, boolean isAnswering) {
        if (isAnswering && isClosed(state.path().resolve("store.db"))) {
            return Optional.of(
                    Diagnosis.note(
                            "log",
                            "it lies where you may not read it, as it should",
                            "`countergate audit export FILE`, then `countergate audit verify FILE`"));
        }
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

    /** Whether {@code file} is there and this user may not read it. */
    static boolean isClosed(Path file) {
        return Files.exists(file) && !Files.isReadable(file);
    }

    /** The trouble itself says what mends it, for its cause alone decides that. */
    static Diagnosis unwritable(String trouble) {
        return Diagnosis.problem(
                "log",
                "cannot be written, so writes are refused: " + trouble,
                "where that mends it, writes go on by themselves or at the daemon's next start");
    }

    private List<Diagnosis> troubles(StateDirectory state, Optional<JsonNode> status) {
        List<Diagnosis> found = new ArrayList<>();
        status.map(told -> told.path("log_trouble").asString(""))
                .filter(trouble -> !trouble.isEmpty())
                .ifPresent(trouble -> found.add(unwritable(trouble)));
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

    private static List<Diagnosis> catalogue(Path file, CatalogueReport report) {
        if (!Files.exists(file)) {
            return List.of(
                    Diagnosis.problem(
                            "catalogue",
                            "there is none at `" + file + "`",
                            "write one, or name it with --config"));
        }
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
