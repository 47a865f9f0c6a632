package dev.countergate.server.http;

import static dev.countergate.server.http.Served.LIMITS;
import static dev.countergate.server.http.Served.TYPES;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.token.Digest;
import dev.countergate.server.http.HttpSettings.Tls;
import dev.countergate.server.mcp.FakeTools;
import dev.countergate.testing.process.Workplace;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** HTTP with TLS from PEM files. */
@Tag("long")
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Map<String, KeyStore> stores = new ConcurrentHashMap<>();

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "RSA, TLSv1.3",
        "EC, TLSv1.3",
        "EC, TLSv1.2",
        "Ed25519, TLSv1.3",
    })
    void serves_a_client_that_trusts_the_certificate(String kind, String version) throws Exception {
        try (Served served = served(tls(kind, kind));
                RawHttp http = new RawHttp(connect(served, kind, version))) {
            http.send(
                    served.post(
                            served.host().replace("127.0.0.1", "localhost") + TYPES,
                            Served.initializeBody("2025-11-25")));

            assertThat(http.reply().header("Mcp-Session-Id")).isNotEmpty();
        }
    }

    @Test
    void tells_which_certificate_it_serves_whatever_its_file_holds_by_now() throws Exception {
        Tls files = tls("EC", "EC");
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        try (Served served = served(files);
                SSLSocket socket = connect(served, "EC", "TLSv1.3")) {
            byte[] shown = socket.getSession().getPeerCertificates()[0].getEncoded();
            Files.writeString(files.certificate(), "another by now");
            served.listener.describe(status);
            JsonNode told = status.path("http").path("certificate");
            assertThat(told.path("sha256").asString()).isEqualTo(Digest.of(shown).hex());
            assertThat(told.path("file").asString()).isEqualTo(files.certificate().toString());
            assertThat(Instant.parse(told.path("not_after").asString())).isAfter(Instant.now());
        }
    }

    @Test
    void says_nothing_to_a_client_without_tls() throws Exception {
        try (Served served = served(tls("EC", "EC"));
                RawHttp http = served.connect()) {
            http.send(served.post(served.host() + TYPES, "{}"));

            assertThat(http.countToEnd()).isLessThan(16);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.1", "TLSv1"})
    void refuses_old_versions(String version) throws Exception {
        try (Served served = served(tls("EC", "EC"))) {
            assertThatThrownBy(() -> connect(served, "EC", version).startHandshake())
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void notices_who_hangs_up_through_tls_too() throws Exception {
        try (Served served = served(tls("EC", "EC"))) {
            try (RawHttp http = new RawHttp(connect(served, "EC", "TLSv1.3"))) {
                http.send("GET /sse HTTP/1.1\r\n" + served.host() + "Accept: */*\r\n\r\n").head();
                assertThat(http.event()).contains("session=");
                assertThat(served.listener.sessions()).isEqualTo(1);
            }
            Workplace.await("the end of the session", () -> served.listener.sessions() == 0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "EC, RSA, is not the certificate's",
        "RSA, EC, is not the certificate's",
        "EC, other, is not the certificate's",
    })
    void does_not_start_with_a_key_of_another_certificate(
            String certificate, String key, String said) throws Exception {
        Tls files = tls(certificate, key.equals("other") ? "EC2" : key);

        assertThatThrownBy(() -> served(files))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(said);
    }

    @ParameterizedTest
    @CsvSource({
        "'', holds no certificate",
        "'-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', holds no valid certificates",
    })
    void does_not_start_without_a_certificate(String pem, String said) throws Exception {
        Tls good = tls("EC", "EC");
        Path bad = Files.writeString(folder.resolve("bad.pem"), pem);

        assertThatThrownBy(() -> served(new Tls(bad, good.key())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(said)
                .hasMessageContaining("bad.pem");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----",
            })
    void does_not_start_without_a_plain_key(String pem) throws Exception {
        Tls good = tls("EC", "EC");
        Path bad = Files.writeString(folder.resolve("bad.key"), pem);

        assertThatThrownBy(() -> served(new Tls(good.certificate(), bad)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bad.key");
    }

    private Served served(Tls files) throws IOException {
        return new Served(
                new FakeTools(),
                LIMITS,
                new HttpSettings(Served.LOOPBACK, List.of(), files, false));
    }

    private SSLSocket connect(Served served, String kind, String version) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", store(kind).getCertificate("server"));
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket("localhost", served.address.getPort());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        return socket;
    }

    private Tls tls(String certificate, String key) throws Exception {
        return new Tls(
                pem(
                        "CERTIFICATE",
                        store(certificate).getCertificate("server").getEncoded(),
                        certificate + ".pem"),
                pem(
                        "PRIVATE KEY",
                        store(key).getKey("server", PASSWORD).getEncoded(),
                        key + ".key"));
    }

    private Path pem(String label, byte[] content, String name) throws IOException {
        return Files.writeString(
                folder.resolve(name),
                "-----BEGIN "
                        + label
                        + "-----\n"
                        + Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(content)
                        + "\n-----END "
                        + label
                        + "-----\n");
    }

    private KeyStore store(String kind) throws Exception {
        KeyStore known = stores.get(kind);
        if (known != null) {
            return known;
        }
        Path file = folder.resolve(kind + ".p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "server",
                                "-keyalg",
                                kind.equals("EC2") ? "EC" : kind,
                                "-dname",
                                "CN=localhost",
                                "-ext",
                                "san=dns:localhost",
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                new String(PASSWORD),
                                "-keystore",
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(keytool.getInputStream().readAllBytes(), US_ASCII);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore made = KeyStore.getInstance("PKCS12");
        made.load(new ByteArrayInputStream(Files.readAllBytes(file)), PASSWORD);
        stores.put(kind, made);
        return made;
    }
}
