package dev.countergate.server.approver;

import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What a person is asked before they approve: the more a wrong approval could break, the more of what they read they have
 * to type. The answer never stands in the question.
 *
 * @param text the question
 * @param expected the one answer that approves
 */
public record Question(String text, String expected) {
    /** The answer that rejects, to every question. */
    public static final String REJECT = "r";

    private static final Pattern TYPEABLE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,63}");
    private static final String ELSE = REJECT + " rejects it; anything else leaves it open\n";

    /** What became of the question. */
    public enum Answer {
        APPROVE,
        REJECT,
        LEAVE
    }

    /** The question that {@code shown} deserves. */
    public static Question of(ShownProposal shown) {
        JsonNode core = shown.members();
        String environment = core.path("environment").asString("");
        boolean isTypeable = TYPEABLE.matcher(environment).matches();
        String name = isTypeable ? environment : shown.code();
        String what =
                isTypeable ? "the environment's name" : "the code (its environment has no name)";
        return switch (core.path("risk").asString("")) {
            case "low" -> new Question(ELSE + "approve? y approves: ", "y");
            case "moderate" -> new Question(ELSE + "to approve, type " + what + ": ", name);
            default ->
                    new Question(
                            ELSE + "to approve, type " + what + " and the number of targets: ",
                            String.format(Locale.ROOT, "%s %d", name, core.path("targets").size()));
        };
    }

    /** What {@code typed} says. */
    public Answer answer(String typed) {
        String words = typed.strip().replaceAll("\\s+", " ");
        if (words.equals(expected)) {
            return Answer.APPROVE;
        }
        return words.equals(REJECT) ? Answer.REJECT : Answer.LEAVE;
    }
}
