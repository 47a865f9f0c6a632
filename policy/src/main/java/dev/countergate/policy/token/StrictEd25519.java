package dev.countergate.policy.token;

import dev.countergate.policy.token.WireReader.Malformed;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;

/** Ed25519 (RFC 8032), strictly: one message and key have one signature. */
public final class StrictEd25519 {
    /** The order of the base point: 2^252 + 27742317777372353535851937790883648493. */
    private static final BigInteger ORDER =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

    private StrictEd25519() {}

    /** Whether {@code signature} is one of {@code message}, made with the key {@code point} in RFC 8032's encoding. */
    public static boolean verifies(byte[] point, byte[] message, byte[] signature) {
        try {
            SshPublicKey.requireGoodEd25519(point);
            return verify(point, message, signature);
        } catch (Malformed malformed) {
            return false;
        }
    }

    private static boolean verify(byte[] point, byte[] message, byte[] signature) throws Malformed {
        if (signature.length != 64) {
            throw new Malformed("an Ed25519 signature has 64 bytes");
        }
        SshPublicKey.requireGoodEd25519(Arrays.copyOf(signature, 32));
        if (littleEndian(Arrays.copyOfRange(signature, 32, 64)).compareTo(ORDER) >= 0) {
            throw new Malformed("an S that is not below the order");
        }
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key(point));
            verifier.update(message);
            return verifier.verify(signature);
        } catch (SignatureException unfit) {
            return false;
        } catch (GeneralSecurityException unfit) {
            throw new Malformed("not a point on Curve25519");
        }
    }

    private static PublicKey key(byte[] point) throws GeneralSecurityException {
        byte[] y = point.clone();
        boolean xIsOdd = y[31] < 0;
        y[31] &= 0x7F;
        EdECPoint decoded = new EdECPoint(xIsOdd, littleEndian(y));
        return KeyFactory.getInstance("Ed25519")
                .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, decoded));
    }

    private static BigInteger littleEndian(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return new BigInteger(1, reversed);
    }
}
