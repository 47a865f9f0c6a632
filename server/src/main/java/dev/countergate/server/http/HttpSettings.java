package dev.countergate.server.http;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How HTTP is to be served.
 *
 * @param address of this machine to listen at; port 0 for any that is free
 * @param names further names that clients may use for it, each with its port where that is not the usual one
 * @param tls or null for plain HTTP
 * @param behindTlsProxy whether the operator says that a proxy in front adds TLS
 */
public record HttpSettings(
        InetSocketAddress address, List<String> names, @Nullable Tls tls, boolean behindTlsProxy) {
    /**
     * Files in PEM, read when the listener starts.
     *
     * @param certificate the server's, then those between it and its root
     * @param key PKCS#8, not encrypted
     */
    public record Tls(Path certificate, Path key) {}

    public HttpSettings {
        names = List.copyOf(names);
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("an address of this machine");
        }
    }

    /** Whether what is sent could be read on the way: tokens among it. */
    public boolean isReadableOnTheWay() {
        return !address.getAddress().isLoopbackAddress() && tls == null && !behindTlsProxy;
    }
}
