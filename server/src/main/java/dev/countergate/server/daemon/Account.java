package dev.countergate.server.daemon;

import java.util.Set;

/**
 * A local account as the operating system judges what it may do.
 *
 * @param user its number
 * @param groups the numbers of all groups it is in
 */
public record Account(long user, Set<Long> groups) {
    /** Who may do everything. */
    public static final long ROOT = 0;

    public Account {
        groups = Set.copyOf(groups);
    }
}
