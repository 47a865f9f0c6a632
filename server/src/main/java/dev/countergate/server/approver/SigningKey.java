package dev.countergate.server.approver;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.token.SshPublicKey;
import java.nio.file.Path;

/**
 * The key that signs.
 *
 * @param file its private half, or the handle of a hardware key; absolute
 * @param key its public half
 * @param person whose it is
 */
public record SigningKey(Path file, SshPublicKey key, Person person) {}
