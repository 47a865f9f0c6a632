package dev.countergate.server.cli;

import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Where to listen, as options say it: {@code HOST:PORT}. */
final class ListenAddress {
    private static final Pattern SHAPE =
            Pattern.compile("(\\[[0-9a-fA-F:.%]+]|[^\\[\\]:]+):([0-9]{1,5})");

    private static final int PORT_MAX = 65_535;

    private ListenAddress() {}

    static InetSocketAddress of(CommandLine command, String option, String text) {
        Matcher parts = SHAPE.matcher(text);
        if (!parts.matches() || Integer.parseInt(parts.group(2)) > PORT_MAX) {
            throw new ParameterException(
                    command, option + " " + text + ": an address and a port, as 127.0.0.1:8640");
        }
        InetSocketAddress resolved =
                new InetSocketAddress(parts.group(1), Integer.parseInt(parts.group(2)));
        if (resolved.isUnresolved()) {
            throw new ParameterException(
                    command, option + " " + text + ": no address of that name is known");
        }
        return resolved;
    }

    /** The same, and refuses one that others than this machine reach. */
    static InetSocketAddress ofLoopback(CommandLine command, String option, String text) {
        InetSocketAddress address = of(command, option, text);
        if (!address.getAddress().isLoopbackAddress()) {
            throw new ParameterException(
                    command,
                    option
                            + " "
                            + text
                            + ": listens on loopback alone, as 127.0.0.1:9464: whoever is to read it from"
                            + " elsewhere asks through something that knows them");
        }
        return address;
    }
}
