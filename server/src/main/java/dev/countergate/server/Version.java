package dev.countergate.server;

/** The version of this program. */
public final class Version {
    /** As the jar's manifest has it; {@code development} when run from classes. */
    public static final String TEXT = text();

    private Version() {}

    private static String text() {
        String text = Version.class.getPackage().getImplementationVersion();
        return text == null ? "development" : text;
    }
}
