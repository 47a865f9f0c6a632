package dev.countergate.server.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Accounts as the system's own {@code id} tells them, from wherever the system takes accounts. */
public final class SystemAccounts implements AccountLookup {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int ANSWER_BYTES_MAX = 64 * 1024;
    private static final Pattern USER = Pattern.compile("uid=(\\d{1,10})[( ]");

    /** A group's name may hold anything: read so, it can give the account one more group and take none away. */
    private static final Pattern GROUP = Pattern.compile("[=,](\\d{1,10})");

    @Override
    public Optional<Account> find(String name) throws InterruptedException {
        Path usual = Path.of("/usr/bin/id");
        Path program = Files.isExecutable(usual) ? usual : Path.of("/bin/id");
        ProcessBuilder id =
                new ProcessBuilder(List.of(program.toString(), "--", name))
                        .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectError(Redirect.DISCARD);
        id.environment().clear();
        id.environment().put("LC_ALL", "C");
        try {
            Process process = id.start();
            try (InputStream answer = process.getInputStream()) {
                // An answer too long for the pipe keeps it from ending: nobody is in that many
                // groups.
                boolean ended = process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                return ended && process.exitValue() == 0
                        ? parse(
                                new String(
                                        answer.readNBytes(ANSWER_BYTES_MAX),
                                        StandardCharsets.UTF_8))
                        : Optional.empty();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException noSuchProgram) {
            return Optional.empty();
        }
    }

    /** The account in {@code uid=1000(ana) gid=1000(ana) groups=1000(ana),27(sudo)}. */
    static Optional<Account> parse(String answer) {
        Matcher user = USER.matcher(answer);
        int first = answer.indexOf(" gid=");
        if (!user.lookingAt() || first < 0 || !answer.contains(" groups=")) {
            return Optional.empty();
        }
        Set<Long> groups = new HashSet<>();
        Matcher group = GROUP.matcher(answer).region(first, answer.length());
        while (group.find()) {
            groups.add(Long.parseLong(group.group(1)));
        }
        return Optional.of(new Account(Long.parseLong(user.group(1)), groups));
    }
}
