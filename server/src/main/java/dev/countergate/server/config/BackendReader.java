package dev.countergate.server.config;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.Backend.Header;
import dev.countergate.policy.catalogue.Backend.Limits;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.server.config.UrlReader.Url;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Text;
import dev.countergate.server.yaml.YamlValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads one entry of {@code backends}. */
final class BackendReader {
    private static final List<String> HTTP_KEYS = List.of("url", "auth", "headers");
    private static final List<String> SSM_KEYS =
            List.of("region", "endpoint", "profile", "role_arn");

    private final Interpolation interpolation;
    private final UrlReader urls;
    private final Report report;

    BackendReader(Interpolation interpolation, UrlReader urls, Report report) {
        this.interpolation = interpolation;
        this.urls = urls;
        this.report = report;
    }

    /** The backend, or null when it could not be read, which is then reported. */
    @Nullable Backend read(String name, Block block) {
        String type = block.string("type", "");
        if (type.isEmpty()) {
            return null;
        }
        boolean isSsm = type.equals("ssm");
        refuse(block, isSsm ? HTTP_KEYS : SSM_KEYS, type);
        if (!type.equals("loki")) {
            refuse(block, List.of("tenant"), type);
        }
        return isSsm ? ssm(name, block) : http(name, type, block);
    }

    private void refuse(Block block, List<String> keys, String type) {
        for (String key : keys) {
            if (block.has(key)) {
                report.fault(
                        block.keyAt(key),
                        block.path(key),
                        "a backend of type " + type + " has no such key",
                        "remove it");
            }
        }
    }

    private @Nullable Backend http(String name, String type, Block block) {
        List<Header> headers = new ArrayList<>();
        block.textMembers("headers")
                .forEach(
                        (header, value) ->
                                headers.add(new Header(header, interpolation.header(value))));
        Lint.inlineSecrets(block.textMembers("headers"), report);
        Text urlText = block.text("url");
        if (urlText == null) {
            if (!block.has("url")) {
                report.fault(
                        block.at(), block.path("url"), "is missing", "say where the backend is");
            }
            return null;
        }
        Url url = urls.readBase(urlText).orElse(null);
        if (url == null) {
            return null;
        }
        String rest = url.rest().reveal();
        if (rest.indexOf('?') >= 0 || rest.indexOf('#') >= 0) {
            report.fault(
                    urlText.at(),
                    urlText.path(),
                    "a backend's url has no query",
                    "give the query in the tools' urls");
        }
        if (urlText.value().replaceAll("\\$\\{[^}]*}", "").indexOf('{') >= 0) {
            report.fault(
                    urlText.at(),
                    urlText.path(),
                    "a backend's url has no placeholders",
                    "give them in the tools' urls");
        }
        addAuthorization(block, url.authorization(), headers);
        return new Backend.Http(
                new BackendName(name),
                Backend.Api.valueOf(type.toUpperCase(Locale.ROOT)),
                url.origin(),
                withoutLastSlash(url.rest()),
                headers,
                optional(block, "tenant"),
                optional(block, "environment"),
                limits(block));
    }

    private void addAuthorization(Block block, @Nullable SecretText fromUrl, List<Header> headers) {
        List<SecretText> given = new ArrayList<>();
        Block auth = block.block("auth", CatalogueKeys.AUTH);
        if (auth != null) {
            Text variable = auth.text("bearer_env");
            if (variable != null) {
                given.add(
                        SecretText.plain("Bearer ")
                                .plus(Interpolation.bare(interpolation.variable(variable))));
            }
            Text bearer = auth.text("bearer");
            if (bearer != null) {
                Lint.mustNotBeInline(bearer, report);
                given.add(SecretText.plain("Bearer ").plus(interpolation.header(bearer)));
            }
            Block basic = auth.block("basic", CatalogueKeys.BASIC);
            if (basic != null) {
                Text user = basic.text("username");
                Text password = basic.text("password");
                if (user != null && password != null) {
                    Lint.mustNotBeInline(password, report);
                    given.add(
                            urls.basic(
                                    password.path(),
                                    interpolation.credential(user),
                                    interpolation.credential(password)));
                }
            }
        }
        if (fromUrl != null) {
            given.add(fromUrl);
        }
        boolean inHeaders =
                headers.stream()
                        .anyMatch(header -> header.name().equalsIgnoreCase("Authorization"));
        if (given.size() + (inHeaders ? 1 : 0) > 1) {
            report.fault(
                    block.keyAt("auth"),
                    block.path("auth"),
                    "more than one way to authenticate is given",
                    "keep one");
        }
        given.stream()
                .findFirst()
                .ifPresent(value -> headers.add(new Header("Authorization", value)));
    }

