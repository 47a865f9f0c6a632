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

/** An Ed25519 key of somebody who approves, and its signatures as {@code ssh-keygen -Y sign} writes them. */
public final class ApproverKey {
    private final KeyPair pair;

    public ApproverKey() throws GeneralSecurityException {
        this.pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }

    public String fingerprint() throws GeneralSecurityException, IOException {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(blob());
        return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
    }

    /** The line of an allowed_signers file. */
    public String line(String person, String options) throws IOException {
        return person
                + (options.isEmpty() ? " " : " " + options + " ")
                + "ssh-ed25519 "
                + Base64.getEncoder().encodeToString(blob());
    }

    /** The armoured signature of an approval's statement. */
    public String sign(byte[] message) throws GeneralSecurityException, IOException {
        return sign(message, "approval-v1@countergate.dev");
    }

    /** The armoured signature of {@code message} in another namespace. */
    public String sign(byte[] message, String namespace)
            throws GeneralSecurityException, IOException {
        byte[] hash = MessageDigest.getInstance("SHA-512").digest(message);
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(
                concat(
                        "SSHSIG".getBytes(US_ASCII),
                        strings(
                                namespace.getBytes(US_ASCII),
                                new byte[0],
                                "sha512".getBytes(US_ASCII),
                                hash)));
        byte[] armoured =
                concat(
                        "SSHSIG\0\0\0\1".getBytes(US_ASCII),
                        strings(
                                blob(),
                                namespace.getBytes(US_ASCII),
                                new byte[0],
                                "sha512".getBytes(US_ASCII),
                                strings("ssh-ed25519".getBytes(US_ASCII), signer.sign())));
        return "-----BEGIN SSH SIGNATURE-----\n"
                + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(armoured)
                + "\n-----END SSH SIGNATURE-----\n";
    }

    private byte[] blob() throws IOException {
        byte[] subject = pair.getPublic().getEncoded();
        return strings(
                "ssh-ed25519".getBytes(US_ASCII),
                Arrays.copyOfRange(subject, subject.length - 32, subject.length));
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
