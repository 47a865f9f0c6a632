package dev.countergate.policy.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NearestWordTest {
    private static final List<String> WORDS =
            List.of("url", "method", "headers", "name", "response", "retry", "ssm");

    @ParameterizedTest
    @CsvSource({
        "metod, method", // one missing
        "methood, method", // one too many
        "mathod, method", // one other
        "emthod, method", // two swapped
        "mehtdo, method", // two swaps
        "METHOD, method",
        "hedders, headers",
        "rul, url",
        "urls, url",
        "nme, name",
    })
    void finds_what_was_meant(String text, String word) {
        assertThat(NearestWord.of(text, WORDS)).contains(word);
        assertThat(NearestWord.remedy(text, WORDS)).isEqualTo("did you mean `" + word + "`?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "ab",
                "id",
                "mtd",
                "mexxxd",
                "methodology",
                "timeout",
                "hdr",
                "uxx",
                "sx"
            })
    void names_all_words_where_none_is_near(String text) {
        assertThat(NearestWord.of(text, WORDS)).isEmpty();
        assertThat(NearestWord.remedy(text, WORDS))
                .isEqualTo(
                        "there are `url`, `method`, `headers`, `name`, `response`, `retry`, `ssm`");
    }

    @Test
    void prefers_the_nearer_of_two() {
        assertThat(NearestWord.of("labels", List.of("label", "labels_", "labels")))
                .contains("labels");
        assertThat(NearestWord.of("lable", List.of("table2", "label"))).contains("label");
    }

    @Test
    void says_so_where_there_is_nothing_to_choose_from_and_lists_forty_at_most() {
        assertThat(NearestWord.remedy("x", List.of())).isEqualTo("there are none");
        assertThat(
                        NearestWord.remedy(
                                        "x",
                                        IntStream.range(0, 100)
                                                .mapToObj(each -> "word" + each)
                                                .toList())
                                .split(",", -1))
                .hasSize(40);
        assertThat(NearestWord.of("x".repeat(5_000), Collections.nCopies(100, "y".repeat(5_000))))
                .isEmpty();
    }
}
