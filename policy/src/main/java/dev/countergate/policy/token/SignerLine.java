package dev.countergate.policy.token;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one line of an allowed_signers file: principal, options, kind of key, key, comment. */
final class SignerLine {
    /** The longest line, in characters. */
    static final int LENGTH_MAX = 4_096;

    private static final Pattern WORD = Pattern.compile("[ \\t]*([^ \\t]+)");

    /** An option and the comma or blank behind it. Backslashes would escape a quote: nothing we take holds either. */
    private static final Pattern OPTION =
            Pattern.compile("([A-Za-z0-9-]+)(?:=(\"[^\"\\\\]*\"|[^\", \\t]*))?(,|[ \\t]+|$)");

    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}");
    private static final Pattern KIND = Pattern.compile("(ssh|sk|ecdsa|webauthn)-[A-Za-z0-9@.-]+");

    private final String subject;
    private final ZoneId zone;
    private final List<Fault> faults = new ArrayList<>();
    private @Nullable List<String> namespaces;
    private @Nullable Instant validAfter;
    private @Nullable Instant validBefore;

    private SignerLine(int number, ZoneId zone) {
        this.subject = "line " + number;
        this.zone = zone;
    }

    /** Whether OpenSSH passes over {@code line}. */
    static boolean isComment(String line) {
        String text = behindBlanks(line);
        return hasOnlyText(line) && (text.isEmpty() || text.startsWith("#"));
    }

    /** The enrolment on {@code line}, or its faults. */
    static Checked<AllowedSigners.Signer> parse(int number, String line, ZoneId zone) {
        return new SignerLine(number, zone).parse(number, line);
    }

    private Checked<AllowedSigners.Signer> parse(int number, String line) {
        if (line.length() > LENGTH_MAX) {
            return fault("longer than " + LENGTH_MAX + " characters", "");
        }
        if (!hasOnlyText(line)) {
            return fault("a control character", "end lines with a line feed alone");
        }
        Matcher principal = WORD.matcher(line);
        if (!principal.lookingAt() || KIND.matcher(principal.group(1)).matches()) {
            return fault("no principal", "begin the line with the person's name");
        }
        checkPrincipal(principal.group(1));
        String rest = behindBlanks(line.substring(principal.end()));
        if (!rest.isEmpty() && !KIND.matcher(firstWord(rest)).matches()) {
            int end = readOptions(rest);
            if (end < 0) {
                return Checked.invalid(faults);
            }
            rest = rest.substring(end);
        }
        checkWindow();
        switch (SshPublicKey.parseLine(rest)) {
            case Checked.Invalid<SshPublicKey>(List<Fault> found) ->
                    found.forEach(each -> faults.add(about(each.problem(), each.remedy())));
            case Checked.Valid<SshPublicKey>(SshPublicKey key) -> {
                if (faults.isEmpty()) {
                    return Checked.valid(
                            new AllowedSigners.Signer(
                                    number,
                                    new Person(principal.group(1)),
                                    key,
                                    namespaces,
                                    validAfter,
                                    validBefore));
                }
            }
        }
        return Checked.invalid(faults);
    }

    private void checkPrincipal(String principal) {
        if (Person.isValid(principal)) {
            return;
        }
        if (principal.contains(",")) {
            add("a key for several principals", "give each person a key of their own");
        } else if (principal.contains("*") || principal.contains("?")) {
            add("a wildcard for a principal", "name one person");
        } else if (principal.startsWith("!")) {
            add("a negated principal", "name one person");
        } else {
            add("the principal is not a person's name", "use letters, digits and . _ @ + -");
        }
    }

    /** Reads the options at the beginning of {@code text}; the index behind them, or -1 after a fault. */
    private int readOptions(String text) {
        Set<String> seen = new HashSet<>();
        Matcher option = OPTION.matcher(text);
        int at = 0;
        while (option.region(at, text.length()).lookingAt()) {
            String name = option.group(1).toLowerCase(Locale.ROOT);
            if (!seen.add(name)) {
                add("the option `" + name + "` twice", "keep one");
            } else {
                read(name, option.group(2));
            }
            at = option.end();
            if (!option.group(3).equals(",")) {
                return at;
            }
        }
        add(
                "options that cannot be read",
                "write name=\"value\" with commas and no blanks between");
        return -1;
    }

    private void read(String name, @Nullable String quoted) {
        switch (name) {
            case "namespaces", "valid-after", "valid-before" -> {
                if (quoted == null || !quoted.startsWith("\"")) {
                    add(
                            "the option `" + name + "` without a quoted value",
                            "write " + name + "=\"...\"");
                    return;
                }
                String value = quoted.substring(1, quoted.length() - 1);
                if (name.equals("namespaces")) {
                    readNamespaces(value);
                } else {
                    readTime(name, value);
                }
            }
            case "cert-authority" -> add("a certificate authority", "enrol each person's own key");
            default ->
                    add(
                            "the unknown option `" + name + "`",
                            "use namespaces, valid-after, valid-before");
        }
    }

    private void readNamespaces(String value) {
        List<String> names = List.of(value.split(",", -1));
        if (names.stream().allMatch(each -> NAMESPACE.matcher(each).matches())) {
            namespaces = names;
        } else if (value.matches(".*[*?!].*")) {
            add("a wildcard or negation in namespaces", "name each namespace");
        } else {
            add("namespaces that are not names with commas between", "name each namespace");
        }
    }

    private void readTime(String name, String value) {
        Instant time = SignerTime.parse(value, zone).orElse(null);
        if (time == null) {
            add(
                    "the time of `" + name + "` is none",
                    "write YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with a Z for UTC");
        } else if (name.equals("valid-after")) {
            validAfter = time;
        } else {
            validBefore = time;
        }
    }

    private void checkWindow() {
        if (validAfter != null && validBefore != null && !validAfter.isBefore(validBefore)) {
            add("valid-before is not after valid-after", "exchange them");
        }
    }

    /** A blank is what OpenSSH takes for one: a space or a tab, and no other of Unicode's. */
    private static String behindBlanks(String text) {
        return text.replaceFirst("^[ \\t]+", "");
    }

    private static String firstWord(String text) {
        Matcher word = WORD.matcher(text);
        return word.lookingAt() ? word.group(1) : "";
    }

    /** A carriage return or an escape can hide a line from whoever looks at the file. */
    private static boolean hasOnlyText(String line) {
        return line.codePoints().noneMatch(c -> c != '\t' && Character.isISOControl(c));
    }

    private void add(String problem, String remedy) {
        faults.add(about(problem, remedy));
    }

    private Checked<AllowedSigners.Signer> fault(String problem, String remedy) {
        return Checked.invalid(about(problem, remedy));
    }

    private Fault about(String problem, String remedy) {
        return new Fault(subject, problem, remedy);
    }
}
