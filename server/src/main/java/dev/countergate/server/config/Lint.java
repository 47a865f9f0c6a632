package dev.countergate.server.config;

import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Text;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks for what is legal and probably not meant. */
final class Lint {
    private static final Pattern SECRET_NAME =
            Pattern.compile(
                    "(?i).*(?:authorization|api[-_]?key|token|secret|password|passwd|cookie|private[-_]?key).*");
    private static final Pattern SECRET_VALUE =
            Pattern.compile(
                    ".*(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_|xox[abprs]-|glsa_|glpat-|AKIA[0-9A-Z]{16}|eyJ[A-Za-z0-9_-]{10,}\\.|-----BEGIN|sk-[A-Za-z0-9]{20,}|[Bb]earer [A-Za-z0-9._~+/-]{8,}|[Bb]asic [A-Za-z0-9+/]{8,}=*).*");

    /** Group 1 is the default, where there is one. */
    private static final Pattern FROM_OUTSIDE =
            Pattern.compile("\\$\\{(?:[A-Za-z0-9_]+:-([^}]*)|[^}]*)}");

    private Lint() {}

    /** Warns of header values that look like credentials written out, as defaults of values from outside too. */
    static void inlineSecrets(Map<String, Text> headers, Report report) {
        headers.forEach(
                (name, value) -> {
                    boolean isCredential = SECRET_NAME.matcher(name).matches();
                    if (looksSecret(written(value)) || (isCredential && isInline(value.value()))) {
                        report.warn(
                                value.at(),
                                value.path(),
                                "looks like a secret in the clear",
                                "take it from ${NAME} or ${file:PATH}");
                    }
                });
    }

    /** Beside a value from outside a scheme may stand, or a cookie's name; its default is as good as the value. */
    private static boolean isInline(String header) {
        return header.contains("${")
                ? FROM_OUTSIDE.matcher(header).results().anyMatch(each -> !given(each).isBlank())
                : !header.isBlank();
    }

    /** A credential that is written out is a fault where nothing but a credential can stand. */
    static void mustNotBeInline(Text credential, Report report) {
        if (!credential.value().contains("${") || !written(credential).isBlank()) {
            report.fault(
                    credential.at(),
                    credential.path(),
                    "a secret stands here in the clear",
                    "take it from ${NAME} or ${file:PATH}");
        }
    }

    /** What of {@code text} stands in the file: all but the values from outside, and their defaults. */
    private static String written(Text text) {
        return FROM_OUTSIDE
                .matcher(text.value())
                .replaceAll(each -> Matcher.quoteReplacement(given(each)));
    }

    private static String given(MatchResult fromOutside) {
        String given = fromOutside.group(1);
        return given == null ? "" : given;
    }

    static boolean looksSecret(String text) {
        return SECRET_VALUE.matcher(text).matches();
    }
}
