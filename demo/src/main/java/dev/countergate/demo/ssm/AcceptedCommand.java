package dev.countergate.demo.ssm;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A command the simulator took on, whatever its caller was told.
 *
 * @param documentVersion the number it resolved to
 * @param instanceIds resolved, in the order of sending
 * @param deliveryTimeout {@code TimeoutSeconds}
 * @param maxConcurrency a count or a percentage, as sent
 * @param maxErrors a count or a percentage, as sent
 * @param request the JSON as it arrived
 */
public record AcceptedCommand(
        String commandId,
        Instant at,
        String documentName,
        String documentVersion,
        Map<String, List<String>> parameters,
        List<String> instanceIds,
        String comment,
        Duration deliveryTimeout,
        String maxConcurrency,
        String maxErrors,
        String request) {
    public AcceptedCommand {
        parameters = Map.copyOf(parameters);
        instanceIds = List.copyOf(instanceIds);
    }
}
