package dev.countergate.policy.call;

/**
 * Who calls, as the transport established it: {@code unix:NAME} for a local user, {@code token:NAME} for the owner of a
 * bearer token. Never taken from what the client says of itself.
 *
 * @param value the prefixed name
 */
public record PrincipalId(String value) {
    public PrincipalId {
        if (value.isBlank()) {
            throw new IllegalArgumentException("a principal has a name");
        }
    }

    /** The principal of a local user, {@code user} being the name the kernel gave (digits when it has none). */
    public static PrincipalId unix(String user) {
        return new PrincipalId("unix:" + user);
    }

    /** The principal of a bearer token, {@code name} being the one the catalogue gives it. */
    public static PrincipalId token(String name) {
        return new PrincipalId("token:" + name);
    }

    @Override
    public String toString() {
        return value;
    }
}
