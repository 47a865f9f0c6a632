package dev.countergate.server.cli;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.result.VisibleText;
import dev.countergate.policy.token.SshPublicKey;
import dev.countergate.policy.token.WideningCommand;
import dev.countergate.relay.ExitCode;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.approver.AgentEnvironment;
import dev.countergate.server.approver.KeyChoice;
import dev.countergate.server.approver.RefusedException;
import dev.countergate.server.approver.SshAgent;
import dev.countergate.server.approver.SshKeygen;
import dev.countergate.server.approver.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        name = "approver",
        description = {
            "Enrols, lists and strikes out the keys that approve.",
            "They stand in the allowed_signers file of a daemon's state directory. The first is"
                    + " enrolled",
            "by the daemon's own account; every later change is signed at a terminal."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Each catalogue's daemon has its own: --config or --state says which is meant.",
            "",
            "  $ countergate approver add ana --new",
            "  $ countergate approver list"
        })
final class ApproverCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(), "say what to do with approvers: add, list or remove");
    }

    @Command(
            name = "add",
            description = {
                "Enrols a person's key: the public half of one they have, or a new one.",
                "Refuses RSA, plain ECDSA, what the running ssh-agent holds, and to run where an"
                        + " agent's",
                "environment shows."
            },
            footer = {
                "",
                "--new makes a hardware key if one is plugged in, else Ed25519 with a passphrase,"
                        + " in",
                "~/.config/countergate/keys. Who holds the private half of KEY.pub, and how, cannot"
                        + " be",
                "seen here. --key and --approver say who signs for it, once somebody is enrolled.",
                "With --json: {state, text}.",
                "",
                "  $ countergate approver add ana --new --config ~/ops/catalogue.yaml",
                "  $ countergate approver add ben ben.pub --approver ana"
            })
    static final class Add implements Callable<Integer> {
        private final Console console;

        @Spec private CommandSpec spec = CommandSpec.create();

        @Parameters(
                index = "0",
                paramLabel = "NAME",
                converter = PersonConverter.class,
                description = "the person: one name stands for one human being")
        private Person person = new Person("nobody");

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "KEY.pub",
                description = "the public half of the person's key")
        private @Nullable Path file;

        @Option(names = "--new", description = "make a key instead")
        private boolean isNew;

        @Mixin private KeyOptions keys = new KeyOptions();

        @Mixin private Place place = new Place();

        @Option(names = "--json", description = "print JSON")
        private boolean json;

        Add(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() throws IOException, InterruptedException, RefusedException {
            if (isNew == (file != null)) {
                throw new ParameterException(
                        spec.commandLine(), "give either the file KEY.pub or --new");
            }
            AgentEnvironment.refuse(console.environment());
            StateDirectory state = Daemons.of(place, console).one();
            // A daemon that does not answer is better met before a key is made.
            var _ = KeyOptions.enrolled(state);
            Path half = file == null ? make() : console.directory().resolve(file).normalize();
            SshPublicKey key = KeyChoice.read(half);
            SshAgent.refuse(key, console.environment());
            new SignedCommand(console, keys)
                    .run(state, new WideningCommand.ApproverAdd(person, key), json);
            return ExitCode.DONE;
        }

        /** Makes a key and gives the file of its public half. */
        private Path make() throws IOException, InterruptedException, RefusedException {
            Path fresh = ApproverFiles.of(console.environment()).newKey(person);
            Path half = fresh.resolveSibling(fresh.getFileName() + ".pub");
            if (Files.exists(fresh, LinkOption.NOFOLLOW_LINKS)
                    || Files.exists(half, LinkOption.NOFOLLOW_LINKS)) {
                throw new RefusedException(
                        "KEY_EXISTS",
                        "`"
                                + fresh
                                + "` is there already: enrol it with `countergate approver add "
                                + person
                                + " "
                                + half
                                + "`");
            }
            try (Terminal terminal = Terminal.open()) {
                SshKeygen.find(console.environment())
                        .make(fresh, "countergate approvals of " + person, terminal);
            }
            console.note("made `" + fresh + "`");
            return half;
        }
    }

    @Command(
            name = "list",
            description = "Lists whose keys count, and when.",
            footer = {
                "",
                "With --json: an array of {person, fingerprint, kind, valid_after, valid_before};"
                        + " the times,",
                "RFC 3339, only where the key has them.",
                "",
                "  $ countergate approver list"
            })
    static final class Listing implements Callable<Integer> {
        private final Console console;

        @Mixin private Place place = new Place();

        @Option(names = "--json", description = "print JSON")
        private boolean json;

        Listing(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() throws IOException, RefusedException {
            StateDirectory state = Daemons.of(place, console).one();
            JsonNode approvers =
                    OperatorClient.ask(state, OperatorClient.request("approvers"))
                            .path("approvers");
            console.listing(
                    json,
                    approvers,
                    "nobody may approve here yet: `countergate approver add NAME --new` enrols the"
                            + " first key",
                    () -> rows(approvers));
            return ExitCode.DONE;
        }

        private static List<List<String>> rows(JsonNode approvers) {
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("PERSON", "KIND", "FINGERPRINT", "FROM", "UNTIL"));
            for (JsonNode each : approvers.values()) {
                rows.add(
                        List.of(
                                PendingCommand.cell(each, "person"),
                                PendingCommand.cell(each, "kind"),
                                PendingCommand.cell(each, "fingerprint"),
                                PendingCommand.cell(each, "valid_after"),
                                PendingCommand.cell(each, "valid_before")));
            }
            return rows;
        }
    }

    @Command(
            name = "remove",
            description = {
                "Strikes out a person's keys, or one of them.",
                "The last key of all stays. Signed at a terminal. Refuses where an agent's"
                        + " environment",
                "shows."
            },
            footer = {
                "",
                "What they approved before stands. With --json: {state, text}.",
                "",
                "  $ countergate approver list",
                "  $ countergate approver remove ben --approver ana"
            })
    static final class Removal implements Callable<Integer> {
        private final Console console;

        @Parameters(
                paramLabel = "NAME",
                converter = PersonConverter.class,
                description = "the person")
        private Person person = new Person("nobody");

        @Option(
                names = "--fingerprint",
                paramLabel = "SHA256:...",
                description = "only this key, as `countergate approver list` shows it")
        private @Nullable String fingerprint;

        @Mixin private KeyOptions keys = new KeyOptions();

        @Mixin private Place place = new Place();

        @Option(names = "--json", description = "print JSON")
        private boolean json;

        Removal(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() throws IOException, InterruptedException, RefusedException {
            WideningCommand command;
            try {
                command = new WideningCommand.ApproverRemove(person, fingerprint);
            } catch (IllegalArgumentException notOne) {
                return console.fail(
                        "`"
                                + VisibleText.line(String.valueOf(fingerprint))
                                + "` is no fingerprint: `countergate approver list` shows them");
            }
            new SignedCommand(console, keys).run(Daemons.of(place, console).one(), command, json);
            return ExitCode.DONE;
        }
    }
}
