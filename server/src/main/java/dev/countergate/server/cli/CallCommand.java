package dev.countergate.server.cli;

import dev.countergate.policy.call.NearestWord;
import dev.countergate.policy.result.VisibleText;
import dev.countergate.relay.AnswerLimit;
import dev.countergate.relay.DaemonStarter;
import dev.countergate.relay.ExitCode;
import dev.countergate.server.Version;
import dev.countergate.server.mcp.LineClient;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

@Command(
        name = "call",
        description = {
            "Calls a tool exactly as an agent would: through the daemon's agent.sock, as this user.",
            "Starts the daemon if none runs."
        },
        footer = {
            "",
            "Values take the type of the parameter; an array is written as JSON, or by giving its name",
            "several times. Exit code 1 when the call failed, 2 when it was refused or needs a person.",
            "With --json: the CallToolResult of MCP.",
            "",
            "  $ countergate call tail_logs service=checkout lines=20"
        })
final class CallCommand implements Callable<Integer> {
    private static final Set<String> REFUSALS =
            Set.of(
                    "FORBIDDEN",
                    "APPROVAL_REQUIRED",
                    "FROZEN",
                    "RATE_LIMITED",
                    "TOO_MANY_TARGETS",
                    "UNMAPPED_PERSON");

    private final Console console;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "TOOL", description = "its name")
    private String tool = "";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "NAME=VALUE",
            description = "its arguments")
    private List<String> arguments = List.of();

    @Mixin private Place place = new Place();

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "connect here and never start a daemon ($$COUNTERGATE_SOCKET)")
    private @Nullable Path socket;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    CallCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        for (String each : arguments) {
            if (each.indexOf('=') < 1) {
                throw new ParameterException(
                        spec.commandLine(), "`" + each + "` is not of the form NAME=VALUE");
            }
        }
        return switch (reach()) {
            case DaemonStarter.Reached.Unreachable(int code, String message) -> {
                console.note(message);
                yield code;
            }
            case DaemonStarter.Reached.Connected(SocketChannel channel, boolean started) -> {
                try (channel) {
                    yield call(channel);
                }
            }
        };
    }

    private DaemonStarter.Reached reach() {
        if (socket != null && !place.isUnnamed()) {
            throw new ParameterException(
                    spec.commandLine(), "--socket stands in place of --config and --state");
        }
        Path given = socket;
        String named = console.environment().getOrDefault("COUNTERGATE_SOCKET", "");
        if (place.isUnnamed() && given == null && !named.isEmpty()) {
            given = Path.of(named);
        }
        if (given == null) {
            try (Waiting _ = console.waiting("waiting for the daemon")) {
                return new DaemonStarter(
                                place.state(console),
                                place.catalogue(console),
                                console.environment())
                        .reach();
            }
        }
        SocketChannel channel = DaemonStarter.open(console.directory().resolve(given));
        return channel == null
                ? new DaemonStarter.Reached.Unreachable(
                        ExitCode.FAILED,
                        "no daemon answers at `" + given + "`: start it with `countergate serve`")
                : new DaemonStarter.Reached.Connected(channel, false);
    }

    private int call(SocketChannel channel) throws IOException {
        LineClient client;
        List<JsonNode> tools;
        try (AnswerLimit limit = new AnswerLimit(channel, OperatorClient.AT_HAND)) {
            try {
                client =
                        LineClient.connect(
                                Channels.newInputStream(channel),
                                Channels.newOutputStream(channel),
                                "countergate call",
                                Version.TEXT);
                tools = client.tools();
            } catch (AsynchronousCloseException late) {
                throw limit.timeout(late);
            }
        }
        List<String> names = tools.stream().map(each -> each.path("name").asString("")).toList();
        Optional<JsonNode> found =
                tools.stream()
                        .filter(each -> each.path("name").asString("").equals(tool))
                        .findFirst();
        if (found.isEmpty()) {
            return console.fail(
                    "there is no tool `"
                            + VisibleText.line(tool)
                            + "`: `countergate tools` lists those there are"
                            + NearestWord.question(tool, names));
        }
        // However long the tool may take is the catalogue's to say; who waits is told, and may
        // leave.
        LineClient.Answer answer;
        try (Waiting _ = console.waiting("waiting for `" + tool + "`")) {
            answer =
                    client.call(
                            tool,
                            TypedArguments.of(found.get().path("inputSchema"), arguments),
                            (done, total, message) -> console.note(message));
        }
        return switch (answer) {
            case LineClient.Answer.Refusal(int code, String message) -> console.fail(message);
            case LineClient.Answer.Result(JsonNode result) -> show(result);
        };
    }

    private int show(JsonNode result) {
        boolean failed = result.path("isError").asBoolean(false);
        if (json) {
            console.print(result);
        } else {
            for (JsonNode block : result.path("content").values()) {
                if (block.path("type").asString("").equals("text")) {
                    (failed ? console.err() : console.out())
                            .println(block.path("text").asString(""));
                }
            }
        }
        if (!failed) {
            String status = result.path("structuredContent").path("status").asString("");
            return status.equals("approval_required") ? ExitCode.REFUSED : ExitCode.DONE;
        }
        String code = result.path("_meta").path("dev.countergate/error").path("code").asString("");
        return REFUSALS.contains(code) ? ExitCode.REFUSED : ExitCode.FAILED;
    }
}
