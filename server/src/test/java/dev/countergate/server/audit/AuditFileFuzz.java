package dev.countergate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.log.NoteKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/** Of all files, only the exported log itself, and what it was at an earlier checkpoint, is good under its key. */
public final class AuditFileFuzz {
    private static final byte[] GENUINE = resource("genuine.log");
    private static final NoteKey KEY = key();

    private AuditFileFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        AuditFile.Verdict verdict;
        try {
            verdict = AuditFile.verify(new ByteArrayInputStream(input), KEY, null);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        switch (verdict) {
            case AuditFile.Verdict.Good(long size) -> {
                assertThat(size).isBetween(0L, 3L);
                assertThat(input.length).isLessThanOrEqualTo(GENUINE.length);
                assertThat(input).isEqualTo(Arrays.copyOf(GENUINE, input.length));
            }
            case AuditFile.Verdict.Tampered(long first, long last, String why) -> {
                assertThat(first).isBetween(0L, last);
                assertThat(why).isNotBlank().doesNotContain("\n");
            }
            case AuditFile.Verdict.CannotTell(long size, String why) -> {
                assertThat(size).isBetween(0L, 3L);
                assertThat(why).isNotBlank();
            }
        }
    }

    private static NoteKey key() {
        String encoded = new String(resource("genuine.pub"), StandardCharsets.UTF_8);
        if (NoteKey.parse(encoded) instanceof Checked.Valid<NoteKey>(NoteKey known)) {
            return known;
        }
        throw new IllegalStateException("not a key: " + encoded);
    }

    private static byte[] resource(String name) {
        try (InputStream file =
                Objects.requireNonNull(AuditFileFuzz.class.getResourceAsStream("/fuzz/" + name))) {
            return file.readAllBytes();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
