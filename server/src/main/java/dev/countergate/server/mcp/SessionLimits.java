package dev.countergate.server.mcp;

import java.time.Duration;

/**
 * What one session may use.
 *
 * @param messageBytesMax the longest line read; a longer one is skipped and answered with an error
 * @param callsMax requests worked on at once; further ones wait unread
 * @param batchMax messages in one JSON-RPC batch
 * @param stall how long a client may read nothing of what is being written before its connection is closed
 * @param drain how long calls may go on after the end of input
 */
public record SessionLimits(
        int messageBytesMax, int callsMax, int batchMax, Duration stall, Duration drain) {
    /** The limits where nobody asks for others. */
    public static final SessionLimits STANDARD =
            new SessionLimits(
                    4 * 1024 * 1024, 64, 100, Duration.ofSeconds(30), Duration.ofSeconds(30));

    public SessionLimits {
        if (messageBytesMax < 1 || callsMax < 1 || batchMax < 1) {
            throw new IllegalArgumentException("a limit is at least 1");
        }
    }
}
