package dev.countergate.relay;

/** How the command ends, in every one of its forms. */
public final class ExitCode {
    /** It did what was asked. */
    public static final int DONE = 0;

    /** It could not. */
    public static final int FAILED = 1;

    /** It was not allowed to. */
    public static final int REFUSED = 2;

    /** The catalogue or the settings have faults. */
    public static final int INVALID_CONFIGURATION = 3;

    /** The command line makes no sense. */
    public static final int WRONG_USAGE = 64;

    private ExitCode() {}
}
