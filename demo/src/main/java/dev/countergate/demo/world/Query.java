package dev.countergate.demo.world;

import dev.countergate.demo.http.HttpCall;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The parameters of a call, from its query string and its form.
 *
 * @param path without the query string
 * @param values by name, in the order given
 */
record Query(String path, Map<String, List<String>> values) {
    static Query of(HttpCall call) {
        int mark = call.path().indexOf('?');
        Map<String, List<String>> values = new HashMap<>();
        if (mark >= 0) {
            addAll(call.path().substring(mark + 1), values);
        }
        boolean isForm =
                call.header("content-type")
                        .filter(type -> type.startsWith("application/x-www-form-urlencoded"))
                        .isPresent();
        if (isForm) {
            addAll(call.body(), values);
        }
        return new Query(mark < 0 ? call.path() : call.path().substring(0, mark), values);
    }

    private static void addAll(String form, Map<String, List<String>> values) {
        for (String pair : form.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                values.computeIfAbsent(
                                decoded(pair.substring(0, equals)), name -> new ArrayList<>())
                        .add(decoded(pair.substring(equals + 1)));
            }
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** The first value of a parameter. */
    Optional<String> first(String name) {
        return values.getOrDefault(name, List.of()).stream().findFirst();
    }
}
