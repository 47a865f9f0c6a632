package dev.countergate.server.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes a key store of PEM files (RFC 7468), in memory alone. */
final class PemFiles {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

    /** What the one entry of a store is called. */
    private static final String SERVER = "server";

    private PemFiles() {}

    /**
     * Reads both files.
     *
     * @throws IOException when one is unreadable or holds something else, or the key is not the certificate's; the message
     *     names the file and the mend
     */
    static KeyStore keyStore(HttpSettings.Tls files) throws IOException {
        try {
            Certificate[] chain = chain(files.certificate());
            PrivateKey key = key(files.key(), chain[0].getPublicKey());
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(SERVER, key, new char[0], chain);
            return store;
        } catch (GeneralSecurityException refused) {
            throw new IOException(
                    "`"
                            + files.certificate()
                            + "` and `"
                            + files.key()
                            + "` cannot be used together",
                    refused);
        }
    }

    /** The server's own certificate in a store made here. */
    static @Nullable Certificate certificate(KeyStore store) throws IOException {
        try {
            return store.getCertificate(SERVER);
        } catch (GeneralSecurityException impossible) {
            throw new IOException("the certificate cannot be read again", impossible);
        }
    }

    private static Certificate[] chain(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        try {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(bytes));
            if (!found.isEmpty()) {
                ((X509Certificate) found.iterator().next()).checkValidity();
                return found.toArray(Certificate[]::new);
            }
        } catch (GeneralSecurityException unusable) {
            throw new IOException(
                    "`" + file + "` holds no valid certificates in PEM: " + unusable.getMessage(),
                    unusable);
        }
        throw new IOException("`" + file + "` holds no certificate in PEM");
    }

    private static PrivateKey key(Path file, PublicKey certified) throws IOException {
        Matcher pem = KEY.matcher(new String(Files.readAllBytes(file), US_ASCII));
        if (!pem.find()) {
            throw new IOException(
                    "`"
                            + file
                            + "` holds no plain PKCS#8 key: convert it with `openssl pkcs8 -topk8"
                            + " -nocrypt`");
        }
        try {
            PrivateKey key =
                    KeyFactory.getInstance(certified.getAlgorithm())
                            .generatePrivate(
                                    new PKCS8EncodedKeySpec(
                                            Base64.getMimeDecoder().decode(pem.group(1))));
            if (belongTogether(key, certified)) {
                return key;
            }
        } catch (InvalidKeySpecException | IllegalArgumentException notThisKind) {
            // Of another kind than the certificate's, or no key at all.
        } catch (GeneralSecurityException unknown) {
            throw new IOException("the certificate's kind of key is not supported", unknown);
        }
        throw new IOException("the key in `" + file + "` is not the certificate's");
    }

    private static boolean belongTogether(PrivateKey key, PublicKey certified)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm(key.getAlgorithm()));
        byte[] probe = "countergate".getBytes(US_ASCII);
        signature.initSign(key);
        signature.update(probe);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(probe);
        return signature.verify(signed);
    }

    private static String algorithm(String key) {
        return switch (key) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key;
        };
    }
}
