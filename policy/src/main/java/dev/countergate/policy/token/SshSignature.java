package dev.countergate.policy.token;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.token.WireReader.Malformed;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A signature in OpenSSH's SSHSIG format (OpenSSH's PROTOCOL.sshsig), as {@code ssh-keygen -Y sign} writes it: parsed, its
 * key one that may approve, nothing verified yet.
 *
 * <p>Stricter than {@code ssh-keygen -Y verify}: sha512 only, nothing in the reserved field, and what a hardware key says of
 * touch and verification is there to be demanded.
 */
public final class SshSignature {
    /** The largest armoured signature, in characters. */
    public static final int LENGTH_MAX = 8_192;

    private static final Pattern ARMOUR =
            Pattern.compile(
                    "-----BEGIN SSH SIGNATURE-----\\r?\\n([A-Za-z0-9+/=\\r\\n]+)-----END SSH SIGNATURE-----(?:\\r?\\n)?");
    private static final byte[] MAGIC = "SSHSIG".getBytes(US_ASCII);
    private static final int PRESENCE = 1;
    private static final int VERIFICATION = 4;

    private final SshPublicKey key;
    private final String namespace;
    private final byte[] signature;
    private final int flags;
    private final long counter;

    private SshSignature(
            SshPublicKey key, String namespace, byte[] signature, int flags, long counter) {
        this.key = key;
        this.namespace = namespace;
        this.signature = signature;
        this.flags = flags;
        this.counter = counter;
    }

    /** Parses an armoured signature, or says why it can never be accepted. */
    public static Checked<SshSignature> parse(String armoured) {
        Matcher armour = ARMOUR.matcher(armoured);
        if (armoured.length() > LENGTH_MAX || !armour.matches()) {
            return Checked.invalid(
                    new Fault("", "not an armoured SSH signature", "give the `.sig` file whole"));
        }
        try {
            byte[] blob = Base64.getDecoder().decode(armour.group(1).replaceAll("[\\r\\n]", ""));
            return parse(new WireReader(blob));
        } catch (IllegalArgumentException notBase64) {
            return Checked.invalid(new Fault("", "the signature's base64 is broken"));
        } catch (Malformed malformed) {
            return Checked.invalid(
                    new Fault("", "not an SSH signature: " + malformed.getMessage()));
        }
    }

    private static Checked<SshSignature> parse(WireReader reader) throws Malformed {
        if (!Arrays.equals(reader.raw(MAGIC.length), MAGIC) || reader.uint32() != 1) {
            throw new Malformed("another format or version");
        }
        byte[] key = reader.string();
        String namespace = reader.ascii();
        if (reader.string().length != 0) {
            throw new Malformed("something in the reserved field");
        }
        if (!reader.ascii().equals("sha512")) {
            throw new Malformed("another hash than sha512");
        }
        WireReader inner = new WireReader(reader.string());
        reader.end();
        return switch (SshPublicKey.parse(key)) {
            case Checked.Invalid<SshPublicKey>(var faults) -> Checked.invalid(faults);
            case Checked.Valid<SshPublicKey>(SshPublicKey good) -> {
                if (!inner.ascii().equals(good.kind().word())) {
                    throw new Malformed("a signature of another kind than its key");
                }
                byte[] signature = inner.string();
                int flags = good.kind().isHardware() ? inner.uint8() : 0;
                long counter = good.kind().isHardware() ? inner.uint32() : 0;
                inner.end();
                yield Checked.valid(new SshSignature(good, namespace, signature, flags, counter));
            }
        };
    }

    /** The key it claims to be made with; whose key that is, the enrolled keys tell. */
    public SshPublicKey key() {
        return key;
    }

    /** Whether the hardware says that a person touched it. False for software keys. */
    public boolean hasPresence() {
        return (flags & PRESENCE) != 0;
    }

    /** Whether the hardware says that it verified the person, by PIN or fingerprint. False for software keys. */
    public boolean hasVerification() {
        return (flags & VERIFICATION) != 0;
    }

    /** The hardware's signature counter; 0 for software keys. */
    public long counter() {
        return counter;
    }

    /**
     * Whether it is a signature of {@code message} for {@code expectedNamespace}, a hardware key's with presence.
     */
    public boolean verifies(byte[] message, String expectedNamespace) {
        if (!namespace.equals(expectedNamespace) || (key.kind().isHardware() && !hasPresence())) {
            return false;
        }
        byte[] data = signedData(message);
        try {
            return switch (key.kind()) {
                case ED25519 -> StrictEd25519.verifies(key.point(), data, signature);
                case SK_ED25519 ->
                        StrictEd25519.verifies(key.point(), hardwareData(data), signature);
                case SK_ECDSA -> EcdsaP256.verifies(key.point(), hardwareData(data), signature);
            };
        } catch (Malformed malformed) {
            return false;
        }
    }

    /** PROTOCOL.sshsig section 3: what the key signs. */
    private byte[] signedData(byte[] message) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(MAGIC);
        writeString(data, namespace.getBytes(US_ASCII));
        writeString(data, new byte[0]);
        writeString(data, "sha512".getBytes(US_ASCII));
        writeString(data, hash("SHA-512", message));
        return data.toByteArray();
    }

    /** PROTOCOL.u2f, "SSH U2F signatures": what the hardware signs in its place. */
    private byte[] hardwareData(byte[] data) {
        ByteArrayOutputStream hardware = new ByteArrayOutputStream();
        hardware.writeBytes(hash("SHA-256", key.application().getBytes(US_ASCII)));
        hardware.write(flags);
        writeUint32(hardware, counter);
        hardware.writeBytes(hash("SHA-256", data));
        return hardware.toByteArray();
    }

    private static void writeString(ByteArrayOutputStream data, byte[] value) {
        writeUint32(data, value.length);
        data.writeBytes(value);
    }

    private static void writeUint32(ByteArrayOutputStream data, long value) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            data.write((int) (value >>> shift) & 0xFF);
        }
    }

    private static byte[] hash(String algorithm, byte[] data) {
        try {
            return MessageDigest.getInstance(algorithm).digest(data);
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every JDK has " + algorithm, absent);
        }
    }
}
