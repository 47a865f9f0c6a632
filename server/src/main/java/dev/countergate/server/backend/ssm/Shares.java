package dev.countergate.server.backend.ssm;

/** Numbers of instances, given as a count or as a percentage. */
final class Shares {
    private Shares() {}

    /** How many of {@code all} {@code share} is, at least one. */
    static int of(String share, int all) {
        if (share.endsWith("%")) {
            int percent = number(share.substring(0, share.length() - 1));
            return Math.max(1, (int) ((long) all * percent / 100));
        }
        return Math.max(1, number(share));
    }

    /** What is no number counts as one, the slowest way. */
    private static int number(String text) {
        return text.matches("[0-9]{1,7}") ? Integer.parseInt(text) : 1;
    }
}
