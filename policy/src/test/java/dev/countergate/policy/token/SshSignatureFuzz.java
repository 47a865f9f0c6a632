package dev.countergate.policy.token;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import java.util.Base64;

/** Of all signatures, one alone verifies: an armoured text as it is, or, so that base64 is no obstacle, what is to be armoured. */
public final class SshSignatureFuzz {
    private static final byte[] MESSAGE = "{\"decision\":\"approve\"}".getBytes(US_ASCII);
    private static final String NAMESPACE = "approval-v1@countergate.dev";
    private static final String ENROLLED =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEEGZ40/16zIk+pT+8maFC7CXT+P7TcYPUkiAD+5weG+";

    /** What ssh-keygen signed with the key enrolled. */
    private static final String GENUINE =
            """
            U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgQQZnjT/XrMiT6lP7yZoULsJdP4\
            /tNxg9SSIAP7nB4b4AAAAbYXBwcm92YWwtdjFAY291bnRlcmdhdGUuZGV2AAAAAAAAAAZz\
            aGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5AAAAQPzRqMhqUyatVagIlukbogC1oK7+UCGGu8\
            43ytMZzaJAh7E+YcSRKsJQNEwsjLiZmhyIRW8082PkBHQhHEf6nQE=""";

    private SshSignatureFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        boolean isArmoured = input.length > 0 && input[0] == '-';
        String armoured = isArmoured ? new String(input, ISO_8859_1) : HardwareKey.armoured(input);
        if (!(SshSignature.parse(armoured)
                instanceof Checked.Valid<SshSignature>(SshSignature signature))) {
            return;
        }
        assertThat(armoured.length()).isLessThanOrEqualTo(SshSignature.LENGTH_MAX);
        String line = signature.key().line();
        assertThat(SshPublicKey.parseLine(line)).isEqualTo(Checked.valid(signature.key()));
        if (signature.verifies(MESSAGE, NAMESPACE) && line.equals(ENROLLED)) {
            String body = armoured.replaceAll("-----[A-Z ]*-----|[\\r\\n]", "");
            assertThat(Base64.getDecoder().decode(body))
                    .isEqualTo(Base64.getDecoder().decode(GENUINE));
        }
    }
}
