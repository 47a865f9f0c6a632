package dev.countergate.demo.ssm;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * An automation the simulator took on; a repeated client token adds none.
 *
 * @param clientToken empty when none was sent
 */
public record AcceptedAutomation(
        String executionId,
        Instant at,
        String documentName,
        String documentVersion,
        Map<String, List<String>> parameters,
        String clientToken) {
    public AcceptedAutomation {
        parameters = Map.copyOf(parameters);
    }
}
