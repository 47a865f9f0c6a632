package dev.countergate.relay;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a relay was told. The catalogue never comes from the working directory: a cloned repository must not bring its
 * own.
 *
 * @param socket the socket to connect to, and then a daemon is never started; or null
 * @param catalogue the catalogue of the daemon to connect to
 * @param state its state directory
 */
record RelayOptions(@Nullable Path socket, Path catalogue, StateDirectory state) {
    static final String USAGE =
            """
            usage: countergate stdio [--config FILE] [--state DIRECTORY] [--socket PATH]

            What an MCP client launches: connects its standard streams to the daemon, which it
            starts if none runs.

              --config FILE      the daemon's catalogue ($COUNTERGATE_CONFIG; else
                                 $XDG_CONFIG_HOME/countergate/tools.yaml or
                                 ~/.config/countergate/tools.yaml; never ./tools.yaml)
              --state DIRECTORY  the daemon's state directory ($COUNTERGATE_STATE; else one
                                 that follows from the catalogue's path)
              --socket PATH      connect to this agent.sock and never start a daemon
                                 ($COUNTERGATE_SOCKET)

              claude mcp add production -- countergate stdio --config ~/ops/tools.yaml
            """;

    /** What the command line and the environment say. */
    static RelayOptions parse(String[] arguments, Map<String, String> environment)
            throws UsageException {
        String config = environment.get("COUNTERGATE_CONFIG");
        String state = environment.get("COUNTERGATE_STATE");
        // Options go before variables: who typed which daemon is meant means that one.
        String socket = arguments.length == 0 ? environment.get("COUNTERGATE_SOCKET") : null;
        int i = 0;
        while (i < arguments.length) {
            String name = arguments[i++];
            String value = null;
            int equals = name.indexOf('=');
            if (equals > 0) {
                value = name.substring(equals + 1);
                name = name.substring(0, equals);
            }
            boolean known =
                    name.equals("--config") || name.equals("--state") || name.equals("--socket");
            if (!known) {
                throw new UsageException("unknown argument `" + name + "`");
            }
            if (value == null) {
                value = i < arguments.length ? arguments[i++] : "";
            }
            if (value.isEmpty()) {
                throw new UsageException("`" + name + "` needs a value");
            }
            switch (name) {
                case "--config" -> config = value;
                case "--state" -> state = value;
                default -> socket = value;
            }
        }
        Path catalogue =
                isSet(config)
                        ? Path.of(config).toAbsolutePath().normalize()
                        : StateDirectory.userCatalogue(environment);
        return new RelayOptions(
                isSet(socket) ? Path.of(socket).toAbsolutePath() : null,
                catalogue,
                isSet(state)
                        ? StateDirectory.at(Path.of(state), environment)
                        : StateDirectory.of(catalogue, environment));
    }

    private static boolean isSet(@Nullable String value) {
        return value != null && !value.isEmpty();
    }

    /** The command line makes no sense. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1;

        UsageException(String message) {
            super(message);
        }
    }
}
