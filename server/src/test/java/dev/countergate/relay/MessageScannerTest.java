package dev.countergate.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageScannerTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"id\":9}} | 1",
                "{\"id\":\"a b\",\"method\":\"x\"} | \"a b\"",
                "{\"id\":\"a\\\"\\\\\",\"method\":\"x\"} | \"a\\\"\\\\\"",
                " { \"id\" : -1.5e+3 , \"method\" : \"x\" } | -1.5e+3",
                "{\"params\":{\"id\":7,\"a\":[{\"method\":\"no\"}]},\"method\":\"x\",\"id\":2} | 2",
                "{\"params\":\"}{][\\\"\",\"method\":\"x\",\"id\":3} | 3",
                "{\"a\":true,\"b\":null,\"method\":\"x\",\"id\":4} | 4",
                "{\"method\":\"x\",\"result\":{},\"id\":5} | 5",
            })
    void finds_the_id_of_a_request_as_written(String line, String id) {
        MessageScanner scanner = scan(line);
        assertThat(scanner.requestId()).isEqualTo(id);
        assertThat(scanner.answeredId()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"method\":\"x\"}} | 1",
                "{\"result\":{\"id\":5},\"id\":\"1\"} | \"1\"",
                "{\"error\":{},\"id\":2} | 2",
            })
    void finds_the_id_of_an_answer(String line, String id) {
        MessageScanner scanner = scan(line);
        assertThat(scanner.answeredId()).isEqualTo(id);
        assertThat(scanner.requestId()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\r",
                "null",
                "[]",
                "[{\"id\":1,\"method\":\"x\"}]",
                "{}",
                "{\"id\":1}",
                "{\"id\":null,\"method\":\"x\"}",
                "{\"id\":true,\"method\":\"x\"}",
                "{\"id\":1abc,\"method\":\"x\"}",
                "{\"id\":{\"id\":1},\"method\":\"x\"}",
                "{\"id\":[1],\"method\":\"x\"}",
                "{\"method\":\"notifications/x\",\"params\":{\"id\":1}}",
                "{\"id\":\"unclosed,\"method\":\"x\"}",
                "{id:1,method:\"x\"}",
                "{\"id\" 1,\"method\":\"x\"}",
                "}}}}]]]]",
                "{]}[{",
                "{\"id\":1 2,\"method\":\"x\"}",
                "\u0000{\"id\":1,\"method\":\"x\"}",
                "{\"\\u0069d\":1,\"method\":\"x\"}",
            })
    void finds_no_request_in_anything_else(String line) {
        assertThat(scan(line).requestId()).isNull();
    }

    @Test
    void does_not_follow_an_id_of_unbounded_length() {
        String id = "\"" + "x".repeat(MessageScanner.ID_BYTES_MAX + 1) + "\"";
        assertThat(scan("{\"id\":" + id + ",\"method\":\"x\"}").requestId()).isNull();
    }

    @Test
    void survives_random_bytes() {
        Random random = new Random(7);
        byte[] alphabet = "{}[]\",:\\ idmethodresult01\t\r\u00ff".getBytes(StandardCharsets.UTF_8);
        MessageScanner scanner = new MessageScanner();
        for (int round = 0; round < 20_000; round++) {
            byte[] line = new byte[random.nextInt(40)];
            for (int i = 0; i < line.length; i++) {
                line[i] = alphabet[random.nextInt(alphabet.length)];
            }
            scanner.begin();
            scanner.accept(line, 0, line.length);
            assertThat(scanner.requestId() == null || scanner.answeredId() == null).isTrue();
        }
    }

    /** In one piece and byte by byte must give the same. */
    private static MessageScanner scan(String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        MessageScanner whole = new MessageScanner();
        whole.begin();
        whole.accept(bytes, 0, bytes.length);
        MessageScanner pieces = new MessageScanner();
        pieces.begin();
        for (int i = 0; i < bytes.length; i++) {
            pieces.accept(bytes, i, i + 1);
        }
        assertThat(pieces.requestId()).isEqualTo(whole.requestId());
        assertThat(pieces.answeredId()).isEqualTo(whole.answeredId());
        return whole;
    }
}
