package dev.countergate.policy.template;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
class ShellTemplateTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '§',
            value = {
                "systemctl restart {word} ¦ {'word': 'nginx'} ¦ systemctl restart 'nginx'",
                "systemctl restart {word}.service; x ¦ {'word': 'a.b'} ¦ systemctl restart 'a.b'.service; x",
                "grep -- {any} /f ¦ {'any': '-e'} ¦ grep -- '-e' /f",
                "echo {any} ¦ {'any': 'it\\u0027s $(id) `id` \\\\'} ¦ echo 'it'\\''s $(id) `id` \\'",
                "echo {words} end ¦ {'words': ['a b', 'c']} ¦ echo 'a b' 'c' end",
                "tail -n {num} {path} ¦ {'num': 5.0, 'path': '/var/log/a b'} ¦ tail -n '5' '/var/log/a b'",
                "kill -- {num} ¦ {'num': -9} ¦ kill -- '-9'",
                "du -d 1 {path} | sort -h >/tmp/x ¦ {'path': '/var/log/a'} ¦ du -d 1 '/var/log/a' | sort -h >/tmp/x",
                "A={word} B=$(date) cmd ¦ {'word': 'a'} ¦ A='a' B=$(date) cmd",
                "echo \"$(hostname) '\" {word} ¦ {'word': 'a'} ¦ echo \"$(hostname) '\" 'a'",
                "echo ${HOME} {8} {2,5} { word} {{word}} {word} ¦ {'word': 'a'} ¦ echo ${HOME} {8} {2,5} { word} {{word}} 'a'",
                "{enum} status ¦ {'enum': 'a'} ¦ 'a' status",
                "echo a#{word} # it's a comment ¦ {'word': 'a'} ¦ echo a#'a' # it's a comment",
                "sh -c 'echo $1' x {word} ¦ {'word': 'a'} ¦ parse: would be run as a program by `sh`",
                "cat <<EOF $(unclosed ' ¦ {} ¦ cat <<EOF $(unclosed '",
                "if true; then echo {word}; fi ¦ {'word': 'a'} ¦ if true; then echo 'a'; fi",
            })
    void quotes_each_value_as_one_word(String text, String arguments, String expected) {
        assertThat(Try.render(Language.SHELL, text, arguments)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '§',
            value = {
                "echo {nope} ¦ is not a declared parameter",
                "echo {x} ¦ is free text in a command",
                "echo {many} ¦ is free text in a command",
                "echo {dflt} ¦ is free text in a command",
                "echo {opt} ¦ may be missing",
                "echo {obj} ¦ is an object, which cannot be a word",
                "echo '{word}' ¦ stands in quotes",
                "echo \"{word}\" ¦ stands in quotes",
                "echo \"a $(b \"{word}\")\" ¦ stands in `$(...)`",
                "echo $(ls {word}) ¦ stands in `$(...)`",
                "echo $(ls '{word}') ¦ stands in `$(...)`",
                "echo $(ls $(ls) {word}) ¦ stands in `$(...)`",
                "echo $((1 + {num})) ¦ stands in `$(...)`",
                "echo ${A:-{word}} ¦ stands in `${...}`",
                "echo `ls {word}` ¦ stands in backquotes",
                "echo \"`ls {word}`\" ¦ stands in backquotes",
                "echo \\{word} ¦ stands after a backslash",
                "echo $$ $'a' {word} ¦ stands in a command with `$` before a quote",
                "cat <<EOF {word} ¦ stands in a command with a here-document",
                "cat {word} <<'EOF' ¦ stands in a command with a here-document",
                "cat <<<{word} ¦ stands in a command with a here-document",
                "(( a = {num} )) ¦ stands in a command with arithmetic",
                "echo a # {word} ¦ stands in a comment",
                "echo 'a {word} ¦ stands in quotes; a quote or expansion is not closed",
                "echo {word} \" ¦ a quote or expansion is not closed",
                "echo a{words} ¦ is an array glued to other text",
                "{word} start ¦ chooses the program to run",
                "true && {word} start ¦ chooses the program to run",
                "A=b /usr/bin/{word} ¦ chooses the program to run",
                "if {word}; then a; fi ¦ chooses the program to run",
                "eval {word} ¦ would be run as a program by `eval`",
                "bash -xc {word} ¦ would be run as a program by `bash`",
                "/bin/sh -c {word} ¦ would be run as a program by `sh`",
            })
    void refuses_a_position_that_cannot_be_quoted(String text, String problem) {
        assertThat(Try.render(Language.SHELL, text, "{}")).startsWith("parse: " + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '§',
            value = {
                "du {path} ¦ {'path': '-x'} ¦ begins with a dash and would be taken for an option",
                "kill {num} ¦ {'num': -9} ¦ begins with a dash and would be taken for an option",
                "a -- b; kill {num} ¦ {'num': -9} ¦ begins with a dash and would be taken for an option",
                "kill {num} -- a ¦ {'num': -9} ¦ begins with a dash and would be taken for an option",
                "echo {label}{label} ¦ {'label': '-'} ¦ begins with a dash and would be taken for an option",
                "echo {any} ¦ {'any': '{{ssm:/p}}'} ¦ holds `{{`, which Systems Manager would resolve as a reference",
                "echo {any} ¦ {'any': 'a\\nb'} ¦ holds a line break or NUL",
                "echo {any} ¦ {'any': 'a\\u0000'} ¦ holds a line break or NUL",
                "echo {words} ¦ {'words': []} ¦ is empty",
                "echo {words} ¦ {'words': ['a', '{{b']} ¦ holds `{{`",
                "echo {words} ¦ {'words': [{}]} ¦ must be a single value here",
            })
    void refuses_a_value_that_is_no_plain_word(String text, String arguments, String problem) {
        assertThat(Try.render(Language.SHELL, text, arguments)).startsWith("render: " + problem);
    }
}
