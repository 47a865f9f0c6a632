package dev.countergate.server.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WireBodyTest {
    @ParameterizedTest
    @CsvSource({
        "text/plain; charset=utf-8, UTF-8",
        "text/plain;charset=\"ISO-8859-1\", ISO-8859-1",
        "text/plain; Charset=windows-1252 ; x=y, windows-1252",
        "application/json; charset=utf-16, UTF-16",
    })
    void is_read_in_the_charset_it_declares(String contentType, String charset) {
        byte[] bytes = "déjà".getBytes(Charset.forName(charset));
        assertThat(new WireBody(bytes, contentType).text()).isEqualTo("déjà");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "application/json",
                "text/plain; charset=",
                "text/plain; charset=no-such",
                "text/plain; charset=\u0000;",
                "charset"
            })
    void is_read_as_utf_8_where_it_declares_nothing_we_know(String contentType) {
        byte[] bytes = "déjà".getBytes(StandardCharsets.UTF_8);
        assertThat(new WireBody(bytes, contentType).text()).isEqualTo("déjà");
    }

    @Test
    void replaces_what_is_malformed() {
        byte[] bytes = {'a', (byte) 0xFF, 'b', (byte) 0xC3};
        assertThat(new WireBody(bytes, null).text()).isEqualTo("a\uFFFDb\uFFFD");
    }

    @Test
    void drops_a_byte_order_mark() {
        byte[] bytes = "\uFEFF{}".getBytes(StandardCharsets.UTF_8);
        assertThat(new WireBody(bytes, "application/json").text()).isEqualTo("{}");
    }
}
