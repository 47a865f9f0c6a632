package dev.countergate.server.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.server.mcp.Message.Request;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * The headers of a request over HTTP that say what its body says too (MCP 2026-07-28, basic/transports/streamable-http).
 *
 * <p>No tool of ours has a parameter that is mirrored in a header of its own, so there is none to compare.
 *
 * @param values all values of the header of a name, in whatever case the name was sent
 */
public record MirroredHeaders(Function<String, List<String>> values) {
    /** Names the protocol's revision. */
    public static final String VERSION = "MCP-Protocol-Version";

    private static final String METHOD = "Mcp-Method";
    private static final String NAME = "Mcp-Name";

    /** The methods with a named object, and the parameter that names it. */
    private static final Map<String, String> NAMED =
            Map.of("tools/call", "name", "prompts/get", "name", "resources/read", "uri");

    private static final String ENCODED = "=?base64?";
    private static final String ENCODED_END = "?=";

    private static final int SHOWN_MAX = 128;

    /** What is wrong with a header. */
    private static final class MismatchException extends Exception {
        private static final long serialVersionUID = 1L;

        MismatchException(String problem) {
            super(problem, null, false, false);
        }
    }

    /**
     * What these headers and {@code request} disagree about; empty where they agree.
     *
     * @param version the revision the body names; where it names none, only the headers can be judged
     */
    Optional<String> fault(Request request, Optional<String> version) {
        try {
            String named = single(VERSION);
            if (version.isPresent()) {
                compare(VERSION, named, version.get());
            }
            compare(METHOD, single(METHOD), request.method());
            String parameter = NAMED.get(request.method());
            if (parameter != null && request.params() != null) {
                JsonNode value = request.params().path(parameter);
                if (value.isString()) {
                    compare(NAME, decoded(single(NAME)), value.stringValue());
                }
            }
            return Optional.empty();
        } catch (MismatchException mismatch) {
            return Optional.of("header mismatch: " + mismatch.getMessage());
        }
    }

    private String single(String header) throws MismatchException {
        List<String> all = values.apply(header);
        if (all.size() != 1) {
            throw new MismatchException(
                    all.isEmpty()
                            ? "`" + header + "` is missing"
                            : "`" + header + "` is given more than once");
        }
        String value = all.getFirst().strip();
        if (!value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= '~'))) {
            throw new MismatchException("`" + header + "` holds a character no header may hold");
        }
        return value;
    }

    private static void compare(String header, String said, String meant) throws MismatchException {
        if (!said.equals(meant)) {
            throw new MismatchException(
                    "`"
                            + header
                            + "` is `"
                            + ShownText.of(said, SHOWN_MAX)
                            + "`, and the body says `"
                            + ShownText.of(meant, SHOWN_MAX)
                            + "`");
        }
    }

    private static String decoded(String value) throws MismatchException {
        if (!value.startsWith(ENCODED)
                || !value.endsWith(ENCODED_END)
                || value.length() < ENCODED.length() + ENCODED_END.length()) {
            return value;
        }
        try {
            byte[] bytes =
                    Base64.getDecoder()
                            .decode(
                                    value.substring(
                                            ENCODED.length(),
                                            value.length() - ENCODED_END.length()));
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (IllegalArgumentException | CharacterCodingException malformed) {
            throw new MismatchException("`" + NAME + "` is no text in Base64");
        }
    }
}
