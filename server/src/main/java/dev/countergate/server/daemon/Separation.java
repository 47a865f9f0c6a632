package dev.countergate.server.daemon;

/** How far agents are kept from the daemon's own powers, in the words this program promises. */
public enum Separation {
    /** The default. */
    S0(
            "agent and daemon share an account (the default; guards against accident, not against an"
                    + " agent that attacks its own machine)"),
    /** Measured for each call. */
    S1("daemon under its own account and no requester's user can open operator.sock"),
    /** Declared by the operator. */
    S2("S1 + approvals made on another device"),
    /** Declared by the operator. */
    S3("S2 + quorum of two + external witness");

    private final String meaning;

    Separation(String meaning) {
        this.meaning = meaning;
    }

    /** The level and what it means, one line. */
    public String text() {
        return name() + ": " + meaning;
    }

    /**
     * A level and why it is this one.
     *
     * @param level the level that holds
     * @param why what was measured, or what the operator declared; one line
     */
    public record Found(Separation level, String why) {
        /** Whether what asks for {@code least} may go on. */
        public boolean reaches(Separation least) {
            return level.compareTo(least) >= 0;
        }

        /** The level, what it means, and why it is this one: one line. */
        public String text() {
            return level.text() + " [" + why + "]";
        }
    }
}
