package dev.countergate.policy.token;

import dev.countergate.policy.token.WireReader.Malformed;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;

/** ECDSA on P-256 (FIPS 186-5), as OpenSSH's hardware keys use it. */
final class EcdsaP256 {
    private static final ECParameterSpec CURVE = curve();

    private EcdsaP256() {}

    private static ECParameterSpec curve() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException absent) {
            throw new IllegalStateException("every JDK has P-256", absent);
        }
    }

    /**
     * Demands an uncompressed point on the curve (SEC 1 section 2.3.4).
     *
     * @throws Malformed for any other
     */
    static void requireOnCurve(byte[] point) throws Malformed {
        if (point.length != 65 || point[0] != 4) {
            throw new Malformed("not an uncompressed point on P-256");
        }
        BigInteger p = ((ECFieldFp) CURVE.getCurve().getField()).getP();
        BigInteger x = x(point);
        BigInteger y = y(point);
        BigInteger right =
                x.pow(3)
                        .add(CURVE.getCurve().getA().multiply(x))
                        .add(CURVE.getCurve().getB())
                        .mod(p);
        if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0 || !y.pow(2).mod(p).equals(right)) {
            throw new Malformed("not a point on P-256");
        }
    }

    /**
     * Whether {@code signature} is one of {@code message}.
     *
     * @param signature r and s as SSH has them: two mpints
     * @throws Malformed when it is not two minimal positive mpints below the curve's order
     */
    static boolean verifies(byte[] point, byte[] message, byte[] signature) throws Malformed {
        WireReader reader = new WireReader(signature);
        byte[] fixed = new byte[64];
        fill(fixed, 0, scalar(reader.string()));
        fill(fixed, 32, scalar(reader.string()));
        reader.end();
        try {
            PublicKey key =
                    KeyFactory.getInstance("EC")
                            .generatePublic(
                                    new ECPublicKeySpec(new ECPoint(x(point), y(point)), CURVE));
            Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(fixed);
        } catch (SignatureException unfit) {
            return false;
        } catch (GeneralSecurityException absent) {
            throw new IllegalStateException("every JDK has ECDSA", absent);
        }
    }

    private static BigInteger scalar(byte[] mpint) throws Malformed {
        boolean minimal = mpint.length > 0 && (mpint[0] != 0 || (mpint.length > 1 && mpint[1] < 0));
        if (!minimal || mpint[0] < 0 || mpint.length > 33) {
            throw new Malformed("not a positive number in its shortest form");
        }
        BigInteger value = new BigInteger(1, mpint);
        if (value.compareTo(CURVE.getOrder()) >= 0) {
            throw new Malformed("a number beyond the curve's order");
        }
        return value;
    }

    private static void fill(byte[] fixed, int from, BigInteger value) {
        byte[] bytes = value.toByteArray();
        int skip = Math.max(bytes.length - 32, 0);
        System.arraycopy(
                bytes, skip, fixed, from + 32 - (bytes.length - skip), bytes.length - skip);
    }

    private static BigInteger x(byte[] point) {
        return new BigInteger(1, Arrays.copyOfRange(point, 1, 33));
    }

    private static BigInteger y(byte[] point) {
        return new BigInteger(1, Arrays.copyOfRange(point, 33, 65));
    }
}
