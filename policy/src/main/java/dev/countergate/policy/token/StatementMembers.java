package dev.countergate.policy.token;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Reads a statement's members: these, all of them, spelt so, of their type. */
final class StatementMembers {
    private static final Set<String> NAMES =
            Set.of(
                    "version",
                    "decision",
                    "server",
                    "proposal",
                    "digest",
                    "view",
                    "approver",
                    "key",
                    "challenge",
                    "issued",
                    "expires");

    private final JsonNode object;
    private final List<Fault> faults = new ArrayList<>();

    private StatementMembers(JsonNode object) {
        this.object = object;
    }

    static Checked<Statement> read(JsonNode value) {
        if (!value.isObject()) {
            return Checked.invalid(new Fault("", "a statement is an object"));
        }
        return new StatementMembers(value).read();
    }

    private Checked<Statement> read() {
        for (String name : new TreeSet<>(object.propertyNames())) {
            if (!NAMES.contains(name)) {
                faults.add(new Fault(name, "not a member of a statement"));
            }
        }
        JsonNode version = object.get("version");
        if (version == null || !version.isIntegralNumber() || version.longValue() != 1) {
            faults.add(new Fault("version", "not " + Statement.VERSION));
        }
        Optional<Statement.Decision> decision =
                member(
                        "decision",
                        text ->
                                Stream.of(Statement.Decision.values())
                                        .filter(each -> each.word().equals(text))
                                        .findFirst());
        Optional<ServerId> server = member("server", ifValid(ServerId::isValid, ServerId::new));
        Optional<ProposalId> proposal =
                member("proposal", ifValid(ProposalId::isValid, ProposalId::new));
        Optional<Digest> digest = member("digest", ifValid(Digest::isValid, Digest::new));
        Optional<Digest> view = member("view", ifValid(Digest::isValid, Digest::new));
        Optional<Person> approver = member("approver", ifValid(Person::isValid, Person::new));
        Optional<String> key = member("key", Optional::of);
        Optional<Challenge> challenge =
                member("challenge", ifValid(Challenge::isValid, Challenge::new));
        Optional<Instant> issued = member("issued", UtcTime::parse);
        Optional<Instant> expires = member("expires", UtcTime::parse);
        if (!faults.isEmpty()) {
            return Checked.invalid(faults);
        }
        try {
            return Checked.valid(
                    new Statement(
                            decision.orElseThrow(),
                            server.orElseThrow(),
                            proposal.orElseThrow(),
                            digest.orElseThrow(),
                            view.orElseThrow(),
                            approver.orElseThrow(),
                            key.orElseThrow(),
                            challenge.orElseThrow(),
                            issued.orElseThrow(),
                            expires.orElseThrow()));
        } catch (IllegalArgumentException notAStatement) {
            return Checked.invalid(new Fault("", String.valueOf(notAStatement.getMessage())));
        }
    }

    private static <T> Function<String, Optional<T>> ifValid(
            Predicate<String> valid, Function<String, T> make) {
        return text -> valid.test(text) ? Optional.of(make.apply(text)) : Optional.empty();
    }

    private <T> Optional<T> member(String name, Function<String, Optional<T>> read) {
        JsonNode value = object.get(name);
        if (value == null) {
            faults.add(new Fault(name, "missing"));
            return Optional.empty();
        }
        Optional<T> found = value.isString() ? read.apply(value.stringValue()) : Optional.empty();
        if (found.isEmpty()) {
            faults.add(new Fault(name, "not what stands there in a statement"));
        }
        return found;
    }
}
