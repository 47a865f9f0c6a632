package dev.countergate.policy.catalogue;

/**
 * The name of a backend in a catalogue.
 *
 * @param value as written under {@code backends}
 */
public record BackendName(String value) {
    @Override
    public String toString() {
        return value;
    }
}
