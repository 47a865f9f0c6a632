package dev.countergate.server.http;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * What clients over HTTP may use, all together.
 *
 * @param connectionsMax open at once; further ones wait to be accepted
 * @param sessionsMax open at once
 * @param sessionsOfOneMax of one principal; its longest idle one makes room for a new one. So many requests without a
 *     session it may have at once, too
 * @param requestsOfOneMax how many requests that bring a message one principal may have under way, in sessions or without,
 *     from their head to their answer
 * @param sessionIdle how long a session may be neither used nor listened to
 * @param headPatience how long a connection may take to bring a request's head
 * @param bodyPatience how long its body may take
 * @param stall how long a client may neither read nor write while something is to be read or written
 * @param keepAlive how long a stream may be silent before a comment is written
 */
record HttpLimits(
        int connectionsMax,
        int sessionsMax,
        int sessionsOfOneMax,
        int requestsOfOneMax,
        Duration sessionIdle,
        Duration headPatience,
        Duration bodyPatience,
        Duration stall,
        Duration keepAlive) {
    private static final int CONNECTIONS_MAX = 4_096;

    /** The limits where nobody asks for others. */
    static HttpLimits standard() {
        int connections = connections();
        return new HttpLimits(
                connections,
                1_024,
                256,
                Math.max(1, connections / 4),
                Duration.ofMinutes(30),
                Duration.ofSeconds(15),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofSeconds(15));
    }

    /** Half of the descriptors stay for the sockets of agents and operators, the store and the backends. */
    private static int connections() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof UnixOperatingSystemMXBean unix
                ? (int) Math.min(CONNECTIONS_MAX, Math.max(1, unix.getMaxFileDescriptorCount() / 2))
                : CONNECTIONS_MAX;
    }
}
