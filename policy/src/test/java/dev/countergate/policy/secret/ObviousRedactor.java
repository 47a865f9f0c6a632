package dev.countergate.policy.secret;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** Redaction the slow, obvious way: every form of every character of every secret, tried at every place of the text. */
final class ObviousRedactor {
    private record Needle(List<Integer> points, String shown) {}

    private final List<Needle> needles = new ArrayList<>();

    ObviousRedactor(List<Secret> secrets) {
        for (Secret secret : secrets) {
            byte[] bytes = secret.value().getBytes(UTF_8);
            for (String text :
                    List.of(
                            secret.value(),
                            Base64.getEncoder().encodeToString(bytes),
                            Base64.getEncoder().withoutPadding().encodeToString(bytes),
                            Base64.getUrlEncoder().encodeToString(bytes),
                            Base64.getUrlEncoder().withoutPadding().encodeToString(bytes),
                            HexFormat.of().formatHex(bytes),
                            HexFormat.of().withUpperCase().formatHex(bytes))) {
                needles.add(new Needle(text.codePoints().boxed().toList(), secret.shown()));
            }
        }
    }

    String redact(String text) {
        StringBuilder clean = new StringBuilder();
        for (int at = 0; at < text.length(); ) {
            int end = at;
            String shown = "";
            for (Needle needle : needles) {
                int reached = Math.max(end(needle, text, at, true), end(needle, text, at, false));
                if (reached > end) {
                    end = reached;
                    shown = needle.shown();
                }
            }
            clean.append(end > at ? shown : text.substring(at, at + 1));
            at = Math.max(end, at + 1);
        }
        return clean.toString();
    }

    private static int end(Needle needle, String text, int from, boolean isEscaped) {
        int at = from;
        int found = 0;
        for (int point : needle.points()) {
            int length = isEscaped ? escaped(text, at, point) : -1;
            length = length < 0 ? plain(text, at, point) : length;
            if (length > 0) {
                at += length;
                found++;
            } else if ("\n\r\t".indexOf(point) < 0) {
                boolean isCut =
                        at == text.length()
                                ? found >= 8
                                : found >= 4
                                        && (text.startsWith("...", at) || text.startsWith("…", at));
                return isCut ? at : -1;
            }
        }
        return at;
    }

    private static int plain(String text, int at, int point) {
        String itself = Character.toString(point);
        String misread = new String(itself.getBytes(UTF_8), ISO_8859_1);
        return text.startsWith(itself, at)
                ? itself.length()
                : text.startsWith(misread, at) ? misread.length() : -1;
    }

    /** The length of the escape of {@code point} that stands at {@code at}; hex digits and names in any case. */
    static int escaped(String text, int at, int point) {
        for (String form : forms(point)) {
            if (text.regionMatches(true, at, form, 0, form.length())
                    && !text.startsWith("\\U", at)) {
                return form.length();
            }
        }
        return -1;
    }

    /** Every way in which {@code point} is escaped. */
    static List<String> forms(int point) {
        String itself = Character.toString(point);
        List<String> forms = new ArrayList<>();
        StringBuilder percent = new StringBuilder();
        for (byte octet : itself.getBytes(UTF_8)) {
            percent.append("%%%02x".formatted(octet));
        }
        forms.add(percent.toString());
        StringBuilder json = new StringBuilder();
        for (int at = 0; at < itself.length(); at++) {
            json.append("\\u%04x".formatted((int) itself.charAt(at)));
        }
        forms.add(json.toString());
        for (String digits = Integer.toString(point); digits.length() <= 8; digits = "0" + digits) {
            forms.add("&#" + digits + ";");
        }
        for (String digits = Integer.toHexString(point);
                digits.length() <= 8;
                digits = "0" + digits) {
            forms.add("&#x" + digits + ";");
        }
        switch (point) {
            case ' ' -> forms.add("+");
            case '"' -> forms.addAll(List.of("\\\"", "&quot;"));
            case '\\' -> forms.add("\\\\");
            case '/' -> forms.add("\\/");
            case '\b' -> forms.add("\\b");
            case '\f' -> forms.add("\\f");
            case '\n' -> forms.add("\\n");
            case '\r' -> forms.add("\\r");
            case '\t' -> forms.add("\\t");
            case '&' -> forms.add("&amp;");
            case '<' -> forms.add("&lt;");
            case '>' -> forms.add("&gt;");
            case '\'' -> forms.add("&apos;");
            default -> {}
        }
        return forms;
    }
}
