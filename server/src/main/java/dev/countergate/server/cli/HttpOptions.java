package dev.countergate.server.cli;

import dev.countergate.server.http.HttpSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How `serve` listens over HTTP. */
final class HttpOptions {
    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            description = {
                "also serves MCP over HTTP: /mcp, and /sse for old clients. Needs a token in the",
                "catalogue, and TLS beyond this machine"
            })
    private @Nullable String address;

    @Option(
            names = "--http-host",
            paramLabel = "NAME",
            description = "a name clients use for it, with the port unless it is the usual one")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--http-tls-cert",
            paramLabel = "FILE",
            description = "serves HTTPS with this certificate chain in PEM")
    private @Nullable Path certificate;

    @Option(
            names = "--http-tls-key",
            paramLabel = "FILE",
            description = "its key: PEM, PKCS#8, not encrypted")
    private @Nullable Path key;

    @Option(
            names = "--behind-tls-proxy",
            description = "listens beyond this machine without TLS: a proxy in front has it")
    private boolean behindTlsProxy;

    /** What was asked for, or null where HTTP was not. */
    @Nullable HttpSettings settings(CommandLine command, Console console) {
        if (address == null) {
            if (!names.isEmpty() || certificate != null || key != null || behindTlsProxy) {
                throw new ParameterException(
                        command, "--http-... and --behind-tls-proxy need --http HOST:PORT");
            }
            return null;
        }
        if ((certificate == null) != (key == null)) {
            throw new ParameterException(command, "--http-tls-cert and --http-tls-key go together");
        }
        HttpSettings settings =
                new HttpSettings(
                        ListenAddress.of(command, "--http", address),
                        names,
                        tls(console),
                        behindTlsProxy);
        if (settings.isReadableOnTheWay()) {
            throw new ParameterException(
                    command,
                    "--http "
                            + address
                            + ": tokens would cross the network in the clear: give --http-tls-cert and"
                            + " --http-tls-key, or say --behind-tls-proxy where a proxy in front has"
                            + " TLS");
        }
        return settings;
    }

    private HttpSettings.@Nullable Tls tls(Console console) {
        return certificate == null || key == null
                ? null
                : new HttpSettings.Tls(
                        console.directory().resolve(certificate), console.directory().resolve(key));
    }
}
