package dev.countergate.policy.token;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The enrolled keys: a file in OpenSSH's allowed_signers format (ssh-keygen(1), "ALLOWED SIGNERS"), read strictly.
 *
 * <p>Whoever is in it here is in it for stock {@code ssh-keygen -Y verify} too, at the same times and for the same
 * namespaces. Not the other way round: a line stands for one person and one key, so lists of principals, wildcards,
 * negations, certificate authorities and kinds of key that cannot approve are faults, and one fault refuses the file.
 */
public final class AllowedSigners {
    /** The longest file, in characters. */
    public static final int LENGTH_MAX = 256 << 10;

    /** The most keys. */
    public static final int KEYS_MAX = 1_000;

    private final List<Signer> signers;

    private AllowedSigners(List<Signer> signers) {
        this.signers = List.copyOf(signers);
    }

    /**
     * One line of the file.
     *
     * @param line where it stands, from 1
     * @param person whose key it is
     * @param key the key
     * @param namespaces what it may sign, or null for everything
     * @param validAfter the first second at which it counts, or null
     * @param validBefore the last second at which it counts, or null
     */
    public record Signer(
            int line,
            Person person,
            SshPublicKey key,
            @Nullable List<String> namespaces,
            @Nullable Instant validAfter,
            @Nullable Instant validBefore) {
        public Signer {
            namespaces = namespaces == null ? null : List.copyOf(namespaces);
        }
    }

    /**
     * Reads a file.
     *
     * @param zone that of times without a {@code Z}: the machine's, as for ssh-keygen
     * @return every fault, its subject the line
     */
    public static Checked<AllowedSigners> parse(String text, ZoneId zone) {
        if (text.length() > LENGTH_MAX) {
            return Checked.invalid(
                    new Fault("", "longer than " + LENGTH_MAX + " characters", "remove lines"));
        }
        List<Signer> signers = new ArrayList<>();
        List<Fault> faults = new ArrayList<>();
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i];
            if (SignerLine.isComment(line)) {
                continue;
            }
            switch (SignerLine.parse(i + 1, line, zone)) {
                case Checked.Invalid<Signer>(List<Fault> found) -> faults.addAll(found);
                case Checked.Valid<Signer>(Signer signer) -> {
                    faults.addAll(clash(signers, signer));
                    signers.add(signer);
                }
            }
        }
        if (signers.size() > KEYS_MAX) {
            faults.add(new Fault("", "more than " + KEYS_MAX + " keys", "remove lines"));
        }
        return faults.isEmpty()
                ? Checked.valid(new AllowedSigners(signers))
                : Checked.invalid(faults);
    }

    /** A key belongs to one person and has one line; the same point as another kind of key is the same key. */
    private static List<Fault> clash(List<Signer> earlier, Signer signer) {
        List<Fault> faults = new ArrayList<>();
        String subject = "line " + signer.line();
        earlier.stream()
                .filter(each -> Arrays.equals(each.key().point(), signer.key().point()))
                .findFirst()
                .map(
                        each ->
                                new Fault(
                                        subject,
                                        "the key stands on line "
                                                + each.line()
                                                + " already, for `"
                                                + each.person()
                                                + "`",
                                        "keep one line a key"))
                .ifPresent(faults::add);
        // Stock ssh-keygen tells principals apart by case; whoever reads the file would count two
        // persons where we count one.
        Person person = signer.person();
        earlier.stream()
                .filter(each -> each.person().name().equalsIgnoreCase(person.name()))
                .filter(each -> !each.person().equals(person))
                .findFirst()
                .map(
                        each ->
                                new Fault(
                                        subject,
                                        "`"
                                                + person
                                                + "` is `"
                                                + each.person()
                                                + "` on line "
                                                + each.line()
                                                + ", and no other person",
                                        "spell a person one way"))
                .ifPresent(faults::add);
        return faults;
    }

    /** The enrolled keys in the order of the file. */
    public List<Signer> signers() {
        return signers;
    }

    /** The line that enrols {@code key}, valid now or not. */
    public Optional<Signer> find(SshPublicKey key) {
        return signers.stream().filter(each -> each.key().equals(key)).findFirst();
    }

    /** Whose key {@code key} is for {@code namespace} at the time {@code at}, or why it counts for nobody. */
    public Checked<Person> personOf(SshPublicKey key, String namespace, Instant at) {
        Optional<Signer> enrolled = find(key);
        if (enrolled.isEmpty()) {
            return refused("the key " + key.fingerprint() + " is not enrolled");
        }
        Signer signer = enrolled.get();
        if (signer.namespaces() != null && !signer.namespaces().contains(namespace)) {
            return refused(
                    "the key of `"
                            + signer.person()
                            + "` is not enrolled for the namespace `"
                            + namespace
                            + "`");
        }
        // ssh-keygen compares whole seconds, and both bounds are inside.
        long second = at.getEpochSecond();
        if (signer.validAfter() != null && second < signer.validAfter().getEpochSecond()) {
            return refused(
                    "the key of `"
                            + signer.person()
                            + "` is not valid before "
                            + signer.validAfter());
        }
        if (signer.validBefore() != null && second > signer.validBefore().getEpochSecond()) {
            return refused(
                    "the key of `"
                            + signer.person()
                            + "` is not valid after "
                            + signer.validBefore());
        }
        return Checked.valid(signer.person());
    }

    private static Checked<Person> refused(String problem) {
        return Checked.invalid(new Fault("", problem));
    }
}
