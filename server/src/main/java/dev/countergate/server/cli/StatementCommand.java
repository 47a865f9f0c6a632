package dev.countergate.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.parameter.PrometheusDuration;
import dev.countergate.policy.token.Statement;
import dev.countergate.policy.token.UtcTime;
import dev.countergate.relay.ExitCode;
import dev.countergate.server.approver.RefusedException;
import dev.countergate.server.approver.ShownProposal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "statement",
        description = {
            "Prints the exact bytes to sign, for a key on another machine.",
            "No line end stands after them, and each is good once. Read what `countergate show`"
                    + " says",
            "first: that is what the signature stands for."
        },
        footer = {
            "",
            "  $ countergate statement 4f1c09ab --approver ana > approval",
            "  $ ssh-keygen -Y sign -n approval-v1@countergate.dev -f ~/.ssh/approvals approval",
            "  $ countergate submit 4f1c09ab --statement approval --signature approval.sig"
        })
final class StatementCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            paramLabel = "ID",
            converter = ProposalName.Converter.class,
            description = "the proposal's id, or its code")
    private ProposalName name = new ProposalName("");

    @Option(
            names = "--approver",
            paramLabel = "NAME",
            required = true,
            converter = PersonConverter.class,
            description = "who is going to sign")
    private Person approver = new Person("nobody");

    @Option(names = "--reject", description = "a rejection instead of an approval")
    private boolean reject;

    @Option(
            names = "--valid",
            paramLabel = "DURATION",
            converter = Validity.class,
            description = "how long it can be handed in: 5m unless given, 60m at most")
    private Duration valid = Statement.VALID_DEFAULT;

    @Option(
            names = "--key",
            paramLabel = "FILE.pub",
            description = "the public half of the key, where NAME has several")
    private @Nullable Path key;

    @Mixin private Place place = new Place();

    StatementCommand(Console console) {
        this.console = console;
    }

    /** Reads how long a statement is valid. */
    static final class Validity implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String typed) {
            return PrometheusDuration.parse(typed)
                    .filter(each -> each.compareTo(Statement.VALID_MAX) <= 0)
                    .filter(each -> each.toSeconds() > 0)
                    .orElseThrow(
                            () ->
                                    new TypeConversionException(
                                            "`"
                                                    + typed
                                                    + "` is no time from 1s to 60m, such as 10m"));
        }
    }

    @Override
    public Integer call() throws IOException, RefusedException {
        Daemons.Located proposal = Daemons.of(place, console).find(name);
        ShownProposal shown = ShowCommand.shown(proposal, proposal.ask("show"));
        Statement.Decision decision =
                reject ? Statement.Decision.REJECT : Statement.Decision.APPROVE;
        ObjectNode request =
                proposal.request("statement")
                        .put("approver", approver.name())
                        .put("decision", decision.word())
                        .put("valid_seconds", valid.toSeconds());
        String fingerprint = key == null ? null : KeyOptions.fingerprint(console, key);
        if (fingerprint != null) {
            request.put("key", fingerprint);
        }
        String text = proposal.ask(request).path("statement").asString("");
        Statement said = shown.checkStatement(text, decision, approver, fingerprint);
        console.out().writeBytes(text.getBytes(UTF_8));
        console.out().flush();
        console.note(
                "to "
                        + decision.word()
                        + " "
                        + shown.code()
                        + ", signed by "
                        + said.key()
                        + " and handed in before "
                        + UtcTime.text(said.expires()));
        return ExitCode.DONE;
    }
}
