package dev.countergate.server.cli;

import dev.countergate.policy.token.SshSignature;
import dev.countergate.relay.ExitCode;
import dev.countergate.server.approver.AgentEnvironment;
import dev.countergate.server.approver.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(
        name = "submit",
        description = {
            "Hands in a statement that was signed elsewhere.",
            "Answers at once with the state and does not wait for the outcome. Refuses where an"
                    + " agent's",
            "environment shows."
        },
        footer = {
            "",
            "It cannot see how the key that signed is kept. Exit code 0 accepted, 2 refused. With"
                    + " --json:",
            "what `pending --json` has of a proposal and {version, why, outcome, verification:"
                    + " {state,",
            "why}, undo: {tool, arguments}, cancellable, final}; what is not known yet is left"
                    + " out.",
            "",
            "  $ countergate statement 4f1c09ab --approver ana > approval",
            "  $ ssh-keygen -Y sign -n approval-v1@countergate.dev -f ~/.ssh/approvals approval",
            "  $ countergate submit 4f1c09ab --statement approval --signature approval.sig"
        })
final class SubmitCommand implements Callable<Integer> {
    private static final int STATEMENT_BYTES_MAX = 8 << 10;

    private final Console console;

    @Parameters(
            paramLabel = "ID",
            converter = ProposalName.Converter.class,
            description = "the proposal's id, or its code")
    private ProposalName name = new ProposalName("");

    @Option(
            names = "--statement",
            paramLabel = "FILE",
            required = true,
            description = "the bytes that were signed")
    private Path statement = Path.of("");

    @Option(
            names = "--signature",
            paramLabel = "FILE.sig",
            required = true,
            description = "the signature, as `ssh-keygen -Y sign` writes it")
    private Path signature = Path.of("");

    @Mixin private Place place = new Place();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    SubmitCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, RefusedException {
        AgentEnvironment.refuse(console.environment());
        String said = read(statement, STATEMENT_BYTES_MAX);
        String signed = read(signature, SshSignature.LENGTH_MAX);
        Daemons.Located proposal = Daemons.of(place, console).find(name);
        JsonNode status = Countersigning.submit(proposal, said, signed);
        if (json) {
            console.print(status);
        } else {
            Following.print(console, "accepted; ", status);
        }
        return ExitCode.DONE;
    }

    private String read(Path file, int bytesMax) throws IOException, RefusedException {
        Path path = console.directory().resolve(file);
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path)) {
            bytes = in.readNBytes(bytesMax + 1);
        } catch (IOException failure) {
            throw new IOException("`" + path + "` cannot be read: is it there?", failure);
        }
        try {
            if (bytes.length <= bytesMax) {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            }
        } catch (CharacterCodingException notText) {
            // No statement and no signature either.
        }
        throw new RefusedException(
                "MALFORMED_STATEMENT",
                "`"
                        + path
                        + "` is neither a statement nor a signature: give the files as they were"
                        + " made");
    }
}
