package dev.countergate.server.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The names this listener goes by. A request for any other, or one that a page of another site makes, is refused: so no
 * page can have a browser reach the listener under a name that was pointed at it (DNS rebinding). Thread safe.
 */
final class Names {
    private final Set<String> names;
    private final boolean everyAddress;

    /**
     * The names of what listens at {@code bound}.
     *
     * @param given further names, each with the port the client uses where that is not the usual one
     */
    Names(InetSocketAddress bound, List<String> given) {
        InetAddress address = bound.getAddress();
        String port = ":" + bound.getPort();
        this.everyAddress = address.isAnyLocalAddress();
        this.names = new HashSet<>();
        for (String name : given) {
            names.add(lower(name));
            names.add(lower(name) + port);
        }
        if (everyAddress || address.isLoopbackAddress()) {
            names.addAll(List.of("localhost" + port, "127.0.0.1" + port, "[::1]" + port));
        }
        if (!everyAddress) {
            names.add(literal(address) + port);
        }
    }

    /**
     * Whether a client that reached {@code local} may ask for {@code authority}.
     *
     * @param authority a host, and a port unless it is the usual one
     */
    boolean include(String authority, SocketAddress local) {
        if (names.contains(authority) || names.contains(lower(authority))) {
            return true;
        }
        // An address cannot be pointed elsewhere, as a name can.
        return everyAddress
                && local instanceof InetSocketAddress reached
                && lower(authority).equals(literal(reached.getAddress()) + ":" + reached.getPort());
    }

    /** Whether a page of {@code origin} is one of ours, by whatever scheme a proxy serves it. */
    boolean includeOrigin(String origin, SocketAddress local) {
        String lower = lower(origin);
        for (String scheme : List.of("http://", "https://")) {
            if (lower.startsWith(scheme)) {
                return include(lower.substring(scheme.length()), local);
            }
        }
        return false;
    }

    private static String literal(InetAddress address) {
        String text = address.getHostAddress();
        return text.contains(":") ? "[" + text + "]" : text;
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
