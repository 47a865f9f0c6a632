package dev.countergate.server.cli;

/** What a word means to whoever reads it; colour says it again, and never alone. */
enum Tone {
    PLAIN(""),
    GOOD("\u001b[32m"),
    NOTABLE("\u001b[33m"),
    BAD("\u001b[1;31m");

    private static final String END = "\u001b[0m";

    private final String start;

    Tone(String start) {
        this.start = start;
    }

    /** {@code text} in this tone on {@code screen}. */
    String of(String text, Screen screen) {
        return screen.isColoured() && this != PLAIN && !text.isEmpty() ? start + text + END : text;
    }
}
