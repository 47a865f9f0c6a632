package dev.countergate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.relay.ExitCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpOptionsTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "--http 8640, an address and a port",
        "--http localhost, an address and a port",
        "--http :8640, an address and a port",
        "--http ::1:8640, an address and a port",
        "--http 127.0.0.1:65536, an address and a port",
        "--http 127.0.0.1:-1, an address and a port",
        "--http http://127.0.0.1:8640, an address and a port",
        "--http nowhere.invalid:8640, no address of that name",
        "--http 0.0.0.0:8640, in the clear",
        "--http [::]:8640, in the clear",
        "--http 192.0.2.1:8640, in the clear",
        "--http 0.0.0.0:8640 --http-host gate.example, in the clear",
        "--http 127.0.0.1:0 --http-tls-cert a.pem, go together",
        "--http 127.0.0.1:0 --http-tls-key a.key, go together",
        "--http 0.0.0.0:8640 --http-tls-cert a.pem, go together",
        "--http-host gate.example, need --http",
        "--http-tls-cert a.pem --http-tls-key a.key, need --http",
        "--behind-tls-proxy, need --http",
    })
    void refuses_to_listen_where_it_is_unsafe_or_unclear(String options, String said) {
        String[] words =
                Stream.concat(Stream.of("serve"), List.of(options.split(" ", -1)).stream())
                        .toArray(String[]::new);

        Typed typed = Typed.run(folder, Map.of("HOME", folder.toString()), words);

        assertThat(typed.code()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(typed.err()).contains(said);
    }
}
