package dev.countergate.server.cli;

import dev.countergate.relay.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "connect",
        description = {
            "Makes this server known to an MCP client: prints the entry, or writes it.",
            "Written into the client's own file everything else there stays as it is, and the file",
            "before as FILE.before-countergate."
        },
        footer = {
            "",
            "For Claude Code it also lets it use this server's tools without asking, as a call of a",
            "write only proposes, and denies its shell the commands by which a person decides. That",
            "guards against accident and is no boundary: what holds an agent back is that it has no key.",
            "",
            "A file that is not understood whole is left as it is, and the entry is printed to be added",
            "by hand. With --json: {client, file, section, name, entry, written} and for claude-code",
            "{settings: {file, allow, deny, written}}; written says whether this run changed the file.",
            "",
            "  $ countergate connect claude-code --write",
            "  $ countergate connect cursor --config ~/ops/tools.yaml --write",
            "  $ countergate connect claude-code --socket /var/lib/countergate/agent.sock --write"
        })
final class ConnectCommand implements Callable<Integer> {
    /**
     * What clients take for a server's name, and Claude Code's rules for a part of a tool's: there {@code __} stands between
     * the server and the tool, so a name with it would let another server's tool be used.
     */
    private static final Pattern NAME =
            Pattern.compile("(?=.{1,64}\\z)[A-Za-z0-9-]++(?:_[A-Za-z0-9-]++)*+");

    private static final String PROGRAM = "countergate";

    /** picocli alone would take, and offer, the names of the constants. */
    private static final class TypedClient implements ITypeConverter<McpClient> {
        @Override
        public McpClient convert(String typed) {
            return McpClient.of(typed)
                    .orElseThrow(
                            () ->
                                    new TypeConversionException(
                                            "`"
                                                    + typed
                                                    + "` is not one of `"
                                                    + String.join("`, `", McpClient.names())
                                                    + "`"));
        }
    }

