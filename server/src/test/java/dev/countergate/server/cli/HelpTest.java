package dev.countergate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * What the commands tell of themselves, word for word. {@code -Dgolden.write=true} writes the files anew.
 */
@Tag("long")
class HelpTest {
    private static final Path GOLDEN = Path.of("src/test/resources/help");

    private static Typed run(String line) {
        return Typed.run(Path.of(""), Map.of("HOME", "/nowhere"), line.split(" "));
    }

    /** Every command there is, by the words that call it; the first is none. */
    private static List<String> commands() {
        List<String> all = new ArrayList<>();
        add(tree(), "", all);
        return all;
    }

    private static CommandLine tree() {
        return CommandTree.of(
                new Console(
                        Map.of("HOME", "/nowhere"),
                        Path.of(""),
                        new PrintStream(OutputStream.nullOutputStream()),
                        new PrintStream(OutputStream.nullOutputStream())));
    }

    private static void add(CommandLine command, String words, List<String> all) {
        all.add(words);
        command.getSubcommands()
                .forEach((name, each) -> add(each, (words + " " + name).strip(), all));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void help_is_what_its_file_says(String command) throws IOException {
        String help = run((command + " --help").strip()).out();
        Path file =
                GOLDEN.resolve(
                        (command.isEmpty() ? "countergate" : command.replace(' ', '-')) + ".txt");
        if (Boolean.getBoolean("golden.write")) {
            Files.createDirectories(GOLDEN);
            Files.writeString(file, help);
        }
        assertThat(file).exists().content().isEqualTo(help);
    }

    @Test
    void no_file_tells_of_a_command_that_is_gone() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            assertThat(files).hasSameSizeAs(commands());
        }
    }

    /** Each help ends in a session, and what is typed in it is understood, the command's own name in it. */
    @ParameterizedTest
    @MethodSource("commands")
    void the_examples_can_be_typed(String command) {
        List<String> lines = run((command + " --help").strip()).out().lines().toList();
        List<String> examples =
                String.join("\n", lines)
                        .replace("\\\n", " ")
                        .lines()
                        .map(String::strip)
                        .filter(each -> each.startsWith("$ countergate "))
                        .map(each -> each.substring("$ countergate ".length()))
                        .toList();
        boolean isRelay = command.equals("stdio");
        if (!isRelay) {
            assertThat(examples).anyMatch(each -> each.startsWith(command));
        }
        for (String example : examples) {
            String[] words = words(example);
            assertThatCode(() -> tree().parseArgs(words)).as(example).doesNotThrowAnyException();
        }
        assertThat(String.join("\n", lines)).contains("  $ ");
    }

    /** As a shell cuts them, as far as the examples go: quotes, and no redirections. */
    private static String[] words(String line) {
        List<String> words = new ArrayList<>();
        for (Matcher found = Pattern.compile("'([^']*)'|(\\S+)").matcher(line); found.find(); ) {
            String word = found.group(1) == null ? found.group(2) : found.group(1);
            if (word.equals(">") || word.equals("|")) {
                break;
            }
            words.add(word);
        }
        return words.toArray(String[]::new);
    }

    /** That line alone stands in the list of commands. */
    @Test
    void the_first_line_of_a_help_is_a_whole_sentence() {
        for (String command : commands()) {
            CommandLine here = tree();
            for (String word : command.split(" ", -1)) {
                here = here.getSubcommands().getOrDefault(word, here);
            }
            assertThat(here.getCommandSpec().usageMessage().description()[0])
                    .as(command)
                    .endsWith(".")
                    .hasSizeLessThanOrEqualTo(88);
        }
    }

    @Test
    void no_line_of_help_is_wider_than_a_page() {
        for (String command : commands()) {
            assertThat(run((command + " --help").strip()).out().lines())
                    .as(command)
                    .allMatch(line -> line.length() <= 100);
        }
    }

    @Test
    void no_option_answers_a_question_in_a_persons_place() {
        List<String> all = new ArrayList<>();
        for (String command : List.of("approve", "reject", "resolve", "thaw", "reload")) {
            all.add(run(command + " --help").out());
        }
        assertThat(String.join("", all))
                .doesNotContainPattern("--(yes|force|batch|no-confirm|assume|passphrase|password)");
    }

    @ParameterizedTest
    @CsvSource({
        "aprove x,         approve",
        "rejct x,          reject",
        "pendng,           pending",
        "freze,            freeze",
        "shwo x,           show",
        "approver ad x,    add",
        "conect cursor,    connect",
        "docter,           doctor",
        "audit verfy x,    verify",
    })
    void a_word_nearly_right_is_answered_with_the_right_one(String line, String meant) {
        Typed wrong = run(line);
        assertThat(wrong.code()).isEqualTo(64);
        assertThat(wrong.err()).contains("did you mean `").contains("`" + meant + "`");
        assertThat(wrong.err()).hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "approve p-00000000000000000000000001 --yes",
                "approve p-00000000000000000000000001 -y",
                "approve p-00000000000000000000000001 y",
                "reject p-00000000000000000000000001 --force",
                "approve",
                "reject",
                "statement p-00000000000000000000000001",
                "submit p-00000000000000000000000001",
                "submit p-00000000000000000000000001 --statement x",
                "done p-00000000000000000000000001",
                "resolve p-00000000000000000000000001 --note x",
                "resolve p-00000000000000000000000001 yes --note x",
                "freeze",
                "thaw --environment",
                "approver",
                "approver add",
                "approver add ana",
                "approver add ana --new key.pub",
                "approver add ../ana --new",
                "approver remove",
                "approver remove ana ben",
                "show p-00000000000000000000000001 --as bash",
                "show p-00000000000000000000000001 --as aws --json",
            })
    void wrong_usage_is_said_in_one_line_and_ends_with_64(String line) {
        Typed wrong = run(line);
        assertThat(wrong.code()).isEqualTo(64);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err()).startsWith("countergate: ").contains("--help`").hasLineCount(1);
    }
}
