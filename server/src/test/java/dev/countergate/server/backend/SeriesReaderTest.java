package dev.countergate.server.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesReaderTest {
    @Test
    void series_beyond_the_limit_are_counted() throws UnreadableAnswer {
        SeriesReader series = new SeriesReader(2, 100);
        series.read(
                reader(
                        "[" + vector(1) + "," + vector(2) + "," + vector(3) + "," + vector(4)
                                + "]"));
        assertThat(series.series()).hasSize(2);
        assertThat(series.notes())
                .singleElement()
                .asString()
                .startsWith("kept the first 2 of 4 series");
    }

    @Test
    void after_the_most_samples_no_further_series_is_kept_but_the_last_one_is_whole()
            throws UnreadableAnswer {
        SeriesReader series = new SeriesReader(100, 3);
        String matrix = "{\"values\":[[1,\"1\"],[2,\"2\"]],\"metric\":{}}";
        series.read(reader("[" + matrix + "," + matrix + "," + matrix + "]"));
        assertThat(series.series())
                .hasSize(2)
                .allSatisfy(each -> assertThat(each.samples()).hasSize(2));
        assertThat(series.notes().getFirst()).startsWith("kept the first 2 of 3 series");
    }

    @Test
    void native_histograms_are_left_out_and_said_to_be() throws UnreadableAnswer {
        SeriesReader series = new SeriesReader();
        series.read(
                reader(
                        "[{\"metric\":{\"a\":\"b\"},\"histogram\":[1,{\"count\":\"5\",\"sum\":\"1\",\"buckets\":[]}]},"
                                + vector(1)
                                + "]"));
        assertThat(series.series()).hasSize(1);
        assertThat(series.notes())
                .singleElement()
                .asString()
                .contains("1 series of native histograms", "histogram_quantile()");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "null",
                "[1]",
                "[[1,\"1\"]]",
                "[{\"value\":[1]}]",
                "[{\"value\":[\"1\",\"1\"]}]",
                "[{\"value\":[1,1]}]",
                "[{\"metric\":{\"a\":1}}]",
                "[{\"value\":[1e99,\"1\"]}]",
                "[{\"values\":{}}]"
            })
    void a_result_of_another_shape_is_unreadable(String result) {
        assertThatThrownBy(() -> new SeriesReader().read(reader(result)))
                .isInstanceOf(UnreadableAnswer.class);
    }

    private static String vector(int value) {
        return "{\"metric\":{\"n\":\"" + value + "\"},\"value\":[1," + "\"" + value + "\"]}";
    }

    private static JsonReader reader(String text) throws UnreadableAnswer {
        return JsonReader.of(new WireBody(text.getBytes(StandardCharsets.UTF_8), null));
    }
}
