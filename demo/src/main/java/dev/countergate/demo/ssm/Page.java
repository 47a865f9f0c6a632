package dev.countergate.demo.ssm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** One page of a listing: {@code MaxResults} and {@code NextToken} of a request applied to all items. */
record Page<T>(List<T> items, int nextOffset) {
    private static final int NO_MORE = -1;
    private static final String TOKEN_PREFIX = "offset:";

    Page {
        items = List.copyOf(items);
    }

    static <T> Page<T> of(List<T> all, Fields request, int min, int max) {
        int size = request.integer("MaxResults", min, max, max);
        int from = request.text("NextToken").map(Page::offset).orElse(0);
        if (from > all.size()) {
            throw invalidToken();
        }
        int to = Math.min(all.size(), from + size);
        return new Page<>(all.subList(from, to), to < all.size() ? to : NO_MORE);
    }

    /** A page with nothing on it that goes on at {@code offset}: the service may answer so. */
    static <T> Page<T> emptyBefore(int offset) {
        return new Page<>(List.of(), offset);
    }

    boolean hasMore() {
        return nextOffset != NO_MORE;
    }

    void writeTo(ObjectNode answer, String member, Function<T, JsonNode> form) {
        ArrayNode array = answer.putArray(member);
        items.forEach(item -> array.add(form.apply(item)));
        if (hasMore()) {
            answer.put("NextToken", token(nextOffset));
        }
    }

    private static String token(int offset) {
        return Base64.getEncoder().encodeToString((TOKEN_PREFIX + offset).getBytes(UTF_8));
    }

    private static int offset(String token) {
        try {
            String text = new String(Base64.getDecoder().decode(token), UTF_8);
            return Integer.parseInt(text.substring(TOKEN_PREFIX.length()));
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
            throw invalidToken();
        }
    }

    private static ApiException invalidToken() {
        return ApiException.of("InvalidNextToken", "The specified token is not valid.");
    }
}
