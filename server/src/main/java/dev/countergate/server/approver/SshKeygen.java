package dev.countergate.server.approver;

import dev.countergate.policy.token.SshSignature;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * OpenSSH's {@code ssh-keygen}, by an absolute path that nobody else can write to, in an environment cleared of whatever
 * could sign or answer in the person's place: no ssh-agent, no askpass program, no preloaded library.
 */
public final class SshKeygen {
    /** Where it is looked for, in this order. */
    static final List<Path> PLACES =
            List.of(
                    Path.of("/usr/bin/ssh-keygen"),
                    Path.of("/usr/local/bin/ssh-keygen"),
                    Path.of("/opt/homebrew/bin/ssh-keygen"));

    private static final int TRIES = 3;

    /** What it says when there is no hardware key to make one on, or it was built without them. */
    private static final List<String> NO_HARDWARE =
            List.of("device not found", "unknown key type", "No FIDO SecurityKeyProvider");

    private final Path program;
    private final Map<String, String> environment;

    private SshKeygen(Path program, Map<String, String> environment) {
        this.program = program;
        this.environment = environment;
    }

    /**
     * The first of {@code places} that only its owner and root can replace.
     *
     * @param environment of which home, terminal type and language are kept
     * @throws RefusedException when there is none
     */
    static SshKeygen find(List<Path> places, Map<String, String> environment)
            throws RefusedException {
        List<String> faults = new ArrayList<>();
        for (Path place : places) {
            if (!Files.isExecutable(place)) {
                continue;
            }
            try {
                Path real = place.toRealPath();
                requireUnwritable(real);
                return new SshKeygen(real, environment);
            } catch (IOException | RefusedException unfit) {
                faults.add(String.valueOf(unfit.getMessage()));
            }
        }
        throw new RefusedException(
                "NO_SSH_KEYGEN",
                faults.isEmpty()
                        ? "there is no `ssh-keygen` at "
                                + String.join(", ", places.stream().map(Path::toString).toList())
                                + ": install OpenSSH"
                        : String.join(": ", faults));
    }

    /** The machine's own. */
    public static SshKeygen find(Map<String, String> environment) throws RefusedException {
        return find(PLACES, environment);
    }

    /** Neither the file nor a directory above it may be another's, or open to a group or to others. */
    private static void requireUnwritable(Path real) throws IOException, RefusedException {
        for (Path each = real; each != null; each = each.getParent()) {
            PosixFileAttributes found = Files.readAttributes(each, PosixFileAttributes.class);
            String owner = found.owner().getName();
            boolean isTrusted =
                    owner.equals("root") || owner.equals(System.getProperty("user.name"));
            if (!isTrusted
                    || found.permissions().contains(PosixFilePermission.GROUP_WRITE)
                    || found.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new RefusedException(
                        "NO_SSH_KEYGEN",
                        "`" + each + "` can be written by others, so `" + real + "` cannot sign");
            }
        }
    }

    /**
     * Has {@code key} sign {@code data}: a software key asks for its passphrase on the terminal, a hardware key for its
     * touch. A passphrase typed wrong is asked for again.
     *
     * @return the armoured signature, which whoever it is handed to verifies
     * @throws RefusedException when it does not sign
     */
    public String sign(SigningKey key, String namespace, byte[] data)
            throws IOException, InterruptedException, RefusedException {
        for (int i = 0; i < TRIES; i++) {
            Process process =
                    builder("-Y", "sign", "-n", namespace, "-f", key.file().toString())
                            .redirectError(ProcessBuilder.Redirect.appendTo(Terminal.DEVICE))
                            .start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(data);
            }
            byte[] armoured = process.getInputStream().readNBytes(SshSignature.LENGTH_MAX);
            if (process.waitFor() == 0) {
                return new String(armoured, StandardCharsets.US_ASCII);
            }
        }
        throw new RefusedException(
                "NOT_SIGNED", "`" + key.file() + "` did not sign; nothing was handed in");
    }

    /** Whether whoever reads {@code privateKey} can sign with it: whether it has no passphrase. */
    public boolean isUnprotected(Path privateKey) throws IOException, InterruptedException {
        return builder("-y", "-P", "", "-f", privateKey.toString())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    /**
     * Makes a key at {@code file}, which does not exist yet: in hardware if some is plugged in, else Ed25519 with a
     * passphrase asked on the terminal.
     *
     * @throws RefusedException when none was made; no file is left then
     */
    public void make(Path file, String comment, Terminal terminal)
            throws IOException, InterruptedException, RefusedException {
        Process hardware =
                generation("ed25519-sk", file, comment)
                        .redirectError(ProcessBuilder.Redirect.PIPE)
                        .start();
        String said = new String(hardware.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        if (hardware.waitFor() == 0) {
            return;
        }
        if (NO_HARDWARE.stream().noneMatch(said::contains)) {
            throw new RefusedException(
                    "NO_KEY", "the hardware key made none: " + said.strip().replace('\n', ' '));
        }
        terminal.print("No hardware key is plugged in: making a key kept by a passphrase.\n");
        int code =
                generation("ed25519", file, comment)
                        .redirectError(ProcessBuilder.Redirect.appendTo(Terminal.DEVICE))
                        .start()
                        .waitFor();
        if (code != 0) {
            throw new RefusedException("NO_KEY", "`ssh-keygen` made no key");
        }
        if (isUnprotected(file)) {
            Files.delete(file);
            Files.delete(publicHalf(file));
            throw new RefusedException(
                    "KEY_UNPROTECTED",
                    "a key without a passphrase signs for whoever reads its file: none was made");
        }
    }

    /** The file beside {@code privateKey} that holds its public half. */
    static Path publicHalf(Path privateKey) {
        return privateKey.resolveSibling(privateKey.getFileName() + ".pub");
    }

    private ProcessBuilder generation(String type, Path file, String comment) {
        return builder("-t", type, "-f", file.toString(), "-C", comment)
                .redirectInput(Terminal.DEVICE)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(Terminal.DEVICE));
    }

    private ProcessBuilder builder(String... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(new File("/"));
        Map<String, String> cleared = builder.environment();
        cleared.clear();
        for (String kept : Set.of("HOME", "TERM", "LANG")) {
            String value = environment.get(kept);
            if (value != null) {
                cleared.put(kept, value);
            }
        }
        cleared.put("PATH", "/usr/bin:/bin");
        cleared.put("SSH_ASKPASS_REQUIRE", "never");
        return builder;
    }
}
