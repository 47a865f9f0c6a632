package dev.countergate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the commands of approvals tell of themselves, word for word. {@code -Dgolden.write=true} writes the files anew.
 */
class HelpTest {
    private static final Path GOLDEN = Path.of("src/test/resources/help");

    private static Typed run(String line) {
        return Typed.run(Path.of(""), Map.of("HOME", "/nowhere"), line.split(" "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pending",
                "watch",
                "show",
                "approve",
                "reject",
                "statement",
                "submit",
                "done",
                "cancel",
                "resolve",
                "freeze",
                "thaw",
                "reload",
                "approver",
                "approver add",
                "approver list",
                "approver remove",
                "token",
                "token add",
                "token list",
                "demo",
            })
    void help_is_what_its_file_says(String command) throws IOException {
        String help = run(command + " --help").out();
        Path file = GOLDEN.resolve(command.replace(' ', '-') + ".txt");
        if (Boolean.getBoolean("golden.write")) {
            Files.createDirectories(GOLDEN);
            Files.writeString(file, help);
        }
        assertThat(file).exists().content().isEqualTo(help);
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
