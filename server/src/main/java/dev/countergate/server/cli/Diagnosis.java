package dev.countergate.server.cli;

import java.util.Locale;

/**
 * One thing {@code doctor} looked at.
 *
 * @param check what was looked at, a word or two
 * @param state whether it is well
 * @param detail what was found
 * @param mend what to do about it; empty where nothing is to be done, never for a problem
 */
record Diagnosis(String check, State state, String detail, String mend) {
    enum State {
        OK(Tone.GOOD),
        NOTE(Tone.NOTABLE),
        PROBLEM(Tone.BAD);

        private final Tone tone;

        State(Tone tone) {
            this.tone = tone;
        }

        Tone tone() {
            return tone;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Diagnosis {
        if (state == State.PROBLEM && mend.isEmpty()) {
            throw new IllegalArgumentException("a problem says what mends it");
        }
    }

    static Diagnosis ok(String check, String detail) {
        return new Diagnosis(check, State.OK, detail, "");
    }

    static Diagnosis note(String check, String detail, String mend) {
        return new Diagnosis(check, State.NOTE, detail, mend);
    }

    static Diagnosis problem(String check, String detail, String mend) {
        return new Diagnosis(check, State.PROBLEM, detail, mend);
    }
}
