package dev.countergate.server.cli;

import dev.countergate.policy.result.VisibleText;
import dev.countergate.relay.EnvironmentRecord;
import dev.countergate.relay.ExitCode;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.approver.RefusedException;
import java.io.IOException;
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
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "status",
        description = {
            "Shows which daemons run, what they serve and who is connected.",
            "Without --config and --state it spans every daemon of this user."
        },
        footer = {
            "",
            "Exit code 0 when a daemon runs, 1 when none does. With --json: an array of",
            "{state, running, agent_socket, operator_socket} and, of a running one, {pid, version,",
            "started_at, auto_started, catalogue, separation, running_calls, open, connections,",
            "approvers, frozen, change_held, unreadable_proposals, log_trouble}, the last two where",
            "something is wrong with the store.",
            "",
            "  $ countergate status",
            "  $ countergate status --json"
        })
final class StatusCommand implements Callable<Integer> {
    private final Console console;

    @Mixin private Place place = new Place();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    StatusCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<StateDirectory> states = place.states(console);
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        boolean anyRuns = false;
        for (StateDirectory state : states) {
            Optional<JsonNode> status = Optional.empty();
            String refusal = "";
            try {
                status = Optional.of(OperatorClient.told(state));
            } catch (OperatorClient.NoDaemonException notThere) {
                // Then it does not run, which is no failure.
            } catch (IOException | RefusedException refused) {
                refusal = String.valueOf(refused.getMessage());
            }
            anyRuns |= status.isPresent();
            ObjectNode entry = all.addObject();
            entry.put("state", state.path().toString());
            entry.put("running", status.isPresent());
            entry.put("agent_socket", state.agentSocket().toString());
            entry.put("operator_socket", state.operatorSocket().toString());
            status.ifPresent(found -> entry.setAll((ObjectNode) found));
            if (!json) {
                print(state, entry, refusal);
            }
        }
        if (json) {
            console.print(all);
        } else if (states.isEmpty()) {
            console.print("no daemon has ever run for this user");
        }
        return anyRuns ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void printHttp(JsonNode http) {
        if (!http.isObject()) {
            return;
        }
        List<String> sessions =
                http.path("sessions").properties().stream()
                        .map(each -> each.getKey() + " " + each.getValue().asInt())
                        .toList();
        console.print(
                "  http        "
                        + http.path("address").asString()
                        + (http.path("tls").asBoolean() ? " with TLS" : "")
                        + ", sessions: "
                        + (sessions.isEmpty() ? "none" : String.join(", ", sessions)));
    }

    private void print(StateDirectory state, ObjectNode entry, String refusal) {
        console.print(String.valueOf(state.path().getFileName()));
        if (!entry.path("running").asBoolean()) {
            // A daemon of another account is there, and not to be asked by this one.
            console.print(refusal.isEmpty() ? "  not running" : "  no answer   " + refusal);
            console.print("  state       " + state.path());
            return;
        }
        console.print(
                String.format(
                        Locale.ROOT,
                        "  running     process %s since %s, version %s%s",
                        entry.path("pid").asString(),
                        entry.path("started_at").asString(),
                        entry.path("version").asString(),
                        entry.path("auto_started").asBoolean() ? ", auto-started" : ""));
        console.print("  catalogue   " + entry.path("catalogue").asString());
        console.print("  state       " + state.path());
        if (!state.sockets().equals(state.path())) {
            console.print("  sockets     " + state.sockets());
        }
        console.print("  separation  " + entry.path("separation").asString());
        printAuthority(entry);
        console.print(
                String.format(
                        Locale.ROOT,
                        "  agents      %d connected, %d calls running",
                        entry.path("connections").size(),
                        entry.path("running_calls").asInt()));
        printHttp(entry.path("http"));
        if (entry.path("metrics").isString()) {
            console.print("  metrics     " + entry.path("metrics").asString());
        }
        JsonNode inUse = entry.path("catalogue_in_use");
        printFaults(inUse);
        JsonNode held = inUse.path("held");
        if (held.isObject()) {
            console.print(
                    String.format(
                            Locale.ROOT,
                            "  held        a change of the catalogue since %s: `countergate reload`"
                                    + " shows and accepts it",
                            held.path("since").asString()));
            printHeld(held);
        }
        List<String> differing =
                EnvironmentRecord.differences(state.environmentRecord(), console.environment());
        if (!differing.isEmpty()) {
            console.print(
                    "  environment another value here of "
                            + String.join(", ", differing)
                            + ": the daemon keeps its own until it is restarted");
        }
    }

    private void printFaults(JsonNode inUse) {
        JsonNode faults = inUse.path("reload_faults");
        if (!faults.isEmpty()) {
            int more = faults.size() - 1 + inUse.path("reload_faults_left_out").asInt(0);
            console.print(
                    "  catalogue   CANNOT BE LOADED as it is now, so what was there before is served: "
                            + VisibleText.line(faults.path(0).asString(""))
                            + (more == 0
                                    ? ""
                                    : " (and " + more + " more: `countergate check` names them)"));
        }
    }

    private void printHeld(JsonNode held) {
        held.path("lines").forEach(line -> console.print("              " + line.asString()));
        int leftOut = held.path("lines_left_out").asInt(0);
        if (leftOut > 0) {
            console.print("              and " + leftOut + " more");
        }
    }

    /** Whose keys approve, what stands still, and whether a change of the catalogue waits. */
    private void printAuthority(ObjectNode entry) {
        JsonNode approvers = entry.path("approvers");
        if (approvers.has("faults")) {
            approvers
                    .path("faults")
                    .forEach(fault -> console.print("  approvers   NOBODY: " + fault.asString()));
        } else if (approvers.isObject()) {
            console.print(
                    String.format(
                            Locale.ROOT,
                            "  approvers   %d keys of %d persons",
                            approvers.path("keys").asInt(),
                            approvers.path("persons").asInt()));
        }
        if (approvers.path("changed_by_others").asBoolean(false)) {
            console.print("  approvers   CHANGED by something else than this daemon");
        }
        if (entry.has("log_trouble")) {
            console.print(
                    "  log         CANNOT BE WRITTEN, so writes are refused: "
                            + entry.path("log_trouble").asString());
        }
        for (JsonNode unreadable : entry.path("unreadable_proposals")) {
            console.print(
                    "  proposal    NOT WHAT IT WAS: "
                            + unreadable.asString()
                            + " was changed in the store; `countergate doctor` says what to do");
        }
        for (JsonNode frozen : entry.path("frozen")) {
            console.print(
                    String.format(
                            Locale.ROOT,
                            "  FROZEN      %s since %s by %s: %s%s",
                            frozen.path("environment").asString("everything"),
                            frozen.path("since").asString(),
                            frozen.path("by").asString(),
                            frozen.path("reason").asString(),
                            frozen.path("written").asBoolean(true)
                                    ? ""
                                    : "; NOT WRITTEN DOWN: holds until this daemon ends"));
        }
        if (entry.path("change_held").asBoolean(false)) {
            console.print("  catalogue   a change is held: `countergate reload` shows it");
        }
    }
}
