package dev.countergate.policy.template;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a URL leads, and how far into its text that goes.
 *
 * @param uri scheme, host and, unless it is the scheme's own, port
 * @param userinfo what stands before {@code @}; may be empty
 * @param end the index of the first symbol after it
 */
record UrlOrigin(URI uri, List<UrlPart> userinfo, int end) {
    private static final Pattern AUTHORITY =
            Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::([0-9]{0,5}))?");

    /** The origin {@code text} begins with; empty when it begins with none of http or https. */
    static Optional<UrlOrigin> of(UrlText text) {
        int colon = text.find(0, ":");
        String scheme = text.slice(0, colon).letters().toLowerCase(Locale.ROOT);
        int start = colon + 3;
        if (!(scheme.equals("http") || scheme.equals("https"))
                || start > text.length()
                || !text.slice(colon, start).letters().equals("://")) {
            return Optional.empty();
        }
        int end = text.find(start, "/\\?#");
        int at = -1;
        for (int i = text.find(start, "@"); i < end; i = text.find(i + 1, "@")) {
            at = i;
        }
        Matcher authority = AUTHORITY.matcher(text.slice(at < 0 ? start : at + 1, end).letters());
        if (!authority.matches()) {
            return Optional.empty();
        }
        String port = authority.group(2);
        int number = port == null || port.isEmpty() ? -1 : Integer.parseInt(port);
        if (number > 65_535) {
            return Optional.empty();
        }
        boolean isUsual = number < 0 || number == (scheme.equals("http") ? 80 : 443);
        URI uri =
                URI.create(
                        scheme
                                + "://"
                                + authority.group(1).toLowerCase(Locale.ROOT)
                                + (isUsual ? "" : ":" + number));
        List<UrlPart> userinfo = at < 0 ? List.of() : text.slice(start, at).parts();
        return uri.getHost() == null
                ? Optional.empty()
                : Optional.of(new UrlOrigin(uri, userinfo, end));
    }
}
