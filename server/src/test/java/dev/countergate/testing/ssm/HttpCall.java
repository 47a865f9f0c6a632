package dev.countergate.testing.ssm;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One request as it arrived.
 *
 * @param headers by lower-case name; of a repeated header the last value
 * @param body decoded as UTF-8
 */
record HttpCall(String method, String path, Map<String, String> headers, String body) {
    HttpCall {
        headers = Map.copyOf(headers);
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }
}
