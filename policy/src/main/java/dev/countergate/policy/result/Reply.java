package dev.countergate.policy.result;

import java.util.List;

/** What a backend made of a request. */
public sealed interface Reply {
    /**
     * It answered.
     *
     * @param payload what it said
     * @param notes its warnings and what we had to leave out, each one line; from the backend, so not trusted
     */
    record Answer(Payload payload, List<String> notes) implements Reply {
        public Answer {
            notes = List.copyOf(notes);
        }

        /** An answer without notes. */
        public Answer(Payload payload) {
            this(payload, List.of());
        }
    }

    /**
     * It failed, or could not be asked.
     *
     * @param code what kind of failure
     * @param message one line: lower case, no full stop; bounded, free of secrets
     * @param hint what to do next, in the same form; may be empty
     * @param quoted the backend's own words where they are to be passed on whole, or empty
     */
    record Failure(FailureCode code, String message, String hint, String quoted) implements Reply {
        /** A failure that quotes nothing. */
        public Failure(FailureCode code, String message, String hint) {
            this(code, message, hint, "");
        }
    }
}
