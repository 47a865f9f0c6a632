package dev.countergate.relay;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Finds out, byte by byte, what a line of the protocol is: the request of which id, the answer to which id, something
 * else. Constant memory whatever the line; never fails: what is not JSON is something else.
 *
 * <p>It looks at the members of the outermost object only, and stops looking as soon as it knows. An id is kept exactly
 * as written, so {@code 1} and {@code "1"} differ. Names written with escapes are not recognised.
 *
 * <p>Not thread safe.
 */
final class MessageScanner {
    /** Longer ids are not followed: their messages pass, but are not answered should the daemon go away. */
    static final int ID_BYTES_MAX = 256;

    private enum Expecting {
        OBJECT,
        KEY,
        COLON,
        VALUE,
        COMMA
    }

    private enum Member {
        ID,
        METHOD,
        ANSWER,
        OTHER
    }

    private final byte[] token = new byte[ID_BYTES_MAX];
    private int tokenBytes;
    private boolean tokenTooLong;

    private Expecting expecting = Expecting.OBJECT;
    private Member member = Member.OTHER;
    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean inScalar;
    private boolean settled;
    private @Nullable String id;
    private @Nullable String method;
    private boolean answer;

    /** Forgets the line before and begins another one. */
    void begin() {
        expecting = Expecting.OBJECT;
        depth = 0;
        inString = false;
        escaped = false;
        inScalar = false;
        settled = false;
        id = null;
        method = null;
        answer = false;
    }

    /** Takes the next bytes of the line; its line break is none of them. */
    void accept(byte[] bytes, int from, int to) {
        for (int i = from; i < to && !settled; i++) {
            accept(bytes[i]);
        }
    }

    /** The id of this line if it is a request, as far as is known by now. */
    @Nullable String requestId() {
        return method != null ? id : null;
    }

    /** The id this line answers, as far as is known by now. */
    @Nullable String answeredId() {
        return answer && method == null ? id : null;
    }

    /** Whether this line asks for, or announces, {@code name}. */
    boolean isMethod(String name) {
        return name.equals(method);
    }

    /** Whether further bytes of this line will teach nothing. */
    boolean isSettled() {
        return settled;
    }

    private void accept(byte b) {
        if (inString) {
            acceptInString(b);
        } else if (depth > 1) {
            acceptNested(b);
        } else {
            acceptOutermost(b);
        }
    }

    private void acceptInString(byte b) {
        if (!escaped && b == '"') {
            inString = false;
            if (depth == 1) {
                endString();
            }
            return;
        }
        escaped = !escaped && b == '\\';
        keep(b);
    }

    private void acceptNested(byte b) {
        switch (b) {
            case '"' -> inString = true;
            case '{', '[' -> depth++;
            case '}', ']' -> depth--;
            default -> {}
        }
        if (depth == 1) {
            expecting = Expecting.COMMA;
        }
    }

    private void acceptOutermost(byte b) {
        if (b == ' ' || b == '\t' || b == '\r') {
            endScalar();
            return;
        }
        switch (expecting) {
            case OBJECT -> {
                depth = 1;
                expecting = Expecting.KEY;
                settled = b != '{';
            }
            case KEY -> {
                beginToken();
                inString = b == '"';
                settled = b != '"';
            }
            case COLON -> {
                expecting = Expecting.VALUE;
                settled = b != ':';
            }
            case VALUE -> acceptValue(b);
            case COMMA -> {
                expecting = Expecting.KEY;
                settled = b != ',';
            }
        }
    }

    private void acceptValue(byte b) {
        if (inScalar) {
            if (b == ',' || b == '}') {
                endScalar();
                acceptOutermost(b);
            } else {
                keep(b);
            }
        } else if (b == '"') {
            beginToken();
            inString = true;
        } else if (b == '{' || b == '[') {
            depth = 2;
        } else {
            beginToken();
            inScalar = true;
            keep(b);
        }
    }

    private void endString() {
        String text = token();
        if (expecting == Expecting.KEY) {
            expecting = Expecting.COLON;
            member = text == null ? Member.OTHER : member(text);
            answer |= member == Member.ANSWER;
        } else {
            expecting = Expecting.COMMA;
            if (member == Member.ID) {
                id = text == null ? null : '"' + text + '"';
            } else if (member == Member.METHOD) {
                method = text == null ? "" : text;
            }
        }
        settled = id != null && (method != null || answer);
    }

    private void endScalar() {
        if (!inScalar) {
            return;
        }
        inScalar = false;
        expecting = Expecting.COMMA;
        if (member == Member.ID) {
            String text = token();
            id = text == null || !isNumber(text) ? null : text;
            settled = id != null && (method != null || answer);
        }
    }

    /** Whether it may be written back to the client as it is. */
    private static boolean isNumber(String text) {
        for (int i = 0; i < text.length(); i++) {
            if ("0123456789+-.eE".indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    private static Member member(String name) {
        return switch (name) {
            case "id" -> Member.ID;
            case "method" -> Member.METHOD;
            case "result", "error" -> Member.ANSWER;
            default -> Member.OTHER;
        };
    }

    private void beginToken() {
        tokenBytes = 0;
        tokenTooLong = false;
    }

    private void keep(byte b) {
        if (depth > 1 || tokenTooLong) {
            return;
        }
        if (tokenBytes == token.length) {
            tokenTooLong = true;
            return;
        }
        token[tokenBytes++] = b;
    }

    /** The token's bytes, one character each; null when there were too many. */
    private @Nullable String token() {
        return tokenTooLong ? null : new String(token, 0, tokenBytes, StandardCharsets.ISO_8859_1);
    }
}
