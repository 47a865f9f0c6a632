package dev.countergate.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The person of the demo and their key, which is made for it and goes with it: somebody at the terminal, or nobody, and then
 * the key signs by itself what a person elsewhere would sign.
 */
final class Countersigner {
    static final String NAME = "you";
    static final String NAMESPACE = "approval-v1@countergate.dev";

    /** Of the key that a person uses; `approve` takes none without. */
    static final String PASSPHRASE = "simulated";

    private final Workspace workspace;
    private final Program program;
    private final Path keygen;
    private final Page page;
    private final boolean isUnattended;

    Countersigner(Workspace workspace, Path keygen, Page page, boolean isUnattended) {
        this.workspace = workspace;
        this.program = new Program(workspace);
        this.keygen = keygen;
        this.page = page;
        this.isUnattended = isUnattended;
    }

    /**
     * The {@code ssh-keygen} of this machine.
     *
     * @param path the directories to look into, as PATH has them
     */
    static Optional<Path> keygen(String path) {
        return Stream.of(path.split(":", -1))
                .filter(each -> each.startsWith("/"))
                .map(each -> Path.of(each, "ssh-keygen"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Makes the key and enrols it. */
    void enrol() throws IOException, InterruptedException, DemoException {
        Path key = workspace.file("key");
        sshKeygen("-t", "ed25519", "-N", isUnattended ? "" : PASSPHRASE, "-f", key.toString());
        workspace.add(Map.of("COUNTERGATE_KEY", key.toString()));
        var _ = program.succeed("approver", "add", NAME, key + ".pub");
    }

    /**
     * Decides on a proposal, or has it decided.
     *
     * @return the exit code of what decided: 0 where it was approved and its effect seen, or where it was handed in
     */
    int decide(String code) throws IOException, InterruptedException, DemoException {
        return isUnattended ? handIn(code) : ask(code);
    }

    private int ask(String code) throws IOException, InterruptedException {
        page.words(
                "Your key was made for this demo and goes with it. Its passphrase is: "
                        + PASSPHRASE);
        page.words(
                "You will see exactly what is going to be sent. Look for the code "
                        + code
                        + " near its end: it stands for these bytes and no others.");
        page.command("countergate approve " + code);
        return program.attached("approve", code);
    }

    private int handIn(String code) throws IOException, InterruptedException, DemoException {
        page.words(
                "Nobody is asked (--yes): a throwaway key signs what a person would sign elsewhere.");
        Path statement = workspace.file("statement");
        page.command("countergate statement " + code + " --approver " + NAME + " > statement");
        Files.writeString(statement, program.succeed("statement", code, "--approver", NAME));
        page.command("ssh-keygen -Y sign -n " + NAMESPACE + " -f key statement");
        sshKeygen(
                "-Y",
                "sign",
                "-n",
                NAMESPACE,
                "-f",
                workspace.file("key").toString(),
                statement.toString());
        page.command(
                "countergate submit " + code + " --statement statement --signature statement.sig");
        Program.Outcome taken =
                program.countergate(
                        "submit",
                        code,
                        "--statement",
                        statement.toString(),
                        "--signature",
                        statement + ".sig");
        if (taken.code() != 0) {
            throw new DemoException("what was signed was not taken: " + taken.err().strip());
        }
        page.answer(taken.out().strip());
        return taken.code();
    }

    private void sshKeygen(String... arguments)
            throws IOException, InterruptedException, DemoException {
        List<String> command = new ArrayList<>(List.of(keygen.toString(), "-q"));
        command.addAll(List.of(arguments));
        Program.Outcome outcome = program.run(command);
        if (outcome.code() != 0) {
            throw new DemoException("`" + keygen + "` failed: " + outcome.err().strip());
        }
    }
}
