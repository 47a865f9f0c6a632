package dev.countergate.policy.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import java.util.Arrays;
import java.util.Base64;

/** A public key read is the same key when it is written and read again: a line, or, behind a zero byte, a blob. */
public final class SshPublicKeyFuzz {
    private SshPublicKeyFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        boolean isBlob = input.length > 0 && input[0] == 0;
        Checked<SshPublicKey> parsed =
                isBlob
                        ? SshPublicKey.parse(Arrays.copyOfRange(input, 1, input.length))
                        : SshPublicKey.parseLine(new String(input, UTF_8));
        if (parsed instanceof Checked.Valid<SshPublicKey>(SshPublicKey key)) {
            assertThat(SshPublicKey.parseLine(key.line())).isEqualTo(parsed);
            byte[] blob =
                    Base64.getDecoder()
                            .decode(key.line().substring(key.kind().word().length() + 1));
            assertThat(SshPublicKey.parse(blob)).isEqualTo(parsed);
            assertThat(SshPublicKey.fingerprint(blob)).isEqualTo(key.fingerprint());
        }
    }
}
