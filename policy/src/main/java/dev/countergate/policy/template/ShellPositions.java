package dev.countergate.policy.template;

import dev.countergate.policy.call.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds the values of a command line that would be run as a program, or would choose the program to run: also behind
 * redirections, and behind programs that run another. Only programs it knows count as such.
 */
final class ShellPositions {
    private static final Set<String> BEFORE_COMMANDS =
            Set.of("if", "then", "else", "elif", "do", "while", "until", "!", "{");

    /** Commands that run what they are given. */
    private static final Set<String> EVALUATORS = Set.of("eval", "source", ".", "trap");

    /** Programs that run the text given with {@code -c}. */
    private static final Set<String> SHELLS =
            Set.of("sh", "bash", "dash", "ash", "ksh", "zsh", "su", "runuser", "script", "flock");

    private static final Map<String, Runner> RUNNERS =
            Map.ofEntries(
                    Map.entry("sudo", new Runner("AbBEeHiKklNnPSsVv", "CDghpRrTtUu", 0)),
                    Map.entry("doas", new Runner("Lns", "aCu", 0)),
                    Map.entry("env", new Runner("i0v", "uC", 0)),
                    Map.entry("exec", new Runner("cl", "a", 0)),
                    Map.entry("command", new Runner("pvV", "", 0)),
                    Map.entry("builtin", new Runner("", "", 0)),
                    Map.entry("nohup", new Runner("", "", 0)),
                    Map.entry("setsid", new Runner("cfw", "", 0)),
                    Map.entry("nice", new Runner("0123456789", "n", 0)),
                    Map.entry("time", new Runner("apqvV", "fo", 0)),
                    Map.entry("timeout", new Runner("fpv", "ks", 1)),
                    Map.entry("xargs", new Runner("0eilprtxo", "adEILnPsJR", 0)));

    private static final Pattern ASSIGNMENT = Pattern.compile("(?s)[A-Za-z_][A-Za-z0-9_]*=.*");
    private static final Pattern TEXT_OPTION = Pattern.compile("(?s)-[a-zA-Z]*c.*|--command.*");

    private final HoledText text;
    private final List<Fault> faults;

    /**
     * A program that runs another.
     *
     * @param flags its options of one letter
     * @param valued those of them that take a value
     * @param operands how many words of its own stand between its options and the program
     */
    private record Runner(String flags, String valued, int operands) {
        /** How many words {@code option} is, its value included; 0 where that is not known. */
        int length(String option) {
            if (option.startsWith("--")) {
                return option.contains("=") ? 1 : 0;
            }
            for (int i = 1; i < option.length(); i++) {
                if (valued.indexOf(option.charAt(i)) >= 0) {
                    return i + 1 < option.length() ? 1 : 2;
                }
                if (flags.indexOf(option.charAt(i)) < 0) {
                    return 0;
                }
            }
            return 1;
        }
    }

    private ShellPositions(HoledText text, List<Fault> faults) {
        this.text = text;
        this.faults = faults;
    }

    /** Tells each such value among {@code words}. */
    static void check(List<ShellWord> words, HoledText text, List<Fault> faults) {
        ShellPositions positions = new ShellPositions(text, faults);
        List<ShellWord> command = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            ShellWord word = words.get(i);
            if (!word.isOperator()) {
                command.add(word);
            } else if (word.redirects()) {
                if (!command.isEmpty() && command.getLast().isDescriptorOf(word)) {
                    command.removeLast();
                }
                if (i + 1 < words.size() && !words.get(i + 1).isOperator()) {
                    i++;
                }
            } else {
                positions.checkCommand(command);
                command.clear();
            }
        }
        positions.checkCommand(command);
    }

    private void checkCommand(List<ShellWord> words) {
        checkTextForShells(words);
        int program = 0;
        while (program < words.size()
                && (isAssignment(words.get(program))
                        || BEFORE_COMMANDS.contains(words.get(program).text()))) {
            program++;
        }
        Runner runner = null;
        do {
            program = runner == null ? program : program(runner, words, program + 1);
            if (program >= words.size()) {
                return;
            }
            refuseChoice(words.get(program), "name the program in the command");
            runner = RUNNERS.get(words.get(program).program());
        } while (runner != null);
        String name = words.get(program).program();
        if (EVALUATORS.contains(name)) {
            words.subList(program + 1, words.size()).forEach(word -> refuseText(word, name));
        }
    }

    private void checkTextForShells(List<ShellWord> words) {
        String shell = "";
        boolean isText = false;
        for (ShellWord word : words) {
            isText |= !shell.isEmpty() && TEXT_OPTION.matcher(word.unquoted()).matches();
            if (isText) {
                refuseText(word, shell);
            } else if (SHELLS.contains(word.program())) {
                shell = word.program();
            }
        }
    }

    /** The index of what {@code runner}, whose own words begin at {@code start}, runs; the end where nothing shows it. */
    private int program(Runner runner, List<ShellWord> words, int start) {
        boolean isOption = true;
        boolean isSure = true;
        int operands = runner.operands();
        for (int i = start; i < words.size(); i++) {
            if (isAssignment(words.get(i))) {
                continue;
            }
            String word = words.get(i).unquoted();
            if (isOption && word.equals("--")) {
                isOption = false;
                isSure = true;
            } else if (isOption && word.startsWith("-")) {
                int length = runner.length(word);
                isSure &= length > 0;
                i += Math.max(length, 1) - 1;
            } else if (operands > 0) {
                operands--;
            } else if (isSure) {
                return i;
            } else {
                refuseChoice(words.get(i), "write `--` before the program");
            }
        }
        return words.size();
    }

    private static boolean isAssignment(ShellWord word) {
        return ASSIGNMENT.matcher(word.text()).matches();
    }

    private void refuseChoice(ShellWord word, String remedy) {
        for (HoledText.Hole hole : text.holes(word.start(), word.end())) {
            if (hole.parameter().allowed().isEmpty()) {
                faults.add(
                        new Fault(
                                hole.parameter().name(),
                                "chooses the program to run",
                                remedy + ", or give the parameter an enum"));
            }
        }
    }

    private void refuseText(ShellWord word, String by) {
        for (HoledText.Hole hole : text.holes(word.start(), word.end())) {
            faults.add(
                    new Fault(
                            hole.parameter().name(),
                            "would be run as a program by `" + by + "`",
                            "name the program in the command"));
        }
    }
}
