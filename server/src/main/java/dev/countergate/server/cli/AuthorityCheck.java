package dev.countergate.server.cli;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.token.AllowedSigners;
import dev.countergate.policy.token.AllowedSigners.Signer;
import dev.countergate.policy.token.Statement;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.approver.RefusedException;
import dev.countergate.server.approver.SshAgent;
import dev.countergate.server.authority.Approvers;
import dev.countergate.server.authority.FreezeFile;
import dev.countergate.server.authority.Freezes;
import dev.countergate.server.daemon.Separation;
import java.nio.file.Files;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Who may approve, what stands still, and what an agent could do that this program cannot stop. */
final class AuthorityCheck {
    /** What is open to whoever shares the daemon's account; the manual promises no more than this leaves. */
    private static final List<String> NOT_STOPPED_AT_S0 =
            List.of(
                    "an agent can read the credentials the daemon has, and use them by itself",
                    "an agent can write to `store.db`, `log.key` and the log: a copy of the log or"
                            + " of its head kept elsewhere shows it",
                    "an agent can enrol a key by writing to `approvers`: the log and `status` tell",
                    "an agent can record, in anybody's name, that a change was done by hand:"
                            + " nothing is sent for it",
                    "an agent can remove the whole state directory,"
                            + " and restart the daemon: then its edit of the catalogue counts as"
                            + " accepted, or its key is the first",
                    "an agent can remove a `freeze` file and restart the daemon, which then sends"
                            + " what persons approve",
                    "an agent can replace this program, or start another daemon in another state"
                            + " directory");

    private static final Diagnosis NO_KEY =
            Diagnosis.note(
                    "approvers",
                    "no key is enrolled: nobody can approve, and the daemon's account may still"
                            + " widen what agents may do unsigned",
                    "`countergate approver add NAME --new`");

    private AuthorityCheck() {}

    static List<Diagnosis> of(
            StateDirectory state,
            Optional<JsonNode> status,
            Map<String, String> environment,
            Instant now) {
        List<Diagnosis> found = new ArrayList<>();
        if (status.isPresent() && DoctorCommand.isClosed(state.approvers())) {
            found.addAll(approvers(status.get().path("approvers")));
        } else if (Files.isDirectory(state.path())) {
            found.addAll(approvers(state, now));
        }
        if (status.isPresent()
                && status.get().path("approvers").path("changed_by_others").asBoolean(false)) {
            found.add(
                    Diagnosis.problem(
                            "approvers",
                            "the file was changed by something else than the daemon",
                            "`countergate approver list` shows whose keys count now;"
                                    + " `countergate approver remove` those that should not"));
        }
        found.addAll(loaded(state, environment));
        found.addAll(freezes(state, status, environment));
        if (separation(status).startsWith(Separation.S0.name())) {
            for (String each : NOT_STOPPED_AT_S0) {
                found.add(Diagnosis.note("separation S0", each, ""));
            }
            found.add(
                    Diagnosis.note(
                            "separation S0",
                            "none of this is so from S1 on",
                            "run the daemon as an account of its own, `countergate serve"
                                    + " --agent-group GROUP`"));
        }
        return found;
    }

    /** Which enrolled keys the running ssh-agent would sign with for any process, past every command of this program. */
    private static List<Diagnosis> loaded(StateDirectory state, Map<String, String> environment) {
        Approvers approvers =
                new Approvers(state.approvers(), ZoneId.systemDefault(), looked -> {});
        List<Diagnosis> found = new ArrayList<>();
        if (approvers.read() instanceof Checked.Valid<AllowedSigners>(AllowedSigners signers)) {
            for (Signer each : signers.signers()) {
                try {
                    SshAgent.refuse(each.key(), environment);
                } catch (RefusedException held) {
                    found.add(
                            Diagnosis.problem(
                                    "approvers",
                                    "key of `" + each.person() + "`: " + held.getMessage(),
                                    "a hardware key wants a touch each time"));
                }
            }
        }
        return found;
    }

    /** The level the daemon measured; the default where none runs. */
    static String separation(Optional<JsonNode> status) {
        return status.map(found -> found.path("separation").asString(""))
                .filter(text -> !text.isEmpty())
                .orElse(Separation.S0.text());
    }

