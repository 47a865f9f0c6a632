package dev.countergate.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;

/**
 * An Ed25519 key of somebody who approves, and its signatures as {@code ssh-keygen -Y sign} writes them. A hardware key's are
 * those of OpenSSH's PROTOCOL.u2f, with whatever flags a test wants.
 */
public final class ApproverKey {
    /** What a hardware key says of a touch. */
    public static final int PRESENT = 1;

    /** What it says of a PIN or a fingerprint. */
    public static final int VERIFIED = 4;

    private static final byte[] APPLICATION = "ssh:".getBytes(US_ASCII);

    private final String kind;
    private final KeyPair pair;

    public ApproverKey() throws GeneralSecurityException {
        this("ssh-ed25519");
    }

    private ApproverKey(String kind) throws GeneralSecurityException {
        this.kind = kind;
        this.pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }

    public static ApproverKey hardware() throws GeneralSecurityException {
        return new ApproverKey("sk-ssh-ed25519@openssh.com");
    }

    public String fingerprint() throws GeneralSecurityException, IOException {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(blob());
        return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
    }

    /** The line of an allowed_signers file. */
    public String line(String person, String options) throws IOException {
        return person
                + (options.isEmpty() ? " " : " " + options + " ")
                + kind
                + " "
                + Base64.getEncoder().encodeToString(blob());
    }

    /** The armoured signature of an approval's statement. */
    public String sign(byte[] message) throws GeneralSecurityException, IOException {
        return sign(message, "approval-v1@countergate.dev");
    }

    /** The armoured signature of {@code message} in another namespace. */
    public String sign(byte[] message, String namespace)
            throws GeneralSecurityException, IOException {
        return armoured(namespace, signed(data(message, namespace)));
    }

    /** A hardware key's armoured signature of an approval's statement, its flag byte {@code flags}. */
    public String sign(byte[] message, int flags) throws GeneralSecurityException, IOException {
        String namespace = "approval-v1@countergate.dev";
        byte[] tail = {(byte) flags, 0, 0, 0, 7};
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        byte[] application = sha256.digest(APPLICATION);
        byte[] data = sha256.digest(data(message, namespace));
        return armoured(namespace, concat(signed(concat(concat(application, tail), data)), tail));
    }

    private static byte[] data(byte[] message, String namespace)
            throws GeneralSecurityException, IOException {
        return concat(
                "SSHSIG".getBytes(US_ASCII),
                strings(
                        namespace.getBytes(US_ASCII),
                        new byte[0],
                        "sha512".getBytes(US_ASCII),
                        MessageDigest.getInstance("SHA-512").digest(message)));
    }

    /** The kind of the key, and its signature. */
    private byte[] signed(byte[] data) throws GeneralSecurityException, IOException {
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(data);
        return strings(kind.getBytes(US_ASCII), signer.sign());
    }

    private String armoured(String namespace, byte[] signature) throws IOException {
        byte[] blob =
                concat(
                        "SSHSIG\0\0\0\1".getBytes(US_ASCII),
                        strings(
                                blob(),
                                namespace.getBytes(US_ASCII),
                                new byte[0],
                                "sha512".getBytes(US_ASCII),
                                signature));
        return "-----BEGIN SSH SIGNATURE-----\n"
                + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(blob)
                + "\n-----END SSH SIGNATURE-----\n";
    }

    private byte[] blob() throws IOException {
        byte[] subject = pair.getPublic().getEncoded();
        byte[] key =
                strings(
                        kind.getBytes(US_ASCII),
                        Arrays.copyOfRange(subject, subject.length - 32, subject.length));
        return kind.startsWith("sk-") ? concat(key, strings(APPLICATION)) : key;
    }

    private static byte[] strings(byte[]... values) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(out);
        for (byte[] value : values) {
            data.writeInt(value.length);
            data.write(value);
        }
        return out.toByteArray();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