    private @Nullable Backend ssm(String name, Block block) {
        String region = optional(block, "region");
        if (region == null) {
            if (!block.has("region")) {
                report.fault(
                        block.at(),
                        block.path("region"),
                        "is missing",
                        "give the AWS region, such as \"${AWS_REGION:-eu-west-1}\"");
            }
            return null;
        }
        if (!region.matches("[a-z]{2,}(-[a-z0-9]+)+")) {
            fault(
                    block,
                    "region",
                    "`" + region + "` is not an AWS region",
                    "write it as `eu-west-1`");
        }
        Text endpointText = block.text("endpoint");
        Url endpoint = null;
        if (endpointText != null && optional(block, "endpoint") != null) {
            endpoint = urls.readBase(endpointText).orElse(null);
            if (endpoint != null && !withoutLastSlash(endpoint.rest()).pieces().isEmpty()) {
                fault(block, "endpoint", "has a path or query", "write scheme, host and port only");
            }
        }
        return new Backend.Ssm(
                new BackendName(name),
                region,
                endpoint == null ? null : endpoint.origin(),
                optional(block, "profile"),
                optional(block, "role_arn"),
                optional(block, "environment"),
                limits(block));
    }

    private @Nullable String optional(Block block, String key) {
        Text text = block.text(key);
        if (text == null) {
            return null;
        }
        String value = interpolation.plain(text);
        if (value.chars().anyMatch(Character::isISOControl)) {
            report.fault(text.at(), text.path(), "holds a control character", "remove it");
        }
        return value.isBlank() ? null : value;
    }

    private static Limits limits(Block block) {
        Block limits = block.block("limits", CatalogueKeys.LIMITS);
        return new Limits(
                limits == null
                        ? Limits.DEFAULT.concurrencyMax()
                        : limits.whole("concurrency").orElse(Limits.DEFAULT.concurrencyMax()),
                limits == null
                        ? Limits.DEFAULT.responseBytesMax()
                        : limits.whole("response_bytes").orElse(Limits.DEFAULT.responseBytesMax()),
                Durations.of(block.text("timeout"), Limits.DEFAULT.timeout()));
    }

    private static SecretText withoutLastSlash(SecretText path) {
        List<SecretText.Piece> pieces = new ArrayList<>(path.pieces());
        while (!pieces.isEmpty()
                && pieces.getLast() instanceof SecretText.Piece.Plain(String plain)
                && plain.endsWith("/")) {
            String kept = plain.replaceAll("/+$", "");
            pieces.removeLast();
            if (!kept.isEmpty()) {
                pieces.add(new SecretText.Piece.Plain(kept));
            }
        }
        if (!pieces.isEmpty()
                && pieces.getLast() instanceof SecretText.Piece.Hidden(var secret, String encoded)
                && encoded.endsWith("/")) {
            pieces.removeLast();
            pieces.add(new SecretText.Piece.Hidden(secret, encoded.replaceAll("/+$", "")));
        }
        return new SecretText(pieces);
    }

    private void fault(Block block, String key, String problem, String remedy) {
        YamlValue value = block.value(key);
        report.fault(value == null ? block.at() : value.at(), block.path(key), problem, remedy);
    }
}
