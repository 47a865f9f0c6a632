package dev.countergate.server.cli;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.token.Digest;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.approver.SeenLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Where an approver's own things lie: keys, and what they remember of logs. Not in the state directory: that is the daemon's.
 *
 * @param configuration the user's configuration directory
 * @param ssh where OpenSSH keeps keys
 */
record ApproverFiles(Path configuration, Path ssh) {
    static ApproverFiles of(Map<String, String> environment) {
        String home = environment.getOrDefault("HOME", "");
        return new ApproverFiles(
                Objects.requireNonNull(StateDirectory.userCatalogue(environment).getParent()),
                Path.of(home.isEmpty() ? System.getProperty("user.home") : home).resolve(".ssh"));
    }

    /** Where keys are looked for. */
    List<Path> keyFolders() {
        return List.of(ssh, configuration.resolve("keys"));
    }

    /** Where {@code person}'s new key goes; its folder is made, for its owner alone. */
    Path newKey(Person person) throws IOException {
        Path folder = configuration.resolve("keys");
        Files.createDirectories(
                folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return folder.resolve(person.name());
    }

    /** What is remembered of the log of the daemon of {@code state}. */
    SeenLog seen(StateDirectory state) {
        String path = state.path().toString();
        String hash = Digest.of(path.getBytes(StandardCharsets.UTF_8)).code();
        return new SeenLog(
                configuration
                        .resolve("seen")
                        .resolve(state.path().getFileName() + "-" + hash + ".json"));
    }
}
