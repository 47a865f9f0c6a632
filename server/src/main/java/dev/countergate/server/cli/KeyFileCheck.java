package dev.countergate.server.cli;

import dev.countergate.server.approver.EnrolledKey;
import dev.countergate.server.approver.KeyChoice;
import dev.countergate.server.approver.RefusedException;
import dev.countergate.server.approver.SigningKey;
import dev.countergate.server.approver.SshKeygen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether the private halves of approvers' keys that lie here sign without their persons. */
final class KeyFileCheck {
    private static final Set<PosixFilePermission> MOST =
            PosixFilePermissions.fromString("rw-------");

    private KeyFileCheck() {}

    /**
     * What there is to say of the keys in {@code folders}.
     *
     * @param enrolled the keys that approve
     */
    static List<Diagnosis> of(
            List<EnrolledKey> enrolled, List<Path> folders, Map<String, String> environment)
            throws InterruptedException {
        List<Diagnosis> found = new ArrayList<>();
        try {
            List<SigningKey> here = new KeyChoice(enrolled, null, null, folders).all();
            if (here.isEmpty()) {
                return List.of();
            }
            SshKeygen keygen = SshKeygen.find(environment);
            for (SigningKey key : here) {
                found.addAll(of(key, keygen));
            }
            if (found.isEmpty()) {
                found.add(
                        Diagnosis.ok(
                                "keys",
                                "no key that approves and lies here signs without its person"));
            }
        } catch (IOException | RefusedException failure) {
            found.add(
                    Diagnosis.problem(
                            "keys",
                            "the keys that lie here cannot be looked at: " + failure.getMessage(),
                            "mend that, or move them elsewhere"));
        }
        return found;
    }

    private static List<Diagnosis> of(SigningKey key, SshKeygen keygen)
            throws IOException, InterruptedException {
        List<Diagnosis> found = new ArrayList<>();
        boolean isOpen = !MOST.containsAll(Files.getPosixFilePermissions(key.file()));
        if (isOpen) {
            found.add(
                    Diagnosis.problem(
                            "keys",
                            "`" + key.file() + "` of `" + key.person() + "` is open to others",
                            "`chmod 600 " + key.file() + "`"));
        } else if (!key.key().kind().isHardware() && keygen.isUnprotected(key.file())) {
            // ssh-keygen does not touch one that is open to others.
            found.add(
                    Diagnosis.problem(
                            "keys",
                            "`"
                                    + key.file()
                                    + "` approves as `"
                                    + key.person()
                                    + "` and has no passphrase: every process of this account, an"
                                    + " agent's too, can sign with it",
                            "`ssh-keygen -p -f " + key.file() + "`, or a hardware key"));
        }
        return found;
    }
}
