package dev.countergate.server.approver;

import dev.countergate.policy.call.Person;

/**
 * A key that counts at a daemon, as it says.
 *
 * @param person whose it is
 * @param fingerprint as {@code ssh-keygen -l} prints it
 */
public record EnrolledKey(Person person, String fingerprint) {}