    private static List<Diagnosis> approvers(StateDirectory state, Instant now) {
        Approvers approvers =
                new Approvers(state.approvers(), ZoneId.systemDefault(), looked -> {});
        return switch (approvers.read()) {
            case Checked.Invalid<AllowedSigners>(List<Fault> faults) ->
                    faults.stream()
                            .map(
                                    fault ->
                                            Diagnosis.problem(
                                                    "approvers",
                                                    "nobody can approve: " + fault.text(),
                                                    "mend `" + state.approvers() + "`"))
                            .toList();
            case Checked.Valid<AllowedSigners>(AllowedSigners signers) -> approvers(signers, now);
        };
    }

    /** As the daemon tells an operator whom the file is closed to. */
    static List<Diagnosis> approvers(JsonNode told) {
        if (told.has("faults")) {
            return told.path("faults")
                    .valueStream()
                    .map(
                            fault ->
                                    Diagnosis.problem(
                                            "approvers",
                                            "nobody can approve: " + fault.asString(""),
                                            "have the daemon's account run `countergate doctor`"))
                    .toList();
        }
        int keys = told.path("keys").asInt(0);
        return List.of(
                keys == 0
                        ? NO_KEY
                        : Diagnosis.ok(
                                "approvers",
                                String.format(
                                        Locale.ROOT,
                                        "%d keys of %d persons",
                                        keys,
                                        told.path("persons").asInt(0))));
    }

    private static List<Diagnosis> approvers(AllowedSigners signers, Instant now) {
        if (signers.signers().isEmpty()) {
            return List.of(NO_KEY);
        }
        List<Diagnosis> found = new ArrayList<>();
        found.add(
                Diagnosis.ok(
                        "approvers",
                        String.format(
                                Locale.ROOT,
                                "%d keys of %d persons, %d of them in hardware",
                                signers.signers().size(),
                                signers.signers().stream().map(Signer::person).distinct().count(),
                                signers.signers().stream()
                                        .filter(each -> each.key().kind().isHardware())
                                        .count())));
        for (Signer each : signers.signers()) {
            signers.personOf(each.key(), Statement.NAMESPACE, now)
                    .faultsFound()
                    .forEach(
                            fault ->
                                    found.add(
                                            Diagnosis.note(
                                                    "approvers",
                                                    fault.text(),
                                                    "`countergate approver remove "
                                                            + each.person()
                                                            + "`")));
        }
        return found;
    }

    /** As the daemon says, which goes on standing still when a file vanishes; else as the files do. */
    private static List<Diagnosis> freezes(
            StateDirectory state, Optional<JsonNode> status, Map<String, String> environment) {
        List<Diagnosis> found =
                status.isPresent()
                        ? status.get()
                                .path("frozen")
                                .valueStream()
                                .map(each -> told(state, each))
                                .toList()
                        : new Freezes(
                                        new FreezeFile(state.freeze()),
                                        new FreezeFile(StateDirectory.freezeOfAll(environment)),
                                        made -> {})
                                .all().stream()
                                        .map(each -> frozen(each.environment(), each.text()))
                                        .toList();
        return found.isEmpty() ? List.of(Diagnosis.ok("freeze", "nothing is frozen")) : found;
    }

    private static Diagnosis told(StateDirectory state, JsonNode frozen) {
        String environment = frozen.path("environment").asString("");
        String text =
                (environment.isEmpty() ? "everything" : "`" + environment + "`")
                        + " is frozen since "
                        + frozen.path("since").asString("")
                        + " by "
                        + frozen.path("by").asString("")
                        + ": "
                        + frozen.path("reason").asString("");
        return frozen.path("written").asBoolean(true)
                ? frozen(environment.isEmpty() ? null : environment, text)
                : Diagnosis.problem(
                        "freeze",
                        text
                                + "; `"
                                + state.freeze()
                                + "` does not say so, and a restart of the daemon lifts it",
                        "make room there, or find out who removed it and freeze again");
    }

    private static Diagnosis frozen(@Nullable String environment, String text) {
        return Diagnosis.note(
                "freeze",
                text,
                environment == null
                        ? "`countergate thaw`"
                        : "`countergate thaw --environment " + environment + "`");
    }
}
