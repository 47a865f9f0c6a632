package dev.countergate.demo.ssm;

import java.time.Instant;

/**
 * One start of a script on one instance: what at-most-once is counted by.
 *
 * @param step the name of the document's step
 */
public record Execution(String commandId, String instanceId, String step, Instant at) {}
