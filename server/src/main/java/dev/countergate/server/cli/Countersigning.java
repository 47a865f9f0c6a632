package dev.countergate.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.result.VisibleText;
import dev.countergate.policy.token.Statement;
import dev.countergate.policy.token.Statement.Decision;
import dev.countergate.relay.ExitCode;
import dev.countergate.server.approver.AgentEnvironment;
import dev.countergate.server.approver.OutcomeText;
import dev.countergate.server.approver.Question;
import dev.countergate.server.approver.RefusedException;
import dev.countergate.server.approver.ShownProposal;
import dev.countergate.server.approver.SigningKey;
import dev.countergate.server.approver.SshKeygen;
import dev.countergate.server.approver.Terminal;
import java.io.IOException;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A person decides on one proposal at their terminal: it is checked, shown, asked about, signed, handed in, and followed.
 */
final class Countersigning {
    private final Console console;
    private final KeyOptions keys;
    private final boolean json;

    /**
     * @param json whether the end alone is printed, as JSON
     */
    Countersigning(Console console, KeyOptions keys, boolean json) {
        this.console = console;
        this.keys = keys;
        this.json = json;
    }

    /**
     * Goes through with it.
     *
     * @param wish what the person came to do; they may still reject, or leave it open
     * @return the exit code
     */
    int decide(Daemons daemons, ProposalName name, Decision wish)
            throws IOException, InterruptedException, RefusedException {
        AgentEnvironment.refuse(console.environment());
        try (Terminal terminal = Terminal.open()) {
            Daemons.Located proposal = daemons.find(name);
            JsonNode answer = proposal.ask("show");
            ShownProposal shown = ShowCommand.shown(proposal, answer);
            requireLog(proposal, shown);
            requirePending(answer.path("status"));
            SshKeygen keygen = SshKeygen.find(console.environment());
            SigningKey key = keys.choose(console, KeyOptions.enrolled(proposal.state()), keygen);
            terminal.print(shown.view().text() + "\n");
            Optional<Decision> decision =
                    wish == Decision.APPROVE
                            ? askToApprove(terminal, proposal, shown)
                            : askToReject(terminal);
            if (decision.isEmpty()) {
                console.note("left open: nothing was signed");
                return ExitCode.REFUSED;
            }
            terminal.print("signing with `" + key.file() + "`\n");
            JsonNode status = handIn(proposal, shown, decision.get(), key, keygen);
            JsonNode end = new Following(console, proposal, json).toTheEnd(status);
            if (json) {
                console.print(end);
            }
            requireLog(proposal, shown);
            boolean isRejected = end.path("state").asString("").equals("REJECTED");
            return decision.get() == Decision.REJECT && isRejected
                    ? ExitCode.DONE
                    : Following.exitCode(end);
        }
    }

    private void requireLog(Daemons.Located proposal, ShownProposal shown)
            throws IOException, RefusedException {
        ApproverFiles.of(console.environment())
                .seen(proposal.state())
                .check(
                        shown.members().path("server").asString(""),
                        (from, limit) ->
                                OperatorClient.ask(
                                                proposal.state(),
                                                OperatorClient.request("audit_read")
                                                        .put("from", from)
                                                        .put("limit", limit))
                                        .path("lines")
                                        .valueStream()
                                        .map(each -> each.asString(""))
                                        .toList());
    }

    private static void requirePending(JsonNode status) throws RefusedException {
        if (!status.path("state").asString("").equals("PENDING")) {
            throw new RefusedException(
                    "WRONG_STATE", "it waits for nobody: " + OutcomeText.of(status));
        }
    }

    private Optional<Decision> askToApprove(
            Terminal terminal, Daemons.Located proposal, ShownProposal shown) throws IOException {
        terminal.print(obstacles(proposal));
        Question question = Question.of(shown);
        return switch (question.answer(terminal.ask(question.text()))) {
            case APPROVE -> Optional.of(Decision.APPROVE);
            case REJECT -> Optional.of(Decision.REJECT);
            case LEAVE -> Optional.empty();
        };
    }

    private static Optional<Decision> askToReject(Terminal terminal) throws IOException {
        String typed =
                terminal.ask(Question.REJECT + " rejects it; anything else leaves it open: ");
        return typed.equals(Question.REJECT) ? Optional.of(Decision.REJECT) : Optional.empty();
    }

    /** What would block it if it were approved now; not knowing that is no reason to decide nothing. */
    private String obstacles(Daemons.Located proposal) {
        StringBuilder text = new StringBuilder();
        try (Waiting _ = console.waiting("reading what must hold again")) {
            for (JsonNode each : proposal.ask("examine").path("obstacles").values()) {
                text.append("WOULD BE BLOCKED NOW: ")
                        .append(
                                VisibleText.line(
                                        each.path("kind").asString("")
                                                + ": "
                                                + each.path("text").asString("")))
                        .append('\n');
            }
            return text.isEmpty() ? "looked at again just now: nothing blocks it\n" : text + "";
        } catch (IOException | RefusedException failure) {
            return "NOT KNOWN whether it would be blocked now: " + failure.getMessage() + "\n";
        }
    }

    private static JsonNode handIn(
            Daemons.Located proposal,
            ShownProposal shown,
            Decision decision,
            SigningKey key,
            SshKeygen keygen)
            throws IOException, InterruptedException, RefusedException {
        ObjectNode request =
                proposal.request("statement")
                        .put("approver", key.person().name())
                        .put("key", key.key().fingerprint())
                        .put("decision", decision.word());
        String text = proposal.ask(request).path("statement").asString("");
        var _ = shown.checkStatement(text, decision, key.person(), key.key().fingerprint());
        String signature = keygen.sign(key, Statement.NAMESPACE, text.getBytes(UTF_8));
        return submit(proposal, text, signature);
    }

    /** Hands a signed statement in and gives the status after it. */
    static JsonNode submit(Daemons.Located proposal, String statement, String signature)
            throws IOException, RefusedException {
        return proposal.ask(
                        proposal.request("submit")
                                .put("statement", statement)
                                .put("signature", signature))
                .path("status");
    }
}
