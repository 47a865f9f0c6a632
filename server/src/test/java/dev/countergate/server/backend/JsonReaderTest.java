package dev.countergate.server.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.result.FailureCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
    @Test
    void reads_members_it_does_not_know_the_order_of() throws UnreadableAnswer {
        JsonReader reader =
                reader("{\"a\":1.50,\"skip\":[{\"a\":[1]}],\"b\":[\"x\",\"y\"],\"c\":null}");
        StringBuilder seen = new StringBuilder();
        reader.startObject();
        while (reader.nextMember()) {
            switch (reader.name()) {
                case "a" -> seen.append(reader.number());
                case "b", "c" -> seen.append(reader.stringItems());
                default -> reader.skip();
            }
        }
        reader.end();
        assertThat(seen).hasToString("1.50[x, y][]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1,}",
                "\"x",
                "nul",
                "[1]]",
                "[1] x",
                "{'a':1}",
                "[NaN]",
                "[01]",
                "[1e999999999]",
                "[-1e99999999999]",
                "[1e401]",
                "<html>",
                "\u0000"
            })
    void what_is_no_json_or_is_out_of_range_is_unreadable(String text) {
        assertThatThrownBy(
                        () -> {
                            JsonReader reader = reader(text);
                            reader.tree();
                            reader.end();
                        })
                .isInstanceOf(UnreadableAnswer.class);
    }

    @Test
    void depth_and_the_length_of_numbers_are_bounded() {
        String deep = "[".repeat(JsonReader.DEPTH_MAX + 1);
        assertThatThrownBy(() -> reader(deep + "]".repeat(deep.length())).tree())
                .isInstanceOf(UnreadableAnswer.class);
        assertThatThrownBy(() -> reader("1".repeat(JsonReader.NUMBER_CHARACTERS_MAX + 1)).tree())
                .isInstanceOf(UnreadableAnswer.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tree", "strings", "items"})
    void builds_a_bounded_number_of_values_over_the_whole_answer(String what) {
        int each = JsonReader.VALUES_MAX / 100;
        String item =
                switch (what) {
                    case "tree" -> "[" + "[],".repeat(each) + "{}]";
                    case "items" -> "[" + "\"\",".repeat(each) + "\"\"]";
                    default -> "{" + "\"a\":\"\",".repeat(each) + "\"a\":\"\"}";
                };
        AtomicInteger read = new AtomicInteger();

        assertThatThrownBy(
                        () -> {
                            JsonReader reader = reader("[" + (item + ",").repeat(200));
                            reader.startArray();
                            while (reader.nextItem()) {
                                switch (what) {
                                    case "tree" -> reader.tree();
                                    case "items" -> reader.stringItems();
                                    default -> reader.strings();
                                }
                                read.incrementAndGet();
                            }
                        })
                .isInstanceOfSatisfying(
                        UnreadableAnswer.class,
                        why -> assertThat(why.code()).isEqualTo(FailureCode.BACKEND_TOO_LARGE));
        assertThat(read).hasValue(99);
    }

    @Test
    void passes_over_as_many_values_as_there_are() throws UnreadableAnswer {
        JsonReader reader = reader("[" + "[],".repeat(2 * JsonReader.VALUES_MAX) + "\"x\"]");
        reader.startArray();
        for (int each = 0; each < 2 * JsonReader.VALUES_MAX; each++) {
            assertThat(reader.nextItem()).isTrue();
            reader.skip();
        }
        reader.demandItem();
        assertThat(reader.string()).isEqualTo("x");
    }

    @Test
    void looks_at_the_deadline_while_it_reads() throws UnreadableAnswer {
        AtomicLong now = new AtomicLong();
        String text = "[" + "1,".repeat(100_000) + "1]";
        JsonReader reader =
                JsonReader.of(
                        new WireBody(text.getBytes(StandardCharsets.UTF_8), null),
                        Deadline.in(Duration.ofSeconds(3), now::get));
        reader.startArray();
        for (int each = 0; each < 50_000; each++) {
            assertThat(reader.nextItem()).isTrue();
        }
        now.set(Duration.ofSeconds(3).toNanos());

        assertThatThrownBy(reader::skipItems)
                .isInstanceOfSatisfying(
                        UnreadableAnswer.class,
                        why -> assertThat(why.code()).isEqualTo(FailureCode.BACKEND_TIMEOUT))
                .hasMessage("it was not read within 3000 ms of the call");
    }

    @Test
    void numbers_in_a_tree_are_exact() throws UnreadableAnswer {
        String text = "[0.00008211,1795228860.600,123456789012345678901234567890,-7,1E+308]";
        assertThat(reader(text).tree()).hasToString(text);
    }

    @Test
    void bytes_that_are_no_utf8_become_visible_instead_of_a_failure() throws UnreadableAnswer {
        byte[] torn = {'"', 'a', (byte) 0xC3, 'b', '"'};
        assertThat(JsonReader.of(new WireBody(torn, null)).string()).isEqualTo("a\uFFFDb");
    }

    @Test
    void says_where_it_stopped_but_not_what_stood_there() {
        assertThatThrownBy(() -> reader("{\"secret\":5}").strings())
                .hasMessageMatching("a string is expected at character \\d+");
    }

    private static JsonReader reader(String text) throws UnreadableAnswer {
        return JsonReader.of(new WireBody(text.getBytes(StandardCharsets.UTF_8), null));
    }
}
