package dev.countergate.policy.secret;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes known secrets, and their usual encodings, out of foreign text: a backend may echo the header it was sent.
 *
 * <p>A secret shorter than {@link #LENGTH_MIN} characters is left alone: replacing {@code on} or {@code 1} everywhere
 * would destroy the text without hiding anything. Immutable.
 */
public final class Redactor {
    /** The shortest secret that is looked for, in characters. */
    public static final int LENGTH_MIN = 4;

    private final List<Form> forms;

    private Redactor(List<Form> forms) {
        this.forms = forms;
    }

    /** A redactor of these secrets. */
    public static Redactor of(Collection<Secret> secrets) {
        Map<String, Form> forms = new LinkedHashMap<>();
        for (Secret secret : secrets) {
            if (secret.value().length() >= LENGTH_MIN) {
                for (String encoding : encodings(secret.value())) {
                    forms.putIfAbsent(encoding, new Form(encoding, secret.shown()));
                }
            }
        }
        List<Form> longestFirst = new ArrayList<>(forms.values());
        longestFirst.sort(Comparator.comparingInt((Form form) -> form.text().length()).reversed());
        return new Redactor(List.copyOf(longestFirst));
    }

    /** {@code text} with {@code [secret NAME]} wherever a secret stood. */
    public String redact(String text) {
        String clean = text;
        for (Form form : forms) {
            if (clean.contains(form.text())) {
                clean = clean.replace(form.text(), form.shown());
            }
        }
        return clean;
    }

    private static List<String> encodings(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        String form = URLEncoder.encode(value, StandardCharsets.UTF_8);
        String base64 = Base64.getEncoder().encodeToString(bytes);
        String base64Url = Base64.getUrlEncoder().encodeToString(bytes);
        return List.of(
                value,
                form,
                form.replace("+", "%20"),
                escaped(value),
                escaped(value).replace("/", "\\/"),
                base64,
                base64.replace("=", ""),
                base64Url,
                base64Url.replace("=", ""),
                HexFormat.of().formatHex(bytes),
                HexFormat.of().withUpperCase().formatHex(bytes));
    }

    /** As it stands inside a JSON string (RFC 8259 section 7), without the quotes. */
    private static String escaped(String value) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < ' ') {
                        text.append("\\u").append(HexFormat.of().toHexDigits(c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        return text.toString();
    }

    private record Form(String text, String shown) {}
}
