package dev.countergate.server.daemon;

import dev.countergate.relay.StateDirectory;
import dev.countergate.server.mcp.SessionLimits;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a daemon is to run.
 *
 * @param version of this program
 * @param catalogue the file its tools come from
 * @param state where it keeps what it holds
 * @param agentGroup the group that may connect to {@code agent.sock}, or null for its own user alone
 * @param operatorGroup the group that may connect to {@code operator.sock}, or null likewise
 * @param autoStarted whether a relay started it; it then ends when it has been idle for long enough
 * @param idleAllowed how long that is
 * @param drainAllowed how long calls may take to finish when it ends
 * @param connectionsMax agents of one user connected at the same time; of all users four times as many
 */
public record DaemonSettings(
        String version,
        Path catalogue,
        StateDirectory state,
        @Nullable String agentGroup,
        @Nullable String operatorGroup,
        boolean autoStarted,
        Duration idleAllowed,
        Duration drainAllowed,
        int connectionsMax) {
    /** Idle time of an auto-started daemon unless something else is asked for. */
    public static final Duration IDLE_ALLOWED = Duration.ofMinutes(30);

    /** How long what is in flight may take to finish: as long as after the end of one client's input. */
    public static final Duration DRAIN_ALLOWED = SessionLimits.STANDARD.drain();

    /** Agents of one user connected at the same time. */
    public static final int CONNECTIONS_MAX = 256;
}
