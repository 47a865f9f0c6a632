package dev.countergate.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.server.cli.CommandTree;
import dev.countergate.server.cli.Console;
import dev.countergate.server.docs.MarkdownPage.Fence;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Every command the documentation shows can be typed so, and every command there is stands in it. */
@Tag("long")
class DocumentedCommandsTest {
    /** What else a reader types. Each is a program of their own, or a file of this repository. */
    private static final Set<String> OTHERS =
            Set.of(
                    "cat",
                    "cd",
                    "claude",
                    "cp",
                    "curl",
                    "df",
                    "docker",
                    "export",
                    "git",
                    "grep",
                    "install",
                    "jq",
                    "journalctl",
                    "kubectl",
                    "openssl",
                    "printf",
                    "sha256sum",
                    "source",
                    "sqlite3",
                    "ssh-keygen",
                    "sudo",
                    "systemctl",
                    "tail",
                    "tar",
                    "touch");

    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");

    private static CommandLine tree() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        return CommandTree.of(new Console(Map.of(), Path.of(""), nowhere, nowhere));
    }

    static Stream<String> pages() {
        return MarkdownPage.all().stream().map(MarkdownPage::name);
    }

    /** The lines typed in a session, those that go on on the next line as one. */
    static List<String> typed(Fence fence) {
        List<String> typed = new ArrayList<>();
        boolean goesOn = false;
        for (String line : fence.text().lines().toList()) {
            if (goesOn) {
                typed.add(typed.removeLast() + line.strip());
            } else if (line.startsWith("$ ")) {
                typed.add(line.substring(2));
            } else {
                continue;
            }
            goesOn = typed.getLast().endsWith("\\");
            if (goesOn) {
                typed.add(typed.removeLast().replaceFirst("\\\\$", ""));
            }
        }
        return typed;
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_line_typed_is_one_that_the_command_takes(String name) {
        List<String> wrong = new ArrayList<>();
        for (Fence fence : MarkdownPage.read(name).fences("console")) {
            for (String line : typed(fence)) {
                for (List<String> words : ShellLine.commands(line)) {
                    String fault = faultOf(words);
                    if (!fault.isEmpty()) {
                        wrong.add(fence + ": " + line + ": " + fault);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static String faultOf(List<String> all) {
        List<String> words = new ArrayList<>(all);
        while (words.getFirst().matches("[A-Z_]+=.*") && words.size() > 1) {
            words.removeFirst();
        }
        if (words.getFirst().equals("sudo")) {
            words.removeFirst();
            while (words.getFirst().startsWith("-")) {
                words.subList(0, words.getFirst().equals("-u") ? 2 : 1).clear();
            }
        }
        String program = words.removeFirst();
        if (program.equals("countergate") || program.equals("./countergate")) {
            // What the shell puts in stands for a proposal.
            words.replaceAll(word -> word.startsWith("$(") ? "p-00000000000000000000000001" : word);
            try {
                tree().parseArgs(words.toArray(String[]::new));
                return "";
            } catch (ParameterException wrong) {
                return String.valueOf(wrong.getMessage());
            }
        }
        boolean isOurs = program.contains("/") && !program.startsWith("/");
        return OTHERS.contains(program)
                        || (isOurs && Files.isExecutable(MarkdownPage.ROOT.resolve(program)))
                        || program.matches("[A-Z_]+=.*")
                ? ""
                : "no program that is known here";
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_command_named_in_passing_is_there_with_its_options(String name) {
        List<String> wrong = new ArrayList<>();
        CODE.matcher(MarkdownPage.read(name).prose())
                .results()
                .map(found -> found.group(1))
                .filter(code -> code.matches("(\\./)?countergate [a-z-].*"))
                .forEach(
                        code -> {
                            List<String> words = new ArrayList<>(List.of(code.split("\\s+", -1)));
                            words.removeFirst();
                            CommandLine command = tree();
                            while (!words.isEmpty()
                                    && command.getSubcommands().containsKey(words.getFirst())) {
                                command =
                                        Objects.requireNonNull(
                                                command.getSubcommands().get(words.removeFirst()));
                            }
                            if (command.getParent() == null && !code.contains(" --")) {
                                wrong.add(code + ": there is no such command");
                            }
                            for (String option : options(String.join(" ", words))) {
                                if (command.getCommandSpec().findOption(option) == null) {
                                    wrong.add(code + ": it has no option " + option);
                                }
                            }
                        });
        assertThat(wrong).isEmpty();
    }

    private static Set<String> optionsOfScripts(Path folder) throws IOException {
        Set<String> options = new TreeSet<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(Files::isRegularFile).filter(Files::isExecutable).toList()) {
                options.addAll(options(Files.readString(file)));
            }
        }
        return options;
    }

    private static List<String> options(String text) {
        return OPTION.matcher(text).results().map(found -> found.group()).toList();
    }

    /** The comparison names options of other programs. */
    static Stream<String> pagesOfOurs() {
        return pages().filter(name -> !name.equals("docs/comparison.md"));
    }

    @ParameterizedTest
    @MethodSource("pagesOfOurs")
    void every_option_named_alone_is_one_of_some_command(String name) throws IOException {
        Set<String> all = new TreeSet<>(Set.of("--"));
        if (name.startsWith("samples/")) {
            all.addAll(optionsOfScripts(MarkdownPage.read(name).file().resolveSibling("")));
        }
        leaves(tree()).forEach(leaf -> all.addAll(leaf.getCommandSpec().optionsMap().keySet()));
        List<String> wrong =
                CODE.matcher(MarkdownPage.read(name).prose())
                        .results()
                        .map(found -> found.group(1))
                        .filter(code -> code.startsWith("--"))
                        .flatMap(code -> options(code).stream())
                        .filter(option -> !all.contains(option))
                        .toList();
        assertThat(wrong).isEmpty();
    }

    @Test
    void every_command_stands_in_the_documentation() {
        String pages =
                MarkdownPage.all().stream()
                        .map(MarkdownPage::text)
                        .collect(Collectors.joining("\n"));
        Set<String> missing = new TreeSet<>();
        for (CommandLine leaf : leaves(tree())) {
            String name = leaf.getCommandSpec().qualifiedName().replaceFirst("^countergate ", "");
            if (!Pattern.compile("(?:countergate |`)" + name + "\\b").matcher(pages).find()) {
                missing.add(name);
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void every_line_of_a_help_can_be_typed() {
        List<String> wrong = new ArrayList<>();
        for (CommandLine leaf : leaves(tree())) {
            String shown =
                    leaf.getUsageMessage()
                            .lines()
                            .filter(line -> line.startsWith("  "))
                            .map(line -> line.startsWith("  $ ") ? line.substring(2) : line)
                            .collect(Collectors.joining("\n"));
            List<String> lines = typed(new Fence("", 0, "console", shown));
            if (lines.isEmpty()) {
                wrong.add(leaf.getCommandSpec().qualifiedName() + ": shows no session");
            }
            for (String line : lines) {
                for (List<String> words : ShellLine.commands(line)) {
                    String fault = faultOf(words);
                    if (!fault.isEmpty()) {
                        wrong.add(line + ": " + fault);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void every_command_that_prints_json_tells_its_fields() {
        Set<String> silent = new TreeSet<>();
        for (CommandLine leaf : leaves(tree())) {
            boolean hasJson = leaf.getCommandSpec().findOption("--json") != null;
            String help = leaf.getUsageMessage().replaceAll("\\s+", " ");
            if (hasJson && !help.matches(".*(?:With --json|print \\{).*")) {
                silent.add(leaf.getCommandSpec().qualifiedName());
            }
        }
        assertThat(silent).isEmpty();
    }

    /** The commands that do something themselves; picocli's own `help` aside. */
    private static List<CommandLine> leaves(CommandLine command) {
        if (command.getSubcommands().isEmpty()) {
            return List.of(command);
        }
        return command.getSubcommands().values().stream()
                .distinct()
                .filter(each -> !each.getCommandSpec().usageMessage().hidden())
                .flatMap(each -> leaves(each).stream())
                .toList();
    }
}
