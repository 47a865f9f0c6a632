package dev.countergate.server.http;

import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;

/** Headers that may come once. */
final class Headers {
    private Headers() {}

    /** The value of {@code name}, if it was sent. */
    static Optional<String> one(HttpFields headers, String name) throws RefusedException {
        return one(headers.getValuesList(name), name);
    }

    /** The value of {@code header}, if it was sent. */
    static Optional<String> one(HttpFields headers, HttpHeader header) throws RefusedException {
        return one(headers.getValuesList(header), header.asString());
    }

    private static Optional<String> one(List<String> values, String name) throws RefusedException {
        if (values.size() > 1) {
            throw new RefusedException(
                    HttpStatus.BAD_REQUEST_400, "header `" + name + "` is given twice");
        }
        return values.stream().findFirst();
    }
}
