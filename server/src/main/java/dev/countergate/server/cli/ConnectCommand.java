package dev.countergate.server.cli;

import dev.countergate.relay.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "connect",
        description = {
            "Prints the entry that makes this server known to an MCP client, or writes it into the",
            "client's own file: everything else there is kept, and the file before as",
            "FILE.before-countergate."
        },
        footer = {
            "",
            "  $ countergate connect claude-code",
            "  $ countergate connect cursor --config ~/ops/tools.yaml --write"
        })
final class ConnectCommand implements Callable<Integer> {
    /** A program that speaks MCP, and where it keeps its servers. */
    enum Client {
        CLAUDE_CODE("mcpServers", ".claude.json", ".claude.json"),
        CLAUDE_DESKTOP(
                "mcpServers",
                ".config/Claude/claude_desktop_config.json",
                "Library/Application Support/Claude/claude_desktop_config.json"),
        CURSOR("mcpServers", ".cursor/mcp.json", ".cursor/mcp.json"),
        VSCODE(
                "servers",
                ".config/Code/User/mcp.json",
                "Library/Application Support/Code/User/mcp.json");

        private final String section;
        private final String linux;
        private final String macos;

        Client(String section, String linux, String macos) {
            this.section = section;
            this.linux = linux;
            this.macos = macos;
        }

        Path file(Console console) {
            boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac");
            String home = console.environment().get("HOME");
            return Path.of(home != null ? home : System.getProperty("user.home"))
                    .resolve(mac ? macos : linux);
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** The client that is typed so; picocli alone would take, and offer, the names of the constants. */
        static Client of(String typed) {
            return Arrays.stream(values())
                    .filter(client -> client.toString().equals(typed))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new TypeConversionException(
                                            "`"
                                                    + typed
                                                    + "` is not one of "
                                                    + Arrays.stream(values())
                                                            .map(client -> "`" + client + "`")
                                                            .collect(Collectors.joining(", "))));
        }
    }

    private static final class TypedClient implements ITypeConverter<Client> {
        @Override
        public Client convert(String typed) {
            return Client.of(typed);
        }
    }

    private final Console console;

    @Parameters(
            index = "0",
            paramLabel = "CLIENT",
            converter = TypedClient.class,
            description = "claude-code, claude-desktop, cursor or vscode")
    private Client client = Client.CLAUDE_CODE;

    @Mixin private Place place = new Place();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "what the client calls this server (countergate)")
    private String name = "countergate";

    @Option(names = "--write", description = "write the entry into the client's file")
    private boolean write;

    @Option(names = "--json", description = "print {client, file, section, name, entry, written}")
    private boolean json;

    ConnectCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        String launcher = console.environment().get("COUNTERGATE_LAUNCHER");
        if (launcher == null || launcher.isEmpty()) {
            return console.fail(
                    "`COUNTERGATE_LAUNCHER` does not say where the `countergate` command is: run that"
                            + " command itself");
        }
        Path catalogue = place.catalogue(console);
        if (!Files.exists(catalogue)) {
            console.note("there is no catalogue at `" + catalogue + "` yet");
        }
        ObjectNode entry = entry(launcher, catalogue);
        Path file = client.file(console);
        @Nullable Path backup = null;
        if (write) {
            backup = ClientFile.put(file, client.section, name, entry);
        }
        if (json) {
            console.print(
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("client", client.toString())
                            .put("file", file.toString())
                            .put("section", client.section)
                            .put("name", name)
                            .put("written", write)
                            .set("entry", entry));
        } else if (write) {
            console.print("wrote `" + name + "` into " + file);
            if (backup != null) {
                console.print("the file before is " + backup);
            }
        } else {
            ObjectNode shown = JsonNodeFactory.instance.objectNode();
            shown.putObject(client.section).set(name, entry);
            console.print(shown);
            console.note("this belongs into `" + file + "`: `--write` puts it there");
        }
        return ExitCode.DONE;
    }

    private ObjectNode entry(String launcher, Path catalogue) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        if (client == Client.CLAUDE_CODE || client == Client.VSCODE) {
            entry.put("type", "stdio");
        }
        entry.put("command", launcher);
        ArrayNode arguments = entry.putArray("args");
        arguments.add("stdio").add("--config").add(catalogue.toString());
        place.givenState(console)
                .ifPresent(state -> arguments.add("--state").add(state.toString()));
        return entry;
    }
}
