package dev.countergate.server.http;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How HTTP is to be served.
 *
 * @param host a name or an address of this machine to listen at
 * @param port or 0 for any that is free
 * @param names further names that clients may use for it, each with its port where that is not the usual one
 * @param tls or null for plain HTTP
 * @param behindTlsProxy whether the operator says that a proxy in front adds TLS
 */
public record HttpSettings(
        String host, int port, List<String> names, @Nullable Tls tls, boolean behindTlsProxy) {
    /**
     * Files in PEM, read when the listener starts.
     *
     * @param certificate the server's, then those between it and its root
     * @param key PKCS#8, not encrypted
     */
    public record Tls(Path certificate, Path key) {}

    public HttpSettings {
        names = List.copyOf(names);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("a port is at most 65535");
        }
    }
}
