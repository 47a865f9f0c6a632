package dev.countergate.server.config;

import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.policy.secret.SecretText.Piece;
import dev.countergate.server.yaml.Printable;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Text;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** Takes URLs apart: where they go is shown, what follows may hold secrets, and a user name becomes a header. */
final class UrlReader {
    private static final Pattern SCHEME = Pattern.compile("(?i)(https?)://");
    private static final Pattern AUTHORITY =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?");

    private static final String ENCODE =
            "percent-encode `/`, `?`, `#`, `@` and `\\` in a user name or password";

    /** Of a segment of a path; what is shorter is a word. */
    private static final int CREDENTIAL_LENGTH_MIN = 16;

    private final Interpolation interpolation;
    private final Report report;

    UrlReader(Interpolation interpolation, Report report) {
        this.interpolation = interpolation;
        this.report = report;
    }

    /**
     * A URL taken apart.
     *
     * @param origin scheme, host and port, in lower case and without a default port
     * @param rest path and query; empty, or beginning with a slash or question mark
     * @param authorization what its userinfo asks for, or null without one
     */
    record Url(URI origin, SecretText rest, @Nullable SecretText authorization) {
        /** The whole of it, without its userinfo. */
        SecretText whole() {
            return SecretText.plain(origin.toString()).plus(rest);
        }
    }

    /** The URL {@code text} stands for; empty when it is none, which is then reported. */
    Optional<Url> read(Text text) {
        return read(text, false);
    }

    /** The URL of a backend, likewise; its path holds no `@`, behind which the true host may stand. */
    Optional<Url> readBase(Text text) {
        return read(text, true);
    }

    private Optional<Url> read(Text text, boolean isBase) {
        int faultsBefore = report.faultCount();
        List<Piece> pieces = pieces(text);
        if (report.faultCount() > faultsBefore) {
            return Optional.empty();
        }
        String all = new SecretText(pieces).reveal();
        Matcher scheme = SCHEME.matcher(all);
        if (!scheme.lookingAt()) {
            return fault(text, "must be an absolute URL", "begin it with http:// or https://");
        }
        int authorityEnd = scheme.end();
        while (authorityEnd < all.length() && "/?#\\".indexOf(all.charAt(authorityEnd)) < 0) {
            authorityEnd++;
        }
        int userInfoEnd = all.lastIndexOf('@', authorityEnd - 1);
        int hostStart = userInfoEnd < scheme.end() ? scheme.end() : userInfoEnd + 1;
        String authority = all.substring(hostStart, authorityEnd);
        Matcher host = AUTHORITY.matcher(authority);
        if (all.substring(scheme.end(), authorityEnd).indexOf('{') >= 0) {
            return fault(
                    text,
                    "a placeholder in the scheme, host or port lets a caller choose where the request goes",
                    "write the host, or take it from ${NAME}");
        }
        Optional<URI> parsed =
                host.matches()
                        ? origin(scheme.group(1), host.group(1), host.group(2))
                        : Optional.empty();
        if (parsed.isEmpty()) {
            // A password that holds a slash ends the authority too soon, and would be shown here.
            boolean mayBeSecret = all.indexOf('@') >= 0 || text.value().contains("${");
            return mayBeSecret
                    ? fault(
                            text,
                            "what stands where the host should is not a host with an optional port",
                            "write it as host or host:port, in ASCII; " + ENCODE)
                    : fault(
                            text,
                            "`"
                                    + Printable.text(authority)
                                    + "` is not a host with an optional port",
                            "write it as host or host:port, in ASCII");
        }
        if (isBase ? all.indexOf('@', authorityEnd) >= 0 : cutsValue(pieces, all, authorityEnd)) {
            return fault(
                    text,
                    "an `@` stands after the path has begun, so a user name or password may have been taken for the host",
                    ENCODE + "; write `%40` for an `@` in the path");
        }
        URI origin = parsed.get();
        Optional<String> accepted = interpolation.meanings().fixed(text);
        if (accepted.isPresent() && !accepted.get().equals(origin.toString())) {
            // INVARIANT: no user name, password or path from outside goes to a host it was not
            // given
            // for.
            return fault(
                    text,
                    "leads to another host than it did when it was accepted, and the rest of it is secret",
                    "accept the change, or put the value back");
        }
        List<Piece> userInfo = between(pieces, scheme.end(), hostStart);
        if (!userInfo.isEmpty() && userInfo.stream().noneMatch(Piece.Hidden.class::isInstance)) {
            report.warn(
                    text.at(),
                    text.path(),
                    "holds a user name or password in the clear",
                    "take it from ${NAME}");
        }
        SecretText authorization =
                userInfo.isEmpty() ? null : basic(text, all.substring(scheme.end(), userInfoEnd));
        SecretText rest = rest(pieces, authorityEnd);
        interpolation.meanings().url(text, origin, userInfo, rest);
        return Optional.of(new Url(origin, rest, authorization));
    }

