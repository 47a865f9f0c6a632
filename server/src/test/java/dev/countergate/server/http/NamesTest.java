package dev.countergate.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {
    @ParameterizedTest(name = "at {0}, reached at {1}: {2} is {3}")
    @CsvSource({
        "127.0.0.1, 127.0.0.1, 127.0.0.1:8640, true",
        "127.0.0.1, 127.0.0.1, localhost:8640, true",
        "127.0.0.1, 127.0.0.1, '[::1]:8640', true",
        "127.0.0.1, 127.0.0.1, LocalHost:8640, true",
        "127.0.0.1, 127.0.0.1, localhost, false",
        "127.0.0.1, 127.0.0.1, localhost:8641, false",
        "127.0.0.1, 127.0.0.1, localhost.:8640, false",
        "127.0.0.1, 127.0.0.1, 10.0.0.7:8640, false",
        "127.0.0.1, 127.0.0.1, 2130706433:8640, false",
        "127.0.0.1, 127.0.0.1, gate.example, true",
        "127.0.0.1, 127.0.0.1, GATE.example:8640, true",
        "127.0.0.1, 127.0.0.1, gate.example:443, false",
        "127.0.0.1, 127.0.0.1, x.gate.example, false",
        "127.0.0.1, 127.0.0.1, proxied.example:8443, true",
        "127.0.0.1, 127.0.0.1, proxied.example, false",
        "::1, ::1, '[::1]:8640', true",
        "10.0.0.7, 10.0.0.7, 10.0.0.7:8640, true",
        "10.0.0.7, 10.0.0.7, localhost:8640, false",
        "10.0.0.7, 10.0.0.7, 127.0.0.1:8640, false",
        "10.0.0.7, 10.0.0.7, gate.example, true",
        "0.0.0.0, 10.0.0.7, 10.0.0.7:8640, true",
        "0.0.0.0, 10.0.0.7, 10.0.0.8:8640, false",
        "0.0.0.0, 10.0.0.7, 10.0.0.7, false",
        "0.0.0.0, 10.0.0.7, localhost:8640, true",
        "0.0.0.0, 10.0.0.7, evil.example:8640, false",
        "'::', fe80::1, '[fe80:0:0:0:0:0:0:1]:8640', true",
    })
    void holds_an_authority_against_the_names_it_goes_by(
            String bound, String reached, String authority, boolean included)
            throws UnknownHostException {
        Names names = new Names(address(bound), List.of("Gate.Example", "proxied.example:8443"));

        assertThat(names.include(authority, address(reached))).isEqualTo(included);
        for (String scheme : List.of("http://", "https://")) {
            assertThat(names.includeOrigin(scheme + authority, address(reached)))
                    .isEqualTo(included);
        }
        assertThat(names.includeOrigin(authority, address(reached))).isFalse();
        assertThat(names.includeOrigin("http://" + authority + "/", address(reached))).isFalse();
    }

    private static InetSocketAddress address(String literal) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(literal), 8640);
    }
}
