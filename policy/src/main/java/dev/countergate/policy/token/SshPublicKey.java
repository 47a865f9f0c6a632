package dev.countergate.policy.token;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.token.WireReader.Malformed;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;

/**
 * A public key of a kind that may approve: {@code ssh-ed25519} (RFC 8709), {@code sk-ssh-ed25519@openssh.com} or
 * {@code sk-ecdsa-sha2-nistp256@openssh.com} (OpenSSH's PROTOCOL.u2f). Every other kind is refused when it is read.
 */
public final class SshPublicKey {
    /** The kinds of key. */
    public enum Kind {
        ED25519("ssh-ed25519"),
        SK_ED25519("sk-ssh-ed25519@openssh.com"),
        SK_ECDSA("sk-ecdsa-sha2-nistp256@openssh.com");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** The name OpenSSH gives it. */
        public String word() {
            return word;
        }

        /** Whether the private half lives in hardware that reports a touch. */
        public boolean isHardware() {
            return this != ED25519;
        }
    }

    /** The low-order points of Curve25519 by their y coordinate, little-endian, sign bit clear: any message verifies. */
    private static final Set<String> LOW_ORDER =
            Set.of(
                    "0000000000000000000000000000000000000000000000000000000000000000",
                    "0100000000000000000000000000000000000000000000000000000000000000",
                    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");

    private final Kind kind;
    private final byte[] point;
    private final String application;
    private final byte[] blob;

    private SshPublicKey(Kind kind, byte[] point, String application, byte[] blob) {
        this.kind = kind;
        this.point = point;
        this.application = application;
        this.blob = blob.clone();
    }

    /** The kind of the key. */
    public Kind kind() {
        return kind;
    }

    /** 32 bytes of Ed25519, or 65 bytes of an uncompressed point on P-256; nobody changes them. */
    byte[] point() {
        return point;
    }

    /** What a hardware key was made for, such as {@code ssh:}; empty for a software key. */
    public String application() {
        return application;
    }

    /** A key in SSH's encoding. */
    public static Checked<SshPublicKey> parse(byte[] blob) {
        try {
            WireReader reader = new WireReader(blob);
            String word = reader.ascii();
            for (Kind kind : Kind.values()) {
                if (kind.word.equals(word)) {
                    return Checked.valid(read(kind, reader, blob));
                }
            }
            return Checked.invalid(
                    new Fault(
                            "",
                            "a key of kind `" + word + "` cannot approve",
                            "use ssh-ed25519, sk-ssh-ed25519@openssh.com or"
                                    + " sk-ecdsa-sha2-nistp256@openssh.com"));
        } catch (Malformed malformed) {
            return Checked.invalid(new Fault("", "not a public key: " + malformed.getMessage()));
        }
    }

    /** A key as a {@code .pub} file holds it: kind, base64, and maybe a comment. */
    public static Checked<SshPublicKey> parseLine(String line) {
        String[] words = line.trim().split("\\s+", 3);
        if (words.length < 2) {
            return Checked.invalid(
                    new Fault("", "not a public key", "give the line of a `.pub` file"));
        }
        byte[] blob;
        try {
            blob = Base64.getDecoder().decode(words[1]);
        } catch (IllegalArgumentException notBase64) {
            return Checked.invalid(new Fault("", "not a public key: its base64 is broken"));
        }
        return parse(blob)
                .then(
                        key ->
                                key.kind.word.equals(words[0])
                                        ? Checked.valid(key)
                                        : Checked.invalid(
                                                new Fault(
                                                        "",
                                                        "the key is of another kind than its line"
                                                                + " says: `"
                                                                + words[0]
                                                                + "`")));
    }

    private static SshPublicKey read(Kind kind, WireReader reader, byte[] blob) throws Malformed {
        if (kind == Kind.SK_ECDSA && !reader.ascii().equals("nistp256")) {
            throw new Malformed("another curve than nistp256");
        }
        byte[] point = reader.string();
        String application = kind.isHardware() ? reader.ascii() : "";
        reader.end();
        if (kind == Kind.SK_ECDSA) {
            EcdsaP256.requireOnCurve(point);
        } else {
            requireGoodEd25519(point);
        }
        return new SshPublicKey(kind, point, application, blob);
    }

    /**
     * Demands a canonical point that is not of low order; the JDK accepts low-order ones.
     *
     * @throws Malformed for any other
     */
    static void requireGoodEd25519(byte[] point) throws Malformed {
        if (point.length != 32) {
            throw new Malformed("an Ed25519 point has 32 bytes");
        }
        byte[] y = point.clone();
        y[31] &= 0x7F;
        if (LOW_ORDER.contains(HexFormat.of().formatHex(y))) {
            throw new Malformed("a point of low order");
        }
        // p = 2^255 - 19: little-endian ed ff .. ff 7f; a y at or above it is not canonical.
        boolean high = (y[0] & 0xFF) >= 0xED && (y[31] & 0xFF) == 0x7F;
        for (int i = 1; high && i < 31; i++) {
            high = (y[i] & 0xFF) == 0xFF;
        }
        if (high) {
            throw new Malformed("a point that is not canonical");
        }
    }

    /** {@code SHA256:} and the digest of the key in base64 without padding, as {@code ssh-keygen -l} prints it. */
    public String fingerprint() {
        return fingerprint(blob);
    }

    /** The fingerprint of a key of any kind in SSH's encoding, whether it could approve or not. */
    public static String fingerprint(byte[] blob) {
        return "SHA256:"
                + Base64.getEncoder().withoutPadding().encodeToString(Digest.of(blob).bytes());
    }

    /** The key as a {@code .pub} file holds it, without a comment. */
    public String line() {
        return kind.word + " " + Base64.getEncoder().encodeToString(blob);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SshPublicKey that && Arrays.equals(blob, that.blob);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(blob);
    }

    @Override
    public String toString() {
        return kind.word + " " + fingerprint();
    }
}
