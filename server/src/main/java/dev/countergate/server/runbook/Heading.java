package dev.countergate.server.runbook;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The first heading of a markdown text. */
final class Heading {
    private static final Pattern HEADING =
            Pattern.compile(" {0,3}#{1,6}[ \\t]+(?<text>\\S.*?)(?:[ \\t]+#+)?[ \\t]*");
    private static final Pattern FENCE = Pattern.compile(" {0,3}(?:```|~~~).*");
    private static final int LINES_MAX = 200;

    private Heading() {}

    /** Looks for {@code # text} in the first lines, past front matter and outside code; empty when there is none. */
    static Optional<String> first(String markdown) {
        String[] lines = markdown.split("\\R", LINES_MAX + 1);
        boolean inFrontMatter = lines[0].equals("---");
        boolean inCode = false;
        for (int at = inFrontMatter ? 1 : 0; at < Math.min(lines.length, LINES_MAX); at++) {
            String line = lines[at];
            if (inFrontMatter) {
                inFrontMatter = !line.equals("---");
            } else if (FENCE.matcher(line).matches()) {
                inCode = !inCode;
            } else if (!inCode) {
                Matcher heading = HEADING.matcher(line);
                if (heading.matches()) {
                    return Optional.of(heading.group("text"));
                }
            }
        }
        return Optional.empty();
    }
}
