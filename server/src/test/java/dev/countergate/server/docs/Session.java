package dev.countergate.server.docs;

import dev.countergate.server.docs.MarkdownPage.Fence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A session as a page shows it, held against what came of typing it. {@code ...} stands for any lines. What differs from run
 * to run is not compared: times, ids, codes, digests, keys, ports, processes, how many
 * leaves there are, who is logged in, and how wide a column is; but a digest has to be that of the code shown before. An id or
 * a code that was shown stands, in the lines typed later, for the one of the run.
 */
final class Session {
    private static final Pattern NAME =
            Pattern.compile("\\bp-[0-9a-z]{26}\\b|\\b[0-9a-f]{8}\\b(?!-[0-9a-f]{4}-)");

    private static final Pattern DIGEST = Pattern.compile("\\b[0-9a-f]{64}\\b");

    private final Map<String, String> names = new HashMap<>();

    /**
     * A line that is typed, and what the page shows of the answer.
     *
     * @param line without the prompt
     * @param shown the lines after it
     */
    record Step(String line, List<String> shown) {}

    /** The steps of {@code fence}. */
    static List<Step> steps(Fence fence) {
        List<Step> steps = new ArrayList<>();
        boolean goesOn = false;
        for (String line : fence.text().lines().toList()) {
            if (goesOn) {
                Step before = steps.removeLast();
                steps.add(new Step(before.line() + " " + line.strip(), before.shown()));
            } else if (line.startsWith("$ ")) {
                steps.add(new Step(line.substring(2), new ArrayList<>()));
            } else {
                steps.getLast().shown().add(line);
                continue;
            }
            Step last = steps.getLast();
            goesOn = last.line().endsWith("\\");
            if (goesOn) {
                steps.removeLast();
                steps.add(
                        new Step(last.line().substring(0, last.line().length() - 1), last.shown()));
            }
        }
        return steps;
    }

    /** {@code line} with the ids and codes of this run. */
    String ofThisRun(String line) {
        return NAME.matcher(line)
                .replaceAll(found -> names.getOrDefault(found.group(), found.group()));
    }

    /** What is wrong with {@code said}; empty where it is what the page shows. */
    String fault(Step step, String said) {
        List<String> shown = step.shown();
        List<String> lines = said.lines().filter(line -> !line.isBlank()).toList();
        int at = 0;
        boolean anything = false;
        for (String line : shown) {
            if (line.isBlank()) {
                continue;
            }
            if (line.equals("...")) {
                anything = true;
                continue;
            }
            int found = at;
            while (anything && found < lines.size() && !isSame(line, lines.get(found))) {
                found++;
            }
            if (found >= lines.size() || !isSame(line, lines.get(found))) {
                return "`" + step.line() + "` never said `" + line + "` but:\n" + said;
            }
            if (!isOfItsCode(line, lines.get(found))) {
                return "`"
                        + step.line()
                        + "` shows in `"
                        + line
                        + "` another digest than that of the code:\n"
                        + said;
            }
            learn(line, lines.get(found));
            at = found + 1;
            anything = false;
        }
        return anything || at == lines.size()
                ? ""
                : "`" + step.line() + "` also said `" + lines.get(at) + "`:\n" + said;
    }

    /** Whether the digests that {@code shown} has begin with the codes of the page where those of the run do. */
    private boolean isOfItsCode(String shown, String said) {
        List<String> told = DIGEST.matcher(shown).results().map(MatchResult::group).toList();
        List<String> real = DIGEST.matcher(said).results().map(MatchResult::group).toList();
        for (int i = 0; i < told.size(); i++) {
            for (Map.Entry<String, String> name : names.entrySet()) {
                if (real.get(i).startsWith(name.getValue())
                        && !told.get(i).startsWith(name.getKey())) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isSame(String shown, String said) {
        return masked(shown).equals(masked(said));
    }

    private static String masked(String line) {
        return line.replaceAll("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID")
                .replaceAll("\\d{4}-\\d{2}-\\d{2}T[\\d:.]+Z", "TIME")
                .replaceAll("SHA256:[A-Za-z0-9+/]+", "SHA256")
                .replaceAll("\\bcgt_[0-9A-Za-z]{49}\\b", "TOKEN")
                .replaceAll("\\bAAAA[A-Za-z0-9+/=]+", "KEY")
                .replaceAll("\\b[0-9a-f]{64}\\b", "DIGEST")
                .replaceAll(NAME.pattern(), "ID")
                .replaceAll("\\b(?:127\\.0\\.0\\.1|localhost):\\d+", "HOST")
                .replaceAll("\\bunix:[\\w-]+", "unix:USER")
                .replaceAll("(?:why:|by) [a-z_][a-z0-9_-]{0,30}:", "by USER:")
                .replaceAll("\\b\\d+ leaves", "N leaves")
                .replaceAll("\\bprocess \\d+", "process N")
                .replaceAll(" {2,}", "  ")
                .strip();
    }

    /** Takes the ids and codes in {@code said} for those in {@code shown}. */
    void learn(String shown, String said) {
        List<String> told = names(shown);
        List<String> real = names(said);
        for (int i = 0; i < Math.min(told.size(), real.size()); i++) {
            names.put(told.get(i), real.get(i));
        }
    }

    private static List<String> names(String line) {
        return NAME.matcher(line).results().map(MatchResult::group).toList();
    }
}
