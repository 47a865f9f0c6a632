package dev.countergate.policy.catalogue;

import dev.countergate.policy.secret.SecretText;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A backend as a catalogue declares it: where it is, how to authenticate, what it may cost. */
public sealed interface Backend {
    /** Its name in the catalogue; a {@code url} tool without a backend has one named after its origin. */
    BackendName name();

    /** What it may cost. */
    Limits limits();

    /** The environment it belongs to, such as {@code prod}, or null when the catalogue does not say. */
    @Nullable String environment();

    /** Which API an HTTP backend speaks. */
    enum Api {
        HTTP,
        PROMETHEUS,
        LOKI,
        ALERTMANAGER
    }

    /**
     * A backend reached over HTTP.
     *
     * @param api which API it speaks
     * @param origin scheme, host and port; no path, query or userinfo
     * @param basePath what precedes every path: empty, or beginning with a slash and not ending with one
     * @param headers sent with every request, credentials among them
     * @param tenant the value of {@code X-Scope-OrgID}, or null; Loki only
     */
    record Http(
            BackendName name,
            Api api,
            URI origin,
            SecretText basePath,
            List<Header> headers,
            @Nullable String tenant,
            @Nullable String environment,
            Limits limits)
            implements Backend {
        public Http {
            headers = List.copyOf(headers);
        }
    }

    /**
     * AWS Systems Manager in one region of one account.
     *
     * @param region such as {@code eu-west-1}
     * @param endpoint in place of AWS's own, or null
     * @param profile of the shared AWS configuration, or null for the default credential chain
     * @param roleArn to assume before each call, or null
     */
    record Ssm(
            BackendName name,
            String region,
            @Nullable URI endpoint,
            @Nullable String profile,
            @Nullable String roleArn,
            @Nullable String environment,
            Limits limits)
            implements Backend {}

    /**
     * A header as sent.
     *
     * @param name as written
     * @param value its value, free of line breaks
     */
    record Header(String name, SecretText value) {}

    /**
     * What a backend may cost.
     *
     * @param concurrencyMax requests under way at once; further ones wait for a place within their deadline
     * @param responseBytesMax of one answer after decompression, beyond which reading stops
     * @param timeout of one request, where a tool does not say otherwise
     */
    record Limits(int concurrencyMax, int responseBytesMax, Duration timeout) {
        /** What holds where a catalogue does not say: 16 at once, 16 MiB, 30 seconds. */
        public static final Limits DEFAULT = new Limits(16, 16 << 20, Duration.ofSeconds(30));

        public Limits {
            if (concurrencyMax < 1
                    || responseBytesMax < 1
                    || timeout.isNegative()
                    || timeout.isZero()) {
                throw new IllegalArgumentException("a limit is at least one");
            }
        }
    }
}
