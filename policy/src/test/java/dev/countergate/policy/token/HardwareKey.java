package dev.countergate.policy.token;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;

/** A hardware key made of software: signs as OpenSSH's PROTOCOL.u2f says, with any flags. */
final class HardwareKey {
    private final boolean ecdsa;
    private final KeyPair pair;

    HardwareKey(boolean ecdsa) throws GeneralSecurityException {
        this.ecdsa = ecdsa;
        KeyPairGenerator generator = KeyPairGenerator.getInstance(ecdsa ? "EC" : "Ed25519");
        if (ecdsa) {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        }
        pair = generator.generateKeyPair();
    }

    String kind() {
        return ecdsa ? "sk-ecdsa-sha2-nistp256@openssh.com" : "sk-ssh-ed25519@openssh.com";
    }

    String publicLine() {
        return kind() + " " + Base64.getEncoder().encodeToString(blob());
    }

    private byte[] blob() {
        byte[] encoded = pair.getPublic().getEncoded();
        return ecdsa
                ? strings(
                        kind().getBytes(US_ASCII),
                        "nistp256".getBytes(US_ASCII),
                        point(),
                        "ssh:".getBytes(US_ASCII))
                : strings(
                        kind().getBytes(US_ASCII),
                        Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length),
                        "ssh:".getBytes(US_ASCII));
    }

    private byte[] point() {
        ECPublicKey key = (ECPublicKey) pair.getPublic();
        byte[] point = new byte[65];
        point[0] = 4;
        put(point, 1, key.getW().getAffineX());
        put(point, 33, key.getW().getAffineY());
        return point;
    }

    private static void put(byte[] point, int at, BigInteger value) {
        byte[] bytes = value.toByteArray();
        int length = Math.min(bytes.length, 32);
        System.arraycopy(bytes, bytes.length - length, point, at + 32 - length, length);
    }

    String sign(String namespace, String message, int flags) throws GeneralSecurityException {
        byte[] hash = MessageDigest.getInstance("SHA-512").digest(message.getBytes(US_ASCII));
        byte[] data =
                concat(
                        "SSHSIG".getBytes(US_ASCII),
                        strings(
                                namespace.getBytes(US_ASCII),
                                new byte[0],
                                "sha512".getBytes(US_ASCII),
                                hash));
        byte[] tail = {(byte) flags, 0, 0, 0, 7};
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        byte[] signed = concat(sha256.digest("ssh:".getBytes(US_ASCII)), tail, sha256.digest(data));
        Signature signer =
                Signature.getInstance(ecdsa ? "SHA256withECDSAinP1363Format" : "Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(signed);
        byte[] raw = signer.sign();
        byte[] signature =
                ecdsa
                        ? strings(
                                mpint(Arrays.copyOf(raw, 32)),
                                mpint(Arrays.copyOfRange(raw, 32, 64)))
                        : raw;
        byte[] inner = concat(strings(kind().getBytes(US_ASCII), signature), tail);
        byte[] blob =
                concat(
                        "SSHSIG".getBytes(US_ASCII),
                        new byte[] {0, 0, 0, 1},
                        strings(
                                blob(),
                                namespace.getBytes(US_ASCII),
                                new byte[0],
                                "sha512".getBytes(US_ASCII),
                                inner));
        return armoured(blob);
    }

    static String armoured(byte[] blob) {
        return "-----BEGIN SSH SIGNATURE-----\n"
                + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(blob)
                + "\n-----END SSH SIGNATURE-----\n";
    }

    private static byte[] mpint(byte[] unsigned) {
        return new BigInteger(1, unsigned).toByteArray();
    }

    private static byte[] strings(byte[]... values) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (byte[] value : values) {
                out.writeInt(value.length);
                out.write(value);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }
}