    /** A URL without secrets that was accepted is as it was then, whatever the values it was made of are now. */
    private List<Piece> pieces(Text text) {
        return interpolation
                .meanings()
                .fixedUrl(text)
                .map(url -> List.<Piece>of(new Piece.Plain(url)))
                .orElseGet(() -> interpolation.pieces(text));
    }

    /**
     * Whether the authority ends within a value that an `@` follows: {@code http://ana:${PASSWORD}@host} goes to the host
     * {@code ana} where the password is {@code 12/34}. A value that brings the scheme is a whole base URL, though, and
     * what the file says behind it is a path.
     */
    private static boolean cutsValue(List<Piece> pieces, String all, int authorityEnd) {
        int sign = all.indexOf('@', authorityEnd);
        int start = 0;
        for (Piece piece : pieces) {
            int end = start + value(piece).length();
            if (piece instanceof Piece.Hidden && start < authorityEnd && authorityEnd < end) {
                return sign >= 0 && (start > 0 || sign < end);
            }
            start = end;
        }
        return false;
    }

    private static String value(Piece piece) {
        return switch (piece) {
            case Piece.Plain(String plain) -> plain;
            case Piece.Hidden(Secret secret, String encoded) -> encoded;
        };
    }

    /** Empty where nothing can be sent there: what a host may look like is for those to say who take it apart later. */
    private static Optional<URI> origin(String scheme, String host, @Nullable String port) {
        String lower = scheme.toLowerCase(Locale.ROOT);
        boolean isDefault =
                port == null || Integer.parseInt(port) == (lower.equals("https") ? 443 : 80);
        String origin =
                lower
                        + "://"
                        + host.toLowerCase(Locale.ROOT)
                        + (isDefault ? "" : ":" + Integer.parseInt(port));
        try {
            return HttpUrl.parse(origin) == null ? Optional.empty() : Optional.of(new URI(origin));
        } catch (URISyntaxException noAddress) {
            return Optional.empty();
        }
    }

    /** The pieces of a path, or of path and query, for a backend's base URL to stand before. */
    SecretText path(Text text) {
        SecretText path = rest(interpolation.pieces(text), 0);
        interpolation.meanings().parts(text, "parts", path.pieces());
        return path;
    }

    /** The parts of {@code pieces} from one place to another; what is hidden stays whole. */
    private static List<Piece> between(List<Piece> pieces, int from, int to) {
        List<Piece> between = new ArrayList<>();
        int at = 0;
        for (Piece piece : pieces) {
            String value = new SecretText(List.of(piece)).reveal();
            int start = Math.clamp(from - at, 0, value.length());
            int end = Math.clamp(to - at, 0, value.length());
            if (start < end) {
                between.add(
                        piece instanceof Piece.Plain
                                ? new Piece.Plain(value.substring(start, end))
                                : piece);
            }
            at += value.length();
        }
        return between;
    }

