package dev.countergate.policy.token;

import static dev.countergate.policy.token.MemberReader.ifValid;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** Reads the members that each {@link SignedText} has beside its own. */
record SignedMembers(
        ServerId server,
        Person approver,
        String key,
        Challenge challenge,
        Instant issued,
        Instant expires) {
    private static final Set<String> NAMES =
            Set.of("version", "server", "approver", "key", "challenge", "issued", "expires");

    /** A reader of a text with these members, those called {@code own}, and no others. */
    static MemberReader reader(JsonNode value, Set<String> own) {
        Set<String> names = new HashSet<>(NAMES);
        names.addAll(own);
        return new MemberReader(value, names);
    }

    /** These members; empty when {@code reader} met a fault in them. */
    static Optional<SignedMembers> read(MemberReader reader) {
        reader.version();
        Optional<ServerId> server =
                reader.member("server", ifValid(ServerId::isValid, ServerId::new));
        Optional<Person> approver =
                reader.member("approver", ifValid(Person::isValid, Person::new));
        Optional<String> key = reader.member("key", Optional::of);
        Optional<Challenge> challenge =
                reader.member("challenge", ifValid(Challenge::isValid, Challenge::new));
        Optional<Instant> issued = reader.member("issued", UtcTime::parse);
        Optional<Instant> expires = reader.member("expires", UtcTime::parse);
        return reader.faults().isEmpty()
                ? Optional.of(
                        new SignedMembers(
                                server.orElseThrow(),
                                approver.orElseThrow(),
                                key.orElseThrow(),
                                challenge.orElseThrow(),
                                issued.orElseThrow(),
                                expires.orElseThrow()))
                : Optional.empty();
    }

    /** The text that {@code make} makes of members of their type, or why they make none together. */
    static <T> Checked<T> made(Supplier<T> make) {
        try {
            return Checked.valid(make.get());
        } catch (IllegalArgumentException none) {
            return Checked.invalid(new Fault("", String.valueOf(none.getMessage())));
        }
    }
}
