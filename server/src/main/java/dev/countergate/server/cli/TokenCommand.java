package dev.countergate.server.cli;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Principals.Principal;
import dev.countergate.policy.token.BearerToken;
import dev.countergate.relay.ExitCode;
import dev.countergate.server.CatalogueReport;
import dev.countergate.server.Wiring;
import dev.countergate.server.approver.AgentEnvironment;
import dev.countergate.server.approver.RefusedException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "token",
        description = {
            "Makes and lists the bearer tokens that clients over HTTP show.",
            "A catalogue holds a token's hash alone, under `principals:`."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "A token is taken back by taking its entry out; that is served at once.",
            "",
            "  $ countergate token add grafana --person ana",
            "  $ countergate token list"
        })
final class TokenCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "say what to do with tokens: add or list");
    }

    @Command(
            name = "add",
            description = {
                "Makes a token, prints it this once, and the entry to put into the catalogue.",
                "Changes nothing: the entry is yours to paste, and a person accepts it with",
                "`countergate reload`. Refuses to run where an agent's environment shows."
            },
            footer = {
                "",
                "With --json: {token, principal, sha256, entry}, the entry as JSON, which YAML"
                        + " takes as it is.",
                "",
                "  $ countergate token add grafana --person ana"
            })
    static final class Add implements Callable<Integer> {
        /** What the catalogue takes for a name; nothing in it needs quotes there. */
        private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,63}");

        private final Console console;

        @Spec private CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "NAME", description = "of the token: its principal is token:NAME")
        private String name = "";

        @Option(
                names = "--person",
                paramLabel = "PERSON",
                converter = PersonConverter.class,
                description = "who stands behind it")
        private @Nullable Person person;

        @Option(names = "--json", description = "print JSON")
        private boolean json;

        Add(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() throws RefusedException {
            if (!NAME.matcher(name).matches()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "NAME must be up to 64 letters, digits, `_`, `-` and `.`, and begin with a"
                                + " letter or `_`");
            }
            AgentEnvironment.refuse(console.environment());
            byte[] random = new byte[BearerToken.RANDOM_BYTES];
            new SecureRandom().nextBytes(random);
            BearerToken token = BearerToken.of(random);
            if (json) {
                console.print(described(token));
            } else {
                console.print(token.reveal());
                console.print("");
                console.print("It is not shown again. Under `principals:` in the catalogue:");
                console.print("");
                console.print(
                        (person == null ? "  - " : "  - person: " + quoted(person) + "\n    ")
                                + "tokens:");
                console.print(
                        "      - {name: " + name + ", sha256: \"" + token.digest().hex() + "\"}");
                console.print("");
                console.print(
                        "With `tools:` and `limits:` beside `tokens:` it may do less than everything.");
            }
            return ExitCode.DONE;
        }

        /** Where a digit comes first YAML may read a number. */
        private static String quoted(Person person) {
            return NAME.matcher(person.name()).matches() ? person.name() : "\"" + person + "\"";
        }

        private ObjectNode described(BearerToken token) {
            ObjectNode all = JsonNodeFactory.instance.objectNode();
            all.put("token", token.reveal());
            all.put("principal", PrincipalId.token(name).value());
            all.put("sha256", token.digest().hex());
            ObjectNode entry = all.putObject("entry");
            if (person != null) {
                entry.put("person", person.name());
            }
            entry.putArray("tokens")
                    .addObject()
                    .put("name", name)
                    .put("sha256", token.digest().hex());
            return all;
        }
    }

    @Command(
            name = "list",
            description = "Lists the tokens the catalogue names, and what each may do.",
            footer = {
                "",
                "With --json: an array of {principal, person, tools, limits, expires}; `tools` only"
                        + " where they",
                "are not all, `expires` only where there is a time.",
                "",
                "  $ countergate token list --config ~/ops/tools.yaml"
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
        public Integer call() {
            CatalogueReport report =
                    Wiring.check(place.catalogue(console), false, console.environment());
            Optional<Catalogue> catalogue = report.catalogue();
            if (catalogue.isEmpty()) {
                report.faults().forEach(console.err()::println);
                return ExitCode.INVALID_CONFIGURATION;
            }
            List<Principal> tokens =
                    catalogue.get().principals().all().stream()
                            .filter(principal -> principal.token() != null)
                            .toList();
            console.listing(
                    json,
                    PrincipalTable.json(catalogue.get(), tokens),
                    "there are no tokens: `countergate token add NAME` makes one",
                    () -> PrincipalTable.rows(catalogue.get(), tokens));
            return ExitCode.DONE;
        }
    }
}
