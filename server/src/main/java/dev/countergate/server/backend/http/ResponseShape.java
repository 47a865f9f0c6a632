package dev.countergate.server.backend.http;

import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.http.JsonPick.Found;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes of a 2xx body what a tool's {@code response} says, as mcp-http-tools does, save that JSON is passed on compactly
 * with its numbers and the order of its members as the backend wrote them.
 */
final class ResponseShape {
    private static final Pattern MARKER = Pattern.compile("\\{([A-Za-z0-9_.-]+)\\}");

    private ResponseShape() {}

    static Reply.Answer of(HttpAction.Response response, String body) {
        if (!response.json()) {
            return answer(body);
        }
        return switch (JsonPick.at(response.path(), body)) {
            case Found.Value value when response.template() == null -> answer(value.text());
            case Found.Value value -> answer(filled(response.template(), value.json()));
            case Found.Absent absent ->
                    answer(
                            body,
                            "there is nothing at `"
                                    + response.path()
                                    + "` in the answer, so it is passed on whole");
            case Found.Invalid invalid ->
                    answer(body, "the answer is not JSON, so it is passed on as it came");
        };
    }

    private static String filled(String template, String json) {
        return MARKER.matcher(template)
                .replaceAll(marker -> Matcher.quoteReplacement(filling(marker, json)));
    }

    private static String filling(MatchResult marker, String json) {
        return JsonPick.at(marker.group(1), json) instanceof Found.Value value
                ? value.text()
                : marker.group();
    }

    private static Reply.Answer answer(String text, String... notes) {
        return new Reply.Answer(new Payload.Text(text), List.of(notes));
    }
}
