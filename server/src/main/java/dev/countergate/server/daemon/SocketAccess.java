package dev.countergate.server.daemon;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether an account can open a Unix socket, or put another in its place: a function of owners, groups and modes, as
 * POSIX.1-2017 section 4.5 decides on them.
 */
final class SocketAccess {
    private static final int WRITE_BIT = 2;
    private static final int PASS_BIT = 1;
    private static final int STICKY = 01000;

    private SocketAccess() {}

    /**
     * A directory on the way to a socket, or the socket.
     *
     * @param path for people to read
     * @param owner its user's number
     * @param group its group's number
     * @param mode its permissions, the sticky bit among them
     */
    record Entry(String path, long owner, long group, int mode) {
        private boolean grants(Account account, int bit) {
            // The first class that fits decides, even where the next would grant more.
            int shift = account.user() == owner ? 6 : account.groups().contains(group) ? 3 : 0;
            return (mode >> shift & bit) != 0;
        }

        private boolean isSticky() {
            return (mode & STICKY) != 0;
        }
    }

    /**
     * How {@code account} comes to the powers of {@code daemon}; empty when it does not.
     *
     * @param daemon the number of the daemon's user
     * @param way the directories from the root on
     * @param socket at the end of the way
     */
    static Optional<String> of(Account account, long daemon, List<Entry> way, Entry socket) {
        if (account.user() == Account.ROOT) {
            return Optional.of("it is root");
        }
        if (account.user() == daemon) {
            return Optional.of("it is the daemon's own account");
        }
        for (Entry directory : way) {
            if (directory.owner() == account.user()) {
                return Optional.of("it owns `" + directory.path() + "`");
            }
            if (directory.grants(account, WRITE_BIT) && !directory.isSticky()) {
                return Optional.of(
                        "it may put another in place of what is in `" + directory.path() + "`");
            }
        }
        if (socket.owner() == account.user()) {
            return Optional.of("it owns `" + socket.path() + "`");
        }
        boolean reaches = way.stream().allMatch(each -> each.grants(account, PASS_BIT));
        if (reaches && socket.grants(account, WRITE_BIT)) {
            return Optional.of(
                    String.format(
                            Locale.ROOT,
                            "it may write to `%s`, mode %o",
                            socket.path(),
                            socket.mode() & 0777));
        }
        return Optional.empty();
    }
}
