package dev.countergate.server.daemon;

/** How far agents are kept from the daemon's own powers, in the words this program promises. */
public enum Separation {
    /** The default. */
    S0(
            "agent and daemon share an account (the default; guards against accident, not against an"
                    + " agent that attacks its own machine)");

    private final String meaning;

    Separation(String meaning) {
        this.meaning = meaning;
    }

    /** The level and what it means, one line. */
    public String text() {
        return name() + ": " + meaning;
    }
}
