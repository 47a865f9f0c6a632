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
                "sudo systemctl restart {word} ¦ {'word': 'a'} ¦ sudo systemctl restart 'a'",
                "sudo -n -u app systemctl restart {word} ¦ {'word': 'a'} ¦ sudo -n -u app systemctl restart 'a'",
                "sudo -u {word} id {word} ¦ {'word': 'a'} ¦ sudo -u 'a' id 'a'",
                "sudo --non-interactive -- reboot {word} ¦ {'word': 'a'} ¦ sudo --non-interactive -- reboot 'a'",
                "timeout {num} du {path} ¦ {'num': 5, 'path': '/var/log/a'} ¦ timeout '5' du '/var/log/a'",
                "env A={word} LANG=C du {path} ¦ {'word': 'a', 'path': '/var/log/a'} ¦ env A='a' LANG=C du '/var/log/a'",
                "sudo {enum} x ¦ {'enum': 'a'} ¦ sudo 'a' x",
                "2>/dev/null du {path} >&2 ¦ {'path': '/var/log/a'} ¦ 2>/dev/null du '/var/log/a' >&2",
                "date >/tmp/{word} 2>&1 ¦ {'word': 'a'} ¦ date >/tmp/'a' 2>&1",
                "pgrep -c {word} ¦ {'word': 'a'} ¦ pgrep -c 'a'",
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
                "sh &>/tmp/o -c {word} ¦ stands in a command with `&>`",
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
                "sudo sh -c {word} ¦ would be run as a program by `sh`",
                "env sh -c {word} ¦ would be run as a program by `sh`",
                "timeout 5 bash -c {word} ¦ would be run as a program by `bash`",
                "> /tmp/o sh -c {word} ¦ would be run as a program by `sh`",
                "sh 2>&1 -c {word} ¦ would be run as a program by `sh`",
                "sudo -u app -- /bin/bash -ec {word} ¦ would be run as a program by `bash`",
                "busybox sh -c {word} ¦ would be run as a program by `sh`",
                "su app -c {word} ¦ would be run as a program by `su`",
                "sh -c x{word} ¦ would be run as a program by `sh`",
                "command eval {word} ¦ would be run as a program by `eval`",
                "builtin . {word} ¦ would be run as a program by `.`",
                "2>/dev/null eval {word} ¦ would be run as a program by `eval`",
                "A=b eval {word} ¦ would be run as a program by `eval`",
                "exec {word} ¦ chooses the program to run",
                "sudo {word} ¦ chooses the program to run",
                "nohup {word} x ¦ chooses the program to run",
                "xargs {word} ¦ chooses the program to run",
                "env A=b {word} ¦ chooses the program to run",
                "time -p {word} ¦ chooses the program to run",
                "sudo -u app {word} ¦ chooses the program to run",
                "sudo -nu app {word} ¦ chooses the program to run",
                "sudo -uapp {word} ¦ chooses the program to run",
                "sudo sudo {word} ¦ chooses the program to run",
                "timeout 5 {word} ¦ chooses the program to run",
                "timeout -k 5 9 {word} ¦ chooses the program to run",
                "timeout -- 9 {word} ¦ chooses the program to run",
                "nice -n 5 {word} ¦ chooses the program to run",
                "nice -5 {word} ¦ chooses the program to run",
                "xargs -n 1 {word} ¦ chooses the program to run",
                "sudo --user app {word} ¦ chooses the program to run",
                "sudo --unknown app {word} ¦ chooses the program to run",
                "sudo -z app x {word} ¦ chooses the program to run",
                "> /tmp/o {word} ¦ chooses the program to run",
                "2> /tmp/o {word} ¦ chooses the program to run",
                ">&2 {word} ¦ chooses the program to run",
                "a | xargs -0 -- {word} ¦ chooses the program to run",
                "/usr/bin/env {word} ¦ chooses the program to run",
                "sudo a{word} ¦ chooses the program to run",
                "timeout {num} {word} ¦ chooses the program to run",
                "'sudo' {word} ¦ chooses the program to run",
                "\\sudo {word} ¦ chooses the program to run",
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
