package dev.countergate.server.approver;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.token.SshPublicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which of a person's keys signs: the one named, else the one enrolled key found.
 *
 * @param enrolled the keys that count
 * @param named the file of the private half, or null to look for one
 * @param approver who signs, or null for whoever's key is found
 * @param folders where keys lie
 */
public record KeyChoice(
        List<EnrolledKey> enrolled,
        @Nullable Path named,
        @Nullable Person approver,
        List<Path> folders) {
    private static final int PUBLIC_BYTES_MAX = 16 << 10;

    public KeyChoice {
        enrolled = List.copyOf(enrolled);
        folders = List.copyOf(folders);
    }

    /**
     * The key.
     *
     * @throws RefusedException when there is none, more than one, or the one named does not count
     */
    public SigningKey key() throws IOException, RefusedException {
        if (enrolled.isEmpty()) {
            throw new RefusedException(
                    "KEY_NOT_ENROLLED",
                    "nobody may approve here yet: `countergate approver add NAME --new`");
        }
        return named == null ? found() : named(named);
    }

    /**
     * Refuses a key that would sign without its person.
     *
     * @throws RefusedException when an ssh-agent holds it, or it is kept by no passphrase
     */
    public static void requireKept(
            SigningKey key, SshKeygen keygen, Map<String, String> environment)
            throws IOException, InterruptedException, RefusedException {
        SshAgent.refuse(key.key(), environment);
        if (!key.key().kind().isHardware() && keygen.isUnprotected(key.file())) {
            throw new RefusedException(
                    "KEY_UNPROTECTED",
                    "`"
                            + key.file()
                            + "` has no passphrase, so whoever reads the file can approve: give it"
                            + " one with `ssh-keygen -p -f "
                            + key.file()
                            + "`");
        }
    }

    /** Every key that counts whose private half lies in a folder. */
    public List<SigningKey> all() throws IOException, RefusedException {
        List<SigningKey> found = new ArrayList<>();
        for (Path folder : folders) {
            for (Path half : publicHalves(folder)) {
                Path file = privateHalf(half);
                if (Files.exists(file) && isApproving(half)) {
                    owned(file, read(half)).ifPresent(found::add);
                }
            }
        }
        return found;
    }

    private SigningKey named(Path given) throws IOException, RefusedException {
        Path file = privateHalf(given);
        Path half = SshKeygen.publicHalf(file);
        if (!Files.exists(half)) {
            throw new RefusedException(
                    "KEY_NOT_ENROLLED",
                    "`"
                            + half
                            + "` is missing, which says whose key it is: `ssh-keygen -y -f "
                            + file
                            + " > "
                            + half
                            + "`");
        }
        SshPublicKey key = read(half);
        return owned(file, key)
                .orElseThrow(
                        () ->
                                new RefusedException(
                                        "KEY_NOT_ENROLLED",
                                        "`"
                                                + file
                                                + "` ("
                                                + key.fingerprint()
                                                + ") is not enrolled"
                                                + (approver == null
                                                        ? ""
                                                        : " for `" + approver + "`")
                                                + ": `countergate approver list` shows the keys"
                                                + " that are"));
    }

    private SigningKey found() throws IOException, RefusedException {
        List<SigningKey> found = all();
        if (found.size() == 1) {
            return found.getFirst();
        }
        String where = folders.stream().map(Path::toString).collect(Collectors.joining(", "));
        throw new RefusedException(
                "KEY_NOT_ENROLLED",
                found.isEmpty()
                        ? "no enrolled key"
                                + (approver == null ? "" : " of `" + approver + "`")
                                + " lies in "
                                + where
                                + ": name it with `--key FILE`"
                        : "more than one enrolled key lies here: choose with `--key` among "
                                + found.stream()
                                        .map(each -> each.file().toString())
                                        .collect(Collectors.joining(", ")));
    }

    private Optional<SigningKey> owned(Path file, SshPublicKey key) {
        return enrolled.stream()
                .filter(each -> each.fingerprint().equals(key.fingerprint()))
                .filter(each -> approver == null || each.person().equals(approver))
                .findFirst()
                .map(each -> new SigningKey(file, key, each.person()));
    }

    private static Path privateHalf(Path given) {
        String name = String.valueOf(given.getFileName());
        return name.endsWith(".pub")
                ? given.resolveSibling(name.substring(0, name.length() - 4))
                : given;
    }

    private static List<Path> publicHalves(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(each -> each.toString().endsWith(".pub")).sorted().toList();
        }
    }

    /** Whether it is of a kind that can approve: a person's other keys lie in the same folder. */
    private static boolean isApproving(Path half) throws IOException {
        return parse(half) instanceof Checked.Valid<SshPublicKey>;
    }

    /**
     * The public key in the file {@code half}.
     *
     * @throws RefusedException when it holds none that can approve
     */
    public static SshPublicKey read(Path half) throws IOException, RefusedException {
        return switch (parse(half)) {
            case Checked.Valid<SshPublicKey>(SshPublicKey key) -> key;
            case Checked.Invalid<SshPublicKey>(var faults) ->
                    throw new RefusedException(
                            "KEY_NOT_FIT", "`" + half + "`: " + faults.getFirst().text());
        };
    }

    private static Checked<SshPublicKey> parse(Path half) throws IOException {
        if (Files.size(half) > PUBLIC_BYTES_MAX) {
            return SshPublicKey.parseLine("");
        }
        return SshPublicKey.parseLine(Files.readString(half));
    }
}
