package dev.countergate.server.config;

import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Text;
import java.util.Map;
import java.util.regex.Pattern;

/** Looks for what is legal and probably not meant. */
final class Lint {
    private static final Pattern SECRET_NAME =
            Pattern.compile(
                    "(?i).*(?:authorization|api[-_]?key|token|secret|password|passwd|cookie|private[-_]?key).*");
    private static final Pattern SECRET_VALUE =
            Pattern.compile(
                    ".*(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_|xox[abprs]-|glsa_|glpat-|AKIA[0-9A-Z]{16}|eyJ[A-Za-z0-9_-]{10,}\\.|-----BEGIN|sk-[A-Za-z0-9]{20,}|[Bb]earer [A-Za-z0-9._~+/-]{8,}|[Bb]asic [A-Za-z0-9+/]{8,}=*).*");

    private Lint() {}

    /** Warns of header values that look like credentials written out. */
    static void inlineSecrets(Map<String, Text> headers, Report report) {
        headers.forEach(
                (name, value) -> {
                    if (!value.value().isBlank()
                            && !value.value().contains("${")
                            && (SECRET_NAME.matcher(name).matches()
                                    || looksSecret(value.value()))) {
                        report.warn(
                                value.at(),
                                value.path(),
                                "looks like a secret in the clear",
                                "take it from ${NAME} or ${file:PATH}");
                    }
                });
    }

    /** A credential that is written out is a fault where nothing but a credential can stand. */
    static void mustNotBeInline(Text credential, Report report) {
        if (!credential.value().contains("${")) {
            report.fault(
                    credential.at(),
                    credential.path(),
                    "a secret stands here in the clear",
                    "take it from ${NAME} or ${file:PATH}");
        }
    }

    static boolean looksSecret(String text) {
        return SECRET_VALUE.matcher(text).matches();
    }
}
