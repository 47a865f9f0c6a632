package dev.countergate.policy.catalogue;

import java.util.Locale;

/** What a tool does to the world. */
public enum Effect {
    /** Looks and changes nothing; answered at once. */
    READ,
    /** Sends a message to a destination fixed in the catalogue; sent once, without approval. */
    NOTIFY,
    /** Changes something; becomes a proposal. */
    WRITE,
    /** Must not be called at all. */
    FORBIDDEN;

    /** The name in a catalogue, such as {@code read}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