    private final Console console;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            paramLabel = "CLIENT",
            converter = TypedClient.class,
            description = "claude-code, claude-desktop, cursor or vscode")
    private McpClient client = McpClient.CLAUDE_CODE;

    @Mixin private Place place = new Place();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "what the client calls this server (countergate)")
    private String name = "countergate";

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = {
                "the agent.sock of a daemon under another account, in place of --config and",
                "--state: the client then never starts one of its own"
            })
    private @Nullable Path socket;

    @Option(names = "--write", description = "write the entry into the client's file")
    private boolean write;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    ConnectCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (!NAME.matcher(name).matches()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--name takes up to 64 letters, digits and `-`, and single `_` between them");
        }
        if (socket != null && !place.isUnnamed()) {
            throw new ParameterException(
                    spec.commandLine(), "--socket stands in place of --config and --state");
        }
        String launcher = console.environment().getOrDefault("COUNTERGATE_LAUNCHER", "");
        if (launcher.isEmpty()) {
            return console.fail(
                    "`COUNTERGATE_LAUNCHER` does not say where the `countergate` command is: run that"
                            + " command itself");
        }
        ObjectNode entry = entry(launcher, arguments());
        @Nullable Written written = null;
        if (write) {
            try {
                written = write(launcher, entry);
            } catch (IOException failure) {
                console.note("the entry was not written: what belongs into `" + file() + "` is");
                console.print(shown(entry));
                throw failure;
            }
        }
        if (json) {
            console.print(described(launcher, entry, written));
        } else if (written != null) {
            say(written);
        } else {
            console.print(shown(entry));
            console.note("this belongs into `" + file() + "`: `--write` puts it there");
        }
        return ExitCode.DONE;
    }

    private Path file() {
        return client.file(console.environment());
    }

    private List<String> arguments() {
        if (socket != null) {
            return List.of(
                    "stdio",
                    "--socket",
                    console.directory().resolve(socket).normalize().toString());
        }
        Path catalogue = place.catalogue(console);
        if (!Files.exists(catalogue)) {
            console.note("there is no catalogue at `" + catalogue + "` yet");
        }
        List<String> arguments =
                new ArrayList<>(List.of("stdio", "--config", catalogue.toString()));
        place.givenState(console)
                .ifPresent(state -> arguments.addAll(List.of("--state", state.toString())));
        return arguments;
    }

    private ObjectNode entry(String launcher, List<String> arguments) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        if (client.wantsType()) {
            entry.put("type", "stdio");
        }
        entry.put("command", launcher);
        arguments.forEach(entry.putArray("args")::add);
        return entry;
    }

    private ObjectNode shown(ObjectNode entry) {
        ObjectNode shown = JsonNodeFactory.instance.objectNode();
        shown.putObject(client.section()).set(name, entry);
        return shown;
    }

    /**
     * What a run did to the client's files.
     *
     * @param settings the file of permissions, where the client has one
     */
    private record Written(
            ClientFile servers,
            boolean isChanged,
            @Nullable ClientFile settings,
            boolean areSettingsChanged) {}

    /** Everything is read and changed before anything is written, and the denials are in force before the tools are there. */
    private Written write(String launcher, ObjectNode entry) throws IOException {
        ClientFile servers = ClientFile.read(file(), client.takesComments());
        EditedJson withEntry = withEntry(servers, entry);
        if (client != McpClient.CLAUDE_CODE) {
            return new Written(servers, servers.write(withEntry), null, false);
        }
        ClientFile settings =
                ClientFile.read(McpClient.claudeSettings(console.environment()), false);
        EditedJson permitted;
        try {
            permitted = ClaudePermissions.in(settings.json(), name, launcher);
        } catch (IllegalArgumentException otherwise) {
            throw cannotHold(settings, otherwise);
        }
        boolean areSettingsChanged = settings.write(permitted);
        try {
            return new Written(servers, servers.write(withEntry), settings, areSettingsChanged);
        } catch (IOException failure) {
            if (areSettingsChanged) {
                console.note("wrote its permissions into `" + settings.path() + "`");
            }
            throw failure;
        }
    }

    /** What somebody added to the entry, such as variables, stays in it. */
    private EditedJson withEntry(ClientFile file, ObjectNode entry) throws IOException {
        List<String> path = List.of(client.section(), name);
        JsonNode there = file.json().at(path);
        if (there.isMissingNode()) {
            try {
                return file.json().with(path, entry);
            } catch (IllegalArgumentException otherwise) {
                throw cannotHold(file, otherwise);
            }
        }
        if (!there.isObject() || !there.path("command").isString()) {
            throw new IOException(
                    "`"
                            + name
                            + "` in `"
                            + file.path()
                            + "` is a server that is not launched: choose another --name");
        }
        if (!isOurs(there.path("command").asString(""))) {
            throw new IOException(
                    "`"
                            + name
                            + "` in `"
                            + file.path()
                            + "` launches another program: choose another --name, or take it out first");
        }
        EditedJson edited = file.json();
        for (Map.Entry<String, JsonNode> member : entry.properties()) {
            edited =
                    edited.with(
                            List.of(client.section(), name, member.getKey()), member.getValue());
        }
        return edited;
    }

    /** Whether a command of an entry is this program, wherever it lay. */
    private boolean isOurs(String command) {
        String launcher = console.environment().getOrDefault("COUNTERGATE_LAUNCHER", "");
        return command.equals(launcher)
                || command.equals(PROGRAM)
                || command.endsWith("/" + PROGRAM);
    }

    private static IOException cannotHold(ClientFile file, IllegalArgumentException why) {
        return new IOException(
                "`" + file.path() + "`: " + why.getMessage() + ": mend it first", why);
    }

    private void say(Written written) {
        say(written.servers(), written.isChanged(), "`" + name + "`");
        if (written.settings() != null) {
            say(written.settings(), written.areSettingsChanged(), "its permissions");
            console.print(
                    "Claude Code may use its tools without asking: a call of a write only proposes.");
            console.print(
                    "Its shell is denied the commands by which a person decides: "
                            + String.join(", ", ClaudePermissions.DECIDING)
                            + ".");
            console.print(
                    "That guards against accident and is no boundary: what holds an agent back is"
                            + " that it has no key.");
        }
    }

    private void say(ClientFile file, boolean isChanged, String what) {
        if (!isChanged) {
            console.print(what + " stood in " + file.path() + " already");
            return;
        }
        console.print("wrote " + what + " into " + file.path());
        if (file.exists()) {
            console.print("the file before is " + file.before());
        }
    }

    private ObjectNode described(String launcher, ObjectNode entry, @Nullable Written written) {
        ObjectNode described =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("client", client.toString())
                        .put("file", file().toString())
                        .put("section", client.section())
                        .put("name", name)
                        .put("written", written != null && written.isChanged());
        described.set("entry", entry);
        if (client == McpClient.CLAUDE_CODE) {
            ObjectNode settings = described.putObject("settings");
            settings.put("file", McpClient.claudeSettings(console.environment()).toString());
            ClaudePermissions.allowed(name).forEach(settings.putArray("allow")::add);
            ClaudePermissions.denied(launcher).forEach(settings.putArray("deny")::add);
            settings.put("written", written != null && written.areSettingsChanged());
        }
        return described;
    }
}
