package dev.countergate.server.cli;

import dev.countergate.relay.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Which MCP clients of this user launch this server, and how.
 *
 * @param launcher the program that is running, empty where that is not known
 * @param catalogue what is meant here
 * @param state where its daemon keeps its state
 * @param environment this user's
 */
record ClientCheck(String launcher, Path catalogue, Path state, Map<String, String> environment) {
    ClientCheck {
        environment = Map.copyOf(environment);
    }

    /** An entry of a client that launches a countergate. */
    private record Entry(McpClient client, String name, Path command, JsonNode arguments) {
        String title() {
            return client + " launches `" + name + "`";
        }

        /** The file that follows {@code option}. */
        Optional<Path> argument(String option) {
            List<String> words = arguments.valueStream().map(each -> each.asString("")).toList();
            int at = words.indexOf(option);
            return at < 0 || at + 1 == words.size() ? Optional.empty() : path(words.get(at + 1));
        }
    }

    List<Diagnosis> findings() {
        List<Diagnosis> found = new ArrayList<>();
        boolean isKnown = false;
        for (McpClient client : McpClient.values()) {
            Path file = client.file(environment);
            if (!Files.exists(file)) {
                continue;
            }
            try {
                List<Entry> entries =
                        entries(client, ClientFile.read(file, client.takesComments()).json());
                isKnown |= !entries.isEmpty();
                entries.forEach(entry -> found.addAll(of(entry)));
                if (client == McpClient.CLAUDE_CODE && !entries.isEmpty()) {
                    found.addAll(permissions());
                }
            } catch (IOException unreadable) {
                found.add(
                        Diagnosis.note(
                                "client", String.valueOf(unreadable.getMessage()), "mend it"));
            }
        }
        if (!isKnown) {
            found.add(
                    Diagnosis.note(
                            "client",
                            "no client of this user launches this server",
                            "`countergate connect claude-code --write`, or another client"));
        }
        return found;
    }

    /** Everywhere for all, and in Claude Code's file for each folder too. */
    private static List<Entry> entries(McpClient client, EditedJson file) {
        JsonNode root = file.at(List.of());
        List<Entry> entries = new ArrayList<>(in(client, root));
        root.path("projects").valueStream().forEach(each -> entries.addAll(in(client, each)));
        return entries;
    }

    private static List<Entry> in(McpClient client, JsonNode holder) {
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, JsonNode> each : holder.path(client.section()).properties()) {
            JsonNode arguments = each.getValue().path("args");
            if (arguments.path(0).asString("").equals("stdio")) {
                path(each.getValue().path("command").asString(""))
                        .filter(command -> command.endsWith("countergate"))
                        .map(command -> new Entry(client, each.getKey(), command, arguments))
                        .ifPresent(entries::add);
            }
        }
        return entries;
    }

    /** Whatever stands in a file that others write. */
    private static Optional<Path> path(String text) {
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException none) {
            return Optional.empty();
        }
    }

    private List<Diagnosis> of(Entry entry) {
        String mend = "`countergate connect " + entry.client() + " --write`";
        if (entry.command().isAbsolute() && !Files.isExecutable(entry.command())) {
            return List.of(
                    Diagnosis.problem(
                            "client",
                            entry.title() + " by `" + entry.command() + "`, which is no program",
                            mend));
        }
        List<Diagnosis> found = new ArrayList<>();
        if (entry.command().isAbsolute() && !launcher.isEmpty() && !isLauncher(entry.command())) {
            found.add(
                    Diagnosis.note(
                            "client",
                            entry.title() + " by another program, `" + entry.command() + "`",
                            mend));
        }
        Path config = entry.argument("--config").orElse(StateDirectory.userCatalogue(environment));
        Path itsState =
                entry.argument("--state")
                        .orElseGet(() -> StateDirectory.of(config, environment).path());
        if (!itsState.equals(state)) {
            found.add(
                    Diagnosis.note(
                            "client",
                            entry.title() + " with the daemon of `" + itsState + "`, not this one",
                            "`countergate doctor --config "
                                    + config
                                    + " --state "
                                    + itsState
                                    + "` looks at that one"));
        } else if (!config.equals(catalogue)) {
            found.add(
                    Diagnosis.problem(
                            "client",
                            entry.title()
                                    + " with this daemon, but would start it with `"
                                    + config
                                    + "`",
                            mend));
        }
        return found.isEmpty()
                ? List.of(Diagnosis.ok("client", entry.title() + " with this catalogue"))
                : found;
    }

    private boolean isLauncher(Path command) {
        try {
            return Files.isSameFile(command, Path.of(launcher));
        } catch (IOException gone) {
            return false;
        }
    }

    private List<Diagnosis> permissions() throws IOException {
        ClientFile settings = ClientFile.read(McpClient.claudeSettings(environment), false);
        List<String> denied =
                settings.json()
                        .at(ClaudePermissions.DENY)
                        .valueStream()
                        .map(each -> each.asString(""))
                        .toList();
        List<String> missing =
                ClaudePermissions.denied(launcher.isEmpty() ? "countergate" : launcher).stream()
                        .filter(each -> !denied.contains(each))
                        .toList();
        return missing.isEmpty()
                ? List.of()
                : List.of(
                        Diagnosis.note(
                                "client",
                                "claude-code does not deny its shell "
                                        + missing.size()
                                        + " commands by which a person decides (a guard against"
                                        + " accident, no more)",
                                "`countergate connect claude-code --write`"));
    }
}
