package dev.countergate.server.cli;

import dev.countergate.policy.result.VisibleText;
import dev.countergate.relay.ExitCode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "tail",
        description = {
            "Shows the last leaves of the log.",
            "Index, time, kind, proposal and state, and whatever else a leaf says; a text cut at 80",
            "characters says how many it has, and --json has it whole."
        },
        footer = {
            "",
            "With --json: one leaf a line, whole, as `countergate audit export` writes it. With --follow",
            "it stays until it is ended with Ctrl-C. It shows what the daemon says; only a copy checked",
            "with `countergate audit verify` is proof.",
            "",
            "  $ countergate audit tail -n 50 --follow"
        })
final class AuditTailCommand implements Callable<Integer> {
    private static final int PAUSE_MILLIS = 500;
    private static final int TEXT_MAX = 80;

    /** Of what goes on below a leaf's first line. */
    private static final int INDENT = 4;

    private static final Set<String> FIRST =
            Set.of("index", "time", "kind", "proposal", "state", "previous", "sealed");

    private final JsonMapper mapper = new JsonMapper();
    private final Console console;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private Place place = new Place();

    @Option(names = "-n", paramLabel = "N", description = "how many leaves (20)")
    private int leaves = 20;

    @Option(names = "--follow", description = "go on with what comes")
    private boolean follow;

    @Option(names = "--json", description = "print JSON, a leaf a line")
    private boolean json;

    AuditTailCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        if (leaves < 1) {
            throw new ParameterException(spec.commandLine(), "-n is at least 1");
        }
        AuditPages pages = new AuditPages(place.state(console), -leaves);
        List<String> lines = pages.read();
        while (follow || !lines.isEmpty()) {
            lines.forEach(this::print);
            if (lines.isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
            lines = pages.read();
        }
        return ExitCode.DONE;
    }

    private void print(String line) {
        JsonNode leaf = mapper.readTree(line);
        if (leaf.has("index")) {
            if (json) {
                console.out().println(line);
            } else {
                console.print(Tone.PLAIN, shown(leaf), INDENT);
            }
        }
    }

    private static String shown(JsonNode leaf) {
        StringBuilder shown = new StringBuilder();
        shown.append(leaf.path("index").asString()).append("  ");
        shown.append(text(leaf.path("time"))).append("  ").append(text(leaf.path("kind")));
        for (String name : List.of("proposal", "state")) {
            if (leaf.has(name)) {
                shown.append("  ").append(text(leaf.path(name)));
            }
        }
        for (Map.Entry<String, JsonNode> member : leaf.properties()) {
            if (!FIRST.contains(member.getKey())) {
                shown.append("  ").append(member.getKey()).append('=');
                shown.append(text(member.getValue()));
            }
        }
        return shown.toString();
    }

    private static String text(JsonNode value) {
        String whole = VisibleText.line(value.asString());
        return whole.length() <= TEXT_MAX
                ? whole
                : whole.substring(0, TEXT_MAX) + "... [" + whole.length() + " characters]";
    }
}
