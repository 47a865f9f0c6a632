package dev.countergate.policy.call;

/**
 * One thing wrong with what somebody gave us, that they can mend.
 *
 * @param subject the parameter or key it concerns, without quotes
 * @param problem what is wrong: lower case, no full stop, one line
 * @param remedy what to do instead, in the same form; empty where the problem says it all
 */
public record Fault(String subject, String problem, String remedy) {
    /** A fault whose problem already says what to do. */
    public Fault(String subject, String problem) {
        this(subject, problem, "");
    }

    /** The fault as one line: {@code `subject`: problem: remedy}. */
    public String text() {
        String head = subject.isEmpty() ? problem : "`" + subject + "`: " + problem;
        return remedy.isEmpty() ? head : head + ": " + remedy;
    }
}
