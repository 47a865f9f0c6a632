package dev.countergate.policy.call;

/**
 * The session a call came through. Its client's name and version are what the client says of itself: shown, never
 * decided on.
 *
 * @param id unique within the daemon's life
 * @param clientName as given in {@code initialize}, or {@code unknown}
 * @param clientVersion as given in {@code initialize}, or {@code unknown}
 */
public record ClientSession(String id, String clientName, String clientVersion) {}
