package dev.countergate.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether the program's files are the ones that were built: a JVM with a start-up cache runs the code it was made of,
 * whatever was put in the jar's place since.
 */
final class InstallationCheck {
    private InstallationCheck() {}

    static List<Diagnosis> of(Console console) {
        List<Diagnosis> found = new ArrayList<>();
        found.add(
                Diagnosis.ok(
                        "jdk",
                        System.getProperty("java.vm.version")
                                + " at "
                                + System.getProperty("java.home")));
        String launcher = launcher(console);
        if (launcher.isEmpty() || !Files.isExecutable(Path.of(launcher))) {
            found.add(
                    Diagnosis.problem(
                            "launcher",
                            "`COUNTERGATE_LAUNCHER` names no program",
                            "run the `countergate` command itself"));
        }
        Path folder = folder();
        if (folder == null || !Files.exists(folder.resolve("SHA256SUMS"))) {
            found.add(Diagnosis.note("files", "not run from an installed build", ""));
            return found;
        }
        found.add(sums(folder));
        for (String cache : List.of("relay.aot", "server.aot")) {
            if (!Files.exists(folder.resolve(cache))) {
                found.add(
                        Diagnosis.note(
                                "start-up cache",
                                "`" + cache + "` is missing, so starting takes longer",
                                "remove `" + folder + "` and run any command"));
            }
        }
        return found;
    }

    /** The program that is running, as its client would start it; empty where that is not known. */
    static String launcher(Console console) {
        return console.environment().getOrDefault("COUNTERGATE_LAUNCHER", "");
    }

    /** What of it could be replaced. */
    static List<Path> places(Console console) {
        List<Path> places = new ArrayList<>();
        if (!launcher(console).isEmpty()) {
            places.add(Path.of(launcher(console)));
        }
        Path folder = folder();
        if (folder != null) {
            places.add(folder);
        }
        return places;
    }

    private static Diagnosis sums(Path folder) {
        List<String> wrong = new ArrayList<>();
        int count = 0;
        try {
            for (String line : Files.readAllLines(folder.resolve("SHA256SUMS"))) {
                int space = line.indexOf(' ');
                if (space < 0) {
                    continue;
                }
                count++;
                String name = line.substring(space).strip().replaceFirst("^\\*", "");
                if (!sha256(folder.resolve(name)).equals(line.substring(0, space))) {
                    wrong.add(name);
                }
            }
        } catch (IOException unreadable) {
            wrong.add(String.valueOf(unreadable.getMessage()));
        }
        return wrong.isEmpty()
                ? Diagnosis.ok(
                        "files",
                        count
                                + " files of the build, its start-up caches and the JDK are as they were in "
                                + folder)
                : Diagnosis.problem(
                        "files",
                        "changed since they were built: " + String.join(", ", wrong),
                        "remove `" + folder + "` and run any command to build again");
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                DigestInputStream digest =
                        new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
            byte[] buffer = new byte[64 * 1024];
            int count = digest.read(buffer);
            while (count >= 0) {
                count = digest.read(buffer);
            }
            return HexFormat.of().formatHex(digest.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    /** Where the jar with this class lies; null when it comes from a folder of classes. */
    private static @Nullable Path folder() {
        try {
            Path code =
                    Path.of(
                            InstallationCheck.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI());
            return Files.isRegularFile(code) ? code.getParent() : null;
        } catch (URISyntaxException odd) {
            return null;
        }
    }
}
