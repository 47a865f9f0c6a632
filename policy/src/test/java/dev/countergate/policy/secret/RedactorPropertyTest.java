package dev.countergate.policy.secret;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the redactor finds by looking once at each character, held against what trying everything everywhere finds. */
class RedactorPropertyTest {
    /** Secrets and texts tried; more by {@code -Dredactor.rounds}. */
    private static final int ROUNDS = Integer.getInteger("redactor.rounds", 400);

    private static final long SEED = Long.getLong("redactor.seed", 20260101L);

    /** Few letters, so that much of a text is nearly a secret, and all that begins an escape, or ends one. */
    private static final List<String> LETTERS =
            List.of(
                    "a", "b", "0", "2", "5", "f", "A", "m", "p", "u", "x", "n", "%", "+", "\\", "&",
                    "#", ";", "\"", "'", "<", "/", "=", " ", "\n", "\r", "\t", ".", "…", "é", "Ã",
                    "©", "日", "😀", "%25", "%41", "&amp;", "\\\\", "\\u00");

    @Test
    void finds_what_trying_everything_everywhere_finds() {
        Random random = new Random(SEED);
        int redacted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            List<Secret> secrets = secrets(random);
            String text = text(secrets, random);
            String expected = new ObviousRedactor(secrets).redact(text);

            assertThat(Redactor.of(secrets).redact(text))
                    .as("round %d: %s in <%s>", round, secrets.stream().map(Secret::value), text)
                    .isEqualTo(expected);
            redacted += expected.equals(text) ? 0 : 1;
        }
        assertThat(redacted).as("texts with a secret in them").isGreaterThan(ROUNDS / 2);
    }

    private static List<Secret> secrets(Random random) {
        List<Secret> secrets = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            StringBuilder value = new StringBuilder();
            while (value.length() < Redactor.LENGTH_MIN || random.nextInt(8) > 0) {
                value.append(LETTERS.get(random.nextInt(LETTERS.size())));
            }
            secrets.add(new Secret("S" + i, value.toString()));
        }
        return secrets;
    }

    private static String text(List<Secret> secrets, Random random) {
        StringBuilder text = new StringBuilder();
        for (int pieces = random.nextInt(6); pieces >= 0; pieces--) {
            for (int letters = random.nextInt(5); letters > 0; letters--) {
                text.append(LETTERS.get(random.nextInt(LETTERS.size())));
            }
            String secret = secrets.get(random.nextInt(secrets.size())).value();
            String written = written(encoded(secret, random), random);
            text.append(
                    random.nextInt(3) > 0
                            ? written
                            : written.substring(0, random.nextInt(written.length() + 1)));
        }
        return text.toString();
    }

    private static String encoded(String secret, Random random) {
        byte[] bytes = secret.getBytes(UTF_8);
        return switch (random.nextInt(8)) {
            case 0 -> Base64.getEncoder().encodeToString(bytes);
            case 1 -> Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            case 2 -> HexFormat.of().formatHex(bytes);
            case 3 -> HexFormat.of().withUpperCase().formatHex(bytes);
            default -> secret;
        };
    }

    /** The characters of {@code encoded} as they are, or some, or all, in some other form. */
    private static String written(String encoded, Random random) {
        int oneIn = random.nextInt(4);
        StringBuilder written = new StringBuilder();
        encoded.codePoints()
                .forEach(
                        point -> {
                            String itself = Character.toString(point);
                            List<String> forms = new ArrayList<>(ObviousRedactor.forms(point));
                            forms.add(new String(itself.getBytes(UTF_8), ISO_8859_1));
                            boolean isLeftOut =
                                    "\n\r\t".indexOf(point) >= 0 && random.nextInt(3) == 0;
                            String form =
                                    oneIn == 0 || random.nextInt(oneIn) > 0
                                            ? itself
                                            : forms.get(random.nextInt(forms.size()));
                            written.append(isLeftOut ? "" : form);
                        });
        return written.toString();
    }
}