    private SecretText rest(List<Piece> pieces, int from) {
        List<Piece> rest = new ArrayList<>();
        int at = 0;
        for (Piece piece : pieces) {
            String value = value(piece);
            int skipped = Math.clamp(from - at, 0, value.length());
            at += value.length();
            String kept = value.substring(skipped);
            switch (piece) {
                case Piece.Plain plain when kept.isEmpty() -> {}
                case Piece.Plain plain -> rest.add(new Piece.Plain(kept));
                case Piece.Hidden(Secret secret, String encoded) ->
                        hide(rest, secret, kept, skipped > 0);
            }
        }
        return new SecretText(rest);
    }

    /** The delimiters of a value stay visible, so that whoever reads the URL sees where its path and its query begin. */
    private void hide(List<Piece> rest, Secret secret, String kept, boolean bringsHost) {
        boolean inQuery = false;
        int start = 0;
        for (int i = 0; i <= kept.length(); i++) {
            boolean delimits =
                    i < kept.length()
                            && (kept.charAt(i) == '?' || (kept.charAt(i) == '/' && i == 0));
            if (i == kept.length() || delimits) {
                if (i > start) {
                    String part = kept.substring(start, i);
                    boolean whole = part.length() == secret.value().length();
                    Secret shown = whole ? secret : new Secret(secret.name(), part);
                    rest.add(new Piece.Hidden(shown, encoded(part)));
                    keep(shown, bringsHost, inQuery);
                }
                if (delimits) {
                    rest.add(new Piece.Plain(String.valueOf(kept.charAt(i))));
                    inQuery |= kept.charAt(i) == '?';
                }
                start = i + 1;
            }
        }
    }

    /**
     * Has what may be a credential looked for in what backends answer. A value that stands where a file puts it may be one
     * as a whole; of one that brings a host, the words of its path are none, and would be taken out of every answer.
     */
    private void keep(Secret part, boolean bringsHost, boolean inQuery) {
        if (!bringsHost) {
            interpolation.kept(part);
            return;
        }
        for (String each : part.value().split(inQuery ? "&" : "/", -1)) {
            String value = inQuery ? each.substring(each.indexOf('=') + 1) : each;
            if (inQuery || value.length() >= CREDENTIAL_LENGTH_MIN) {
                interpolation.kept(new Secret(part.name(), value));
                interpolation.kept(new Secret(part.name(), percentDecoded(value)));
            }
        }
    }

    /** A value as a URL takes it: what no URL may hold is percent-encoded, and so are braces, which are never placeholders. */
    private static String encoded(String value) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            if (c <= ' ' || c >= 0x7F || "\"<>\\^`{|}#".indexOf(c) >= 0) {
                encoded.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            } else {
                encoded.append(c);
            }
        }
        return encoded.toString();
    }

    private SecretText basic(Text text, String userInfo) {
        String decoded = percentDecoded(userInfo);
        int colon = decoded.indexOf(':');
        String user = colon < 0 ? decoded : decoded.substring(0, colon);
        String password = colon < 0 ? "" : decoded.substring(colon + 1);
        return basic("user and password of " + text.path(), user, password);
    }

    /** The value of {@code Authorization} for a user name and password (RFC 7617). */
    SecretText basic(String name, String user, String password) {
        interpolation.kept(new Secret(name, password));
        String token =
                Base64.getEncoder()
                        .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        return SecretText.plain("Basic ")
                .plus(SecretText.hidden(interpolation.kept(new Secret(name, token))));
    }

    private static String percentDecoded(String text) {
        Matcher escapes = Pattern.compile("(?:%[0-9A-Fa-f]{2})+").matcher(text);
        return escapes.replaceAll(
                escape -> {
                    String hex = escape.group().replace("%", "");
                    String decoded =
                            new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8);
                    return Matcher.quoteReplacement(decoded);
                });
    }

    private Optional<Url> fault(Text text, String problem, String remedy) {
        report.fault(text.at(), text.path(), problem, remedy);
        return Optional.empty();
    }
}
