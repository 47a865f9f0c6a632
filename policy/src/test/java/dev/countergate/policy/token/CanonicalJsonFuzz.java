package dev.countergate.policy.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Canonical bytes are the only ones of their value, and another reader of JSON finds the same value in them. */
public final class CanonicalJsonFuzz {
    private static final JsonMapper OTHER = new JsonMapper();

    private CanonicalJsonFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        boolean isCanonical =
                CanonicalJson.read(input) instanceof Checked.Valid<JsonNode>(JsonNode value)
                        && isWhatItSays(value, input);
        if (Statement.read(input) instanceof Checked.Valid<Statement>(Statement statement)) {
            assertThat(isCanonical).isTrue();
            assertThat(statement.bytes()).isEqualTo(input);
        }
        if (Widening.read(input) instanceof Checked.Valid<Widening>(Widening widening)) {
            assertThat(isCanonical).isTrue();
            assertThat(widening.bytes()).isEqualTo(input);
        }
    }

    private static boolean isWhatItSays(JsonNode value, byte[] input) {
        assertThat(CanonicalJson.write(value))
                .isInstanceOfSatisfying(
                        Checked.Valid.class,
                        written -> assertThat(written.value()).isEqualTo(input));
        assertThat(OTHER.readTree(input).toString()).isEqualTo(value.toString());
        return true;
    }
}
