package dev.countergate.server.backend;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.secret.SecretText;
import java.util.ArrayList;
import java.util.List;

/** Where one backend's API begins, and the headers each of its requests carries. */
public final class HttpApi {
    private static final Backend.Header FORM =
            new Backend.Header(
                    "Content-Type", SecretText.plain("application/x-www-form-urlencoded"));

    private static final Backend.Header JSON =
            new Backend.Header("Content-Type", SecretText.plain("application/json"));

    private final SecretText base;
    private final List<Backend.Header> headers;

    /**
     * The API of {@code backend}.
     *
     * @param own headers the API asks for; the catalogue's of the same name hold
     */
    public HttpApi(Backend.Http backend, List<Backend.Header> own) {
        this.base = SecretText.plain(backend.origin().toString()).plus(backend.basePath());
        List<Backend.Header> all = new ArrayList<>(own);
        all.addAll(backend.headers());
        this.headers = List.copyOf(all);
    }

    /** A {@code GET} of {@code path}, which begins with a slash, with {@code parameters} as its query. */
    public WireRequest get(String path, Form parameters) {
        return WireRequest.get(base.plus(SecretText.plain(parameters.after(path))), headers);
    }

    /** The URL of {@code path}, which begins with a slash. */
    public SecretText url(String path) {
        return base.plus(SecretText.plain(path));
    }

    /** The headers of a request that carries JSON, or of one without a body. */
    public List<Backend.Header> headers(boolean carriesJson) {
        List<Backend.Header> all = new ArrayList<>(headers);
        if (carriesJson) {
            all.add(JSON);
        }
        return List.copyOf(all);
    }

    /** A {@code POST} that only reads: parameters too long for a URL travel in its body. */
    public WireRequest post(String path, Form parameters) {
        List<Backend.Header> all = new ArrayList<>(headers);
        all.add(FORM);
        return new WireRequest(
                "POST", base.plus(SecretText.plain(path)), all, parameters.toString());
    }
}
