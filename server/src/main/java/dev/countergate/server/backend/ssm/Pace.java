package dev.countergate.server.backend.ssm;

import java.time.Duration;

/**
 * How often the service is asked, and how long it may take to catch up with itself.
 *
 * @param firstPause before the first look at a command
 * @param longestPause to which the pauses grow, by half each time
 * @param settling how long a new command may stay invisible ({@code InvocationDoesNotExist}, or an empty list)
 * @param stopping how long asking a command to stop may take once its caller has gone
 */
record Pace(Duration firstPause, Duration longestPause, Duration settling, Duration stopping) {
    static final Pace DEFAULT =
            new Pace(
                    Duration.ofMillis(300),
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5));

    Duration after(Duration pause) {
        Duration longer = pause.multipliedBy(3).dividedBy(2);
        return longer.compareTo(longestPause) < 0 ? longer : longestPause;
    }
}
