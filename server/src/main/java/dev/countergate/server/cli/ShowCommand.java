package dev.countergate.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.result.VisibleText;
import dev.countergate.relay.ExitCode;
import dev.countergate.server.approver.RefusedException;
import dev.countergate.server.approver.ShownProposal;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "show",
        description = {
            "Shows a proposal as its approver sees it.",
            "Exactly the bytes whose SHA-256 is a statement's `view`: rendered here from the"
                    + " proposal's",
            "own bytes, and compared with the daemon's."
        },
        footer = {
            "",
            "Exit code 2 when the daemon's text is not what the proposal's bytes say. --core is"
                    + " made for",
            "programs: it may hold characters a terminal obeys. With --json: {proposal, code,"
                    + " digest,",
            "view_digest, view, core, status}; core is an object, status as `countergate submit"
                    + " --json`",
            "has it.",
            "",
            "  $ countergate show 4f1c09ab",
            "  $ countergate show p-00000000000000000000000001 --core | sha256sum"
        })
final class ShowCommand implements Callable<Integer> {
    /** How a proposal is asked for to be run by hand. */
    enum Form {
        CURL,
        AWS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** At most one of these. */
    private static final class Shape {
        @Option(names = "--core", description = "write the core's bytes instead")
        private boolean core;

        @Option(
                names = "--as",
                paramLabel = "curl|aws",
                description = "print the command that does it by hand, each secret as $$NAME")
        private @Nullable Form form;

        @Option(names = "--json", description = "print JSON")
        private boolean json;
    }

    private final Console console;

    @Parameters(
            paramLabel = "ID",
            converter = ProposalName.Converter.class,
            description = "the proposal's id, or its code")
    private ProposalName name = new ProposalName("");

    @Mixin private Place place = new Place();

    @ArgGroup private Shape shape = new Shape();

    ShowCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, RefusedException {
        Daemons.Located proposal = Daemons.of(place, console).find(name);
        JsonNode answer = proposal.ask("show");
        ShownProposal shown = shown(proposal, answer);
        if (shape.core) {
            console.out().writeBytes(shown.core().getBytes(UTF_8));
        } else if (shape.form != null) {
            return byHand(shape.form, answer.path("as").path(shape.form.toString()));
        } else if (shape.json) {
            console.print(json(proposal, shown, answer));
        } else {
            console.out().writeBytes(shown.view().text().getBytes(UTF_8));
        }
        return ExitCode.DONE;
    }

    /** What the daemon shows of {@code proposal}, checked. */
    static ShownProposal shown(Daemons.Located proposal, JsonNode answer) throws RefusedException {
        return ShownProposal.check(
                proposal.proposal(),
                answer.path("core").asString(""),
                answer.path("view").asString(""),
                answer.path("digest").asString(""));
    }

    private int byHand(Form form, JsonNode command) throws RefusedException {
        if (!command.isString()) {
            return console.fail(
                    "this cannot be run with `"
                            + form
                            + "`: try `--as "
                            + (form == Form.CURL ? Form.AWS : Form.CURL)
                            + "`");
        }
        String text = command.stringValue();
        if (!VisibleText.visible(text).equals(text)) {
            throw new RefusedException(
                    "NOT_SHOWABLE",
                    "the command holds characters that do not show as they are: take the request"
                            + " from `--core`");
        }
        console.print(text);
        return ExitCode.DONE;
    }

    private static ObjectNode json(Daemons.Located proposal, ShownProposal shown, JsonNode answer) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("proposal", proposal.proposal().value());
        json.put("code", shown.code());
        json.put("digest", shown.digest().hex());
        json.put("view_digest", shown.view().digest().hex());
        json.put("view", shown.view().text());
        json.set("core", shown.members());
        json.set("status", answer.path("status"));
        return json;
    }
}
