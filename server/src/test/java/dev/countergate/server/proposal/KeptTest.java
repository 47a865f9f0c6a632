package dev.countergate.server.proposal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.parameter.JsonText;
import dev.countergate.server.audit.Store;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class KeptTest {
    @TempDir private Path folder;

    private Engine engine;
    private Ledger.Entry entry;

    @BeforeEach
    void begins() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
        String id = engine.propose("web").value();
        Store.Proposal row = engine.store().read(rows -> rows.proposal(id)).orElseThrow();
        entry = Ledger.entry(row);
    }

    @AfterEach
    void ends() {
        engine.close();
    }

    /** It is rendered again before it is sent, and must come out as it was seen. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "9007199254740993",
                "12345678901234567890123",
                "9007199254740993.0",
                "9007199254740993e1",
                "1e22",
                "0.12345678901234567890",
                "1e39",
                "1e40"
            })
    void keeps_a_number_as_it_is_sent(String number) {
        JsonNode bound =
                number.matches("[0-9]+")
                        ? JsonNodeFactory.instance.numberNode(
                                new BigDecimal(number).toBigIntegerExact())
                        : JsonNodeFactory.instance.numberNode(new BigDecimal(number));
        ObjectNode arguments = JsonNodeFactory.instance.objectNode().set("id", bound);
        Kept kept =
                new Kept(entry.kept().proposal(), arguments, Duration.ofMinutes(15), null, null);

        Kept read = Kept.of(kept.text(), entry.core(), entry.state());

        assertThat(JsonText.exact(read.arguments().get("id"))).isEqualTo(JsonText.exact(bound));
    }
}
