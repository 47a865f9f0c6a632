package dev.countergate.server.daemon;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.daemon.Separation.Found;
import dev.countergate.server.daemon.SocketAccess.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Measures how far a principal is kept from the daemon's powers: by its account as the system knows it now, against the
 * owner, group and mode of {@code operator.sock} and of every directory above it as they are now. What cannot be measured is
 * S0. Thread safe; nothing is remembered.
 *
 * <p>Access control lists, and what an account may do through {@code sudo}, a container or a hypervisor, are not seen.
 */
public final class Separations {
    private static final String UNIX = "unix:";

    private final StateDirectory state;
    private final AccountLookup accounts;
    private final Supplier<Optional<Separation>> declared;

    /**
     * The measurements of one daemon.
     *
     * @param declared what the operator declares of approvals, which counts from S1 on
     */
    public Separations(
            StateDirectory state, AccountLookup accounts, Supplier<Optional<Separation>> declared) {
        this.state = state;
        this.accounts = accounts;
        this.declared = declared;
    }

    /** How far {@code principal} is kept away at this moment. */
    public Found of(PrincipalId principal) throws InterruptedException {
        if (!principal.value().startsWith(UNIX)) {
            return new Found(Separation.S0, "`" + principal + "` stands for no account here");
        }
        String user = principal.value().substring(UNIX.length());
        try {
            Optional<String> way = way(user);
            if (way.isPresent()) {
                return new Found(Separation.S0, "`" + user + "`: " + way.get());
            }
        } catch (IOException unmeasurable) {
            return new Found(
                    Separation.S0,
                    "operator.sock cannot be looked at: " + unmeasurable.getMessage());
        }
        return declared.get()
                .filter(level -> level.compareTo(Separation.S1) > 0)
                .map(level -> new Found(level, "declared by the operator; S1 is measured"))
                .orElseGet(() -> new Found(Separation.S1, "measured for `" + user + "`"));
    }

    /**
     * The least any of {@code users} is kept away.
     *
     * @param users the names of those connected; where there are none, nothing is measured
     */
    Found least(Collection<String> users) throws InterruptedException {
        List<Found> found = new ArrayList<>();
        for (String user : users) {
            found.add(of(PrincipalId.unix(user)));
        }
        return found.stream()
                .min(Comparator.comparing(Found::level))
                .orElse(new Found(Separation.S0, "no agent is connected, so nothing is measured"));
    }

    private Optional<String> way(String user) throws IOException, InterruptedException {
        if (user.equals(Files.getOwner(state.path()).getName())) {
            return Optional.of("it is the daemon's own account");
        }
        Optional<Account> account = accounts.find(user);
        if (account.isEmpty()) {
            return Optional.of("its groups cannot be told");
        }
        Path socket = state.operatorSocket().toRealPath();
        List<Entry> way = new ArrayList<>();
        for (Path each = socket.getParent(); each != null; each = each.getParent()) {
            way.addFirst(entry(each));
        }
        return SocketAccess.of(account.get(), entry(state.path()).owner(), way, entry(socket));
    }

    private static Entry entry(Path path) throws IOException {
        Map<String, Object> found =
                Files.readAttributes(path, "unix:uid,gid,mode", LinkOption.NOFOLLOW_LINKS);
        return new Entry(
                path.toString(),
                number(found, "uid"),
                number(found, "gid"),
                (int) number(found, "mode"));
    }

    private static long number(Map<String, Object> attributes, String name) throws IOException {
        if (attributes.get(name) instanceof Integer number) {
            return Integer.toUnsignedLong(number);
        }
        throw new IOException("no `" + name + "` is told here");
    }
}
