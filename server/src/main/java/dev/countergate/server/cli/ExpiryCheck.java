package dev.countergate.server.cli;

import dev.countergate.policy.catalogue.Principals.Principal;
import dev.countergate.policy.token.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What ends by itself: bearer tokens, and the certificate that is served. */
final class ExpiryCheck {
    /** How long before its end something is spoken of. */
    private static final Duration SOON = Duration.ofDays(21);

    private ExpiryCheck() {}

    static List<Diagnosis> tokens(Collection<Principal> principals, Instant now) {
        List<Diagnosis> found = new ArrayList<>();
        int good = 0;
        for (Principal each : principals) {
            if (each.token() == null) {
                continue;
            }
            Instant end = each.token().expires();
            if (end == null || end.isAfter(now.plus(SOON))) {
                good++;
            } else {
                found.add(
                        Diagnosis.note(
                                "tokens",
                                "`"
                                        + each.id().value()
                                        + (end.isAfter(now) ? "` ends " : "` ended ")
                                        + end,
                                end.isAfter(now)
                                        ? "`countergate token add` makes its successor"
                                        : "take its entry out of the catalogue"));
            }
        }
        if (good > 0) {
            found.add(Diagnosis.ok("tokens", good + " tokens are good for three weeks or more"));
        }
        return found;
    }

    /**
     * What there is to say of the certificate.
     *
     * @param served as the daemon's status tells of it; missing where it serves none
     */
    static List<Diagnosis> certificate(JsonNode served, Instant now) {
        if (!served.isObject()) {
            return List.of();
        }
        Path file = Path.of(served.path("file").asString(""));
        Instant end = Instant.parse(served.path("not_after").asString(""));
        List<Diagnosis> found = new ArrayList<>();
        if (!end.isAfter(now)) {
            found.add(
                    Diagnosis.problem(
                            "certificate",
                            "the one served ended " + end,
                            "put a new one into `" + file + "` and restart the daemon"));
        } else if (!end.isAfter(now.plus(SOON))) {
            found.add(
                    Diagnosis.note(
                            "certificate",
                            "the one served ends " + end,
                            "put a new one into `" + file + "` and restart the daemon"));
        }
        try {
            if (!sha256(file).equals(served.path("sha256").asString(""))) {
                found.add(
                        Diagnosis.note(
                                "certificate",
                                "the one in `" + file + "` is another than the one served",
                                "restart the daemon: it reads the file when it starts"));
            }
        } catch (IOException | CertificateException unusable) {
            found.add(
                    Diagnosis.problem(
                            "certificate",
                            "`" + file + "` holds none that a restart could serve",
                            "put one there"));
        }
        if (found.isEmpty()) {
            found.add(Diagnosis.ok("certificate", "the one served is good until " + end));
        }
        return found;
    }

    private static String sha256(Path file) throws IOException, CertificateException {
        byte[] bytes = Files.readAllBytes(file);
        if (CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(bytes))
                instanceof X509Certificate certificate) {
            return Digest.of(certificate.getEncoded()).hex();
        }
        throw new CertificateException("another kind of certificate");
    }
}
