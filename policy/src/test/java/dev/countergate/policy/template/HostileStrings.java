package dev.countergate.policy.template;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** Strings meant to break out of wherever they are put; the same ones in every run. */
@NullMarked
final class HostileStrings {
    private static final long SEED = 20_260_131;

    private static final List<String> FRAGMENTS =
            List.of(
                    "\"",
                    "'",
                    "`",
                    "\\",
                    "\\\\",
                    "\\\"",
                    "\\'",
                    "\n",
                    "\r\n",
                    "\r",
                    "\t",
                    "\0",
                    "\u000B",
                    "\f",
                    "\u001B[2J",
                    "\u007F",
                    "\u0085",
                    "\u00A0",
                    "\u2028",
                    "\u2029",
                    "\u202E",
                    "\u2066",
                    "\u200B",
                    "\uFEFF",
                    "\uFFFC",
                    "\uFFFF",
                    "é",
                    "日本",
                    "\uD83D\uDE00",
                    "\uDB40\uDC01",
                    "{",
                    "}",
                    "{{",
                    "}}",
                    "{{ssm:/p}}",
                    "{x}",
                    "{any}",
                    "${HOME}",
                    "$(id)",
                    "`id`",
                    "$((1+1))",
                    "${IFS}",
                    "$'\\n'",
                    "#",
                    " # ",
                    "//",
                    "/* */",
                    "--",
                    "-",
                    "--help",
                    "-rf /",
                    ";",
                    " ; id",
                    "&",
                    "&&",
                    "|",
                    "||",
                    ">",
                    ">>",
                    "<",
                    "<<EOF",
                    "<(id)",
                    "(",
                    ")",
                    "[",
                    "]",
                    "*",
                    "?",
                    "~",
                    "!",
                    "!!",
                    "=",
                    "!=",
                    "=~",
                    "!~",
                    "|=",
                    "|~",
                    " or ",
                    " and ",
                    " unless ",
                    " offset 5m",
                    "[5m]",
                    "} or up{",
                    "\"} or {a=\"",
                    "\", b=\"c",
                    "bool",
                    "by (a)",
                    "inf",
                    "NaN",
                    "0x1f",
                    "1e9",
                    "5m",
                    ".*",
                    ".+",
                    "(?i)",
                    "a|b",
                    "\\Q",
                    "\\E",
                    "(?P<n>",
                    "[[:alpha:]]",
                    "\\pL",
                    "\\x{41}",
                    "^",
                    "$",
                    "%",
                    "%%",
                    "%2e",
                    "%2e%2e",
                    "%2F",
                    "%00",
                    "%0d%0a",
                    "%zz",
                    "..",
                    "../",
                    "../../etc/passwd",
                    "/",
                    "//evil",
                    "\\\\evil",
                    ".",
                    ":",
                    "@",
                    "@evil",
                    ":80",
                    "?a=b",
                    "&a=b",
                    "a=b",
                    "+",
                    " ",
                    "  ",
                    ",",
                    "http://evil/",
                    "javascript:",
                    "\r\nHost: evil",
                    "null",
                    "true",
                    "[]",
                    "{\"a\":1}",
                    "label_name",
                    "a",
                    "up",
                    "job",
                    "1",
                    "{{.x}}",
                    "<_>",
                    "__name__",
                    "'; id; '",
                    "'\\''",
                    "\" + \"",
                    "\\u0022",
                    "\\x22");

    private HostileStrings() {}

    /** {@code count} strings: every fragment alone and around a letter, then mixtures, some with lone surrogates. */
    static List<String> take(int count) {
        Random random = new Random(SEED);
        Stream<String> plain =
                FRAGMENTS.stream().flatMap(f -> Stream.of(f, "a" + f, f + "a", f + f));
        return Stream.concat(plain, Stream.generate(() -> mixture(random))).limit(count).toList();
    }

    private static String mixture(Random random) {
        StringBuilder text = new StringBuilder();
        int parts = 1 + random.nextInt(6);
        for (int i = 0; i < parts; i++) {
            switch (random.nextInt(12)) {
                case 0 -> text.appendCodePoint(random.nextInt(0x80));
                case 1 -> text.appendCodePoint(0x80 + random.nextInt(0xD800 - 0x80));
                case 2 -> text.appendCodePoint(0x10000 + random.nextInt(0x100000));
                case 3 ->
                        text.append(
                                random.nextInt(8) == 0
                                        ? (char) (0xD800 + random.nextInt(0x800))
                                        : 'z');
                default -> text.append(FRAGMENTS.get(random.nextInt(FRAGMENTS.size())));
            }
        }
        return text.toString();
    }

    static boolean hasLoneSurrogate(String text) {
        return !java.nio.charset.StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
