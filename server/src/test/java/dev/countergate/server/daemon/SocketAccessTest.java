package dev.countergate.server.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.server.daemon.SocketAccess.Entry;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SocketAccessTest {
    private static final long DAEMON = 900;

    /**
     * The daemon is user 900 in group 900; operators are group 901, agents group 902. {@code /} is root's and open to
     * pass through.
     */
    @ParameterizedTest(name = "{0} in {1}, state {2}, socket {3} -> {4}")
    @CsvSource({
        // The daemon's own powers.
        "900, 900, 900:900:0711, 900:900:0600, it is the daemon's own account",
        "900, 901, 900:900:0711, 900:900:0600, it is the daemon's own account",
        "0,   0,   900:900:0711, 900:900:0600, it is root",
        "0,   902, 900:900:0700, 900:900:0000, it is root",
        // A socket open to more than the daemon.
        "1001, 902,     900:900:0711, 900:900:0602, it may write to `/s/operator.sock`",
        "1001, 902,     900:900:0711, 900:900:0666, it may write to `/s/operator.sock`",
        "1001, 901,     900:900:0711, 900:901:0660, it may write to `/s/operator.sock`",
        "1001, 902 901, 900:900:0711, 900:901:0660, it may write to `/s/operator.sock`",
        "1001, 901,     900:901:0710, 900:901:0620, it may write to `/s/operator.sock`",
        "1001, 902,     900:900:0711, 1001:900:0000, it owns `/s/operator.sock`",
        // A directory whose owner or writers put another socket there.
        "1001, 902, 1001:900:0711, 900:900:0600, it owns `/s`",
        "1001, 902, 1001:900:0000, 900:900:0600, it owns `/s`",
        "1001, 902, 900:900:0713,  900:900:0600, it may put another in place of what is in `/s`",
        "1001, 902, 900:902:0730,  900:900:0600, it may put another in place of what is in `/s`",
        "1001, 902, 900:900:0777,  900:900:0600, it may put another in place of what is in `/s`",
        // Kept away.
        "1001, 902, 900:900:0711,  900:900:0600, ''",
        "1001, 902, 900:900:0700,  900:900:0666, ''",
        "1001, 902, 900:900:0711,  900:901:0660, ''",
        "1001, 902, 900:900:0711,  900:900:0604, ''",
        "1001, 902, 900:900:01777, 900:900:0600, ''",
        "1001, 902, 900:902:0701,  900:900:0666, ''",
        "1001, 902, 900:900:0711,  900:902:0606, ''",
        "1001, 902, 900:900:0710,  900:902:0660, ''",
        "1001, 902 901, 900:900:0711, 900:900:0600, ''",
    })
    void decides_as_the_kernel_would(
            long user, String groups, String state, String socket, String way) {
        assertThat(
                        SocketAccess.of(
                                        account(user, groups),
                                        DAEMON,
                                        List.of(entry("/", "0:0:0755"), entry("/s", state)),
                                        entry("/s/operator.sock", socket))
                                .orElse(""))
                .startsWith(way)
                .matches(said -> !way.isEmpty() || said.isEmpty());
    }

    @Test
    void looks_at_every_directory_on_the_way() {
        Account agent = account(1001, "902");
        Entry socket = entry("/var/s/operator.sock", "900:900:0666");

        assertThat(
                        SocketAccess.of(
                                agent,
                                DAEMON,
                                List.of(
                                        entry("/", "0:0:0755"),
                                        entry("/var", "0:0:0700"),
                                        entry("/var/s", "900:900:0711")),
                                socket))
                .as("nobody passes /var")
                .isEmpty();
        assertThat(
                        SocketAccess.of(
                                agent,
                                DAEMON,
                                List.of(
                                        entry("/", "0:0:0755"),
                                        entry("/home", "1001:902:0755"),
                                        entry("/home/s", "900:900:0711")),
                                entry("/home/s/operator.sock", "900:900:0600")))
                .contains("it owns `/home`");
    }

    private static Account account(long user, String groups) {
        Set<Long> numbers =
                Stream.of(groups.split(" ")).map(Long::parseLong).collect(Collectors.toSet());
        return new Account(user, numbers);
    }

    private static Entry entry(String path, String facts) {
        String[] parts = facts.split(":", -1);
        return new Entry(
                path,
                Long.parseLong(parts[0]),
                Long.parseLong(parts[1]),
                Integer.parseInt(parts[2], 8));
    }
}
