package dev.countergate.policy.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;

/** A note opens only as its key signed it, to the letter; a checkpoint and a verifier key have one spelling each. */
public final class NoteFuzz {
    private static final String KEY =
            "countergate+d934fb03+AVusPP95//yrHSw8VN7CG6Wf5amzG93Cq78znAo8WQcJ";
    private static final String TEXT =
            "countergate\n1\nQCn3Xm6bKCNf7WPziAuMQDpOmQTmjbwvBVj/RJF7a3U=\n";
    private static final String GENUINE =
            TEXT
                    + "\n\u2014 countergate 2TT7A9vYmg9tVbFMWuvzVQ4P06+h6OCtVYO6stiVYil0EUU8sIiTe50lJuuLk0pNlclwsl/GaReUG7ujXnURl40kSQM=\n";

    private NoteFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, UTF_8);
        known().open(text)
                .ifPresent(
                        opened -> {
                            assertThat(text).isEqualTo(GENUINE);
                            assertThat(opened).isEqualTo(TEXT);
                        });
        if (Checkpoint.parse(text) instanceof Checked.Valid<Checkpoint>(Checkpoint checkpoint)) {
            assertThat(checkpoint.text()).isEqualTo(text);
        }
        if (NoteKey.parse(text) instanceof Checked.Valid<NoteKey>(NoteKey key)) {
            assertThat(key.encoded()).isEqualTo(text.strip());
        }
    }

    private static NoteKey known() {
        if (NoteKey.parse(KEY) instanceof Checked.Valid<NoteKey>(NoteKey key)) {
            return key;
        }
        throw new IllegalStateException(KEY);
    }
}
