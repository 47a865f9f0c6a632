package dev.countergate.server.mcp;

import static dev.countergate.server.mcp.ProtocolError.HEADER_MISMATCH;
import static dev.countergate.server.mcp.ProtocolError.INVALID_PARAMS;
import static dev.countergate.server.mcp.ProtocolError.METHOD_NOT_FOUND;
import static dev.countergate.server.mcp.ProtocolError.MISSING_REQUIRED_CLIENT_CAPABILITY;
import static dev.countergate.server.mcp.ProtocolError.UNSUPPORTED_PROTOCOL_VERSION;

import dev.countergate.policy.call.ClientSession;
import dev.countergate.policy.call.ToolName;
import dev.countergate.server.call.ToolService;
import dev.countergate.server.mcp.Message.Request;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The revision without a handshake (MCP 2026-07-28): each request says in its {@code _meta} which revision it speaks, what
 * its client can do and who it is. What can be refused without doing anything is refused here.
 */
public final class Stateless {
    /** The revision. */
    public static final String VERSION = "2026-07-28";

    /** What the names of the protocol's members of {@code _meta} begin with. */
    static final String META = "io.modelcontextprotocol/";

    private static final String PROTOCOL_VERSION = META + "protocolVersion";
    private static final String CLIENT_INFO = META + "clientInfo";
    private static final String CLIENT_CAPABILITIES = META + "clientCapabilities";

    private static final Set<String> OWN_METHODS =
            Set.of("server/discover", "subscriptions/listen");
    private static final Set<String> METHODS =
            Set.of("tools/list", "tools/call", "prompts/list", "prompts/get");
    private static final Set<String> RESOURCE_METHODS =
            Set.of("resources/list", "resources/templates/list", "resources/read");

    private static final int SHOWN_MAX = 128;
    private static final int HTTP_BAD_REQUEST = 400;
    private static final int HTTP_NOT_FOUND = 404;

    private final ServerCard card;
    private final ToolService service;

    Stateless(ServerCard card, ToolService service) {
        this.card = card;
        this.service = service;
    }

    /**
     * A request not taken.
     *
     * @param httpStatus what it is answered with over HTTP
     * @param answer the whole message
     */
    public record Refusal(int httpStatus, JsonLine answer) {}

    /** Whether a message means this revision: it has the members that every request of it must have, or a method of its alone. */
    public static boolean isMeant(Message message) {
        if (!(message instanceof Request request)) {
            return false;
        }
        JsonNode meta = meta(request);
        return OWN_METHODS.contains(request.method())
                || meta.has(PROTOCOL_VERSION)
                || meta.has(CLIENT_CAPABILITIES)
                || meta.has(CLIENT_INFO);
    }

    /**
     * Why a request that came over HTTP is not taken, if so. Its headers must say what its body says, so that nobody on the
     * way judges it by something else.
     */
    public Optional<Refusal> refusal(Request request, MirroredHeaders headers) {
        Optional<String> fault =
                headers.fault(request, meta(request).path(PROTOCOL_VERSION).stringValueOpt());
        return fault.isPresent()
                ? refuse(request, HTTP_BAD_REQUEST, HEADER_MISMATCH, fault.get())
                : refusal(request);
    }

    /** Why a request is not taken, if so. */
    Optional<Refusal> refusal(Request request) {
        JsonNode meta = meta(request);
        JsonNode version = meta.path(PROTOCOL_VERSION);
        if (!version.isString()) {
            return malformed(request, PROTOCOL_VERSION + "` must be a string");
        }
        if (!version.stringValue().equals(VERSION)) {
            return Optional.of(
                    new Refusal(
                            HTTP_BAD_REQUEST, unsupported(request.id(), version.stringValue())));
        }
        if (!meta.path(CLIENT_CAPABILITIES).isObject()) {
            return malformed(request, CLIENT_CAPABILITIES + "` must be an object");
        }
        if (meta.has(CLIENT_INFO) && !meta.path(CLIENT_INFO).isObject()) {
            return malformed(request, CLIENT_INFO + "` must be an object");
        }
        return isThere(request.method())
                ? unable(request, meta.path(CLIENT_CAPABILITIES))
                : refuse(
                        request,
                        HTTP_NOT_FOUND,
                        METHOD_NOT_FOUND,
                        "no method `"
                                + ShownText.of(request.method(), SHOWN_MAX)
                                + "` in protocol version "
                                + VERSION);
    }

    /** The refusal of a call that needs more than the client can do. */
    private Optional<Refusal> unable(Request request, JsonNode capabilities) {
        String tool =
                request.method().equals("tools/call") && request.params() != null
                        ? request.params().path("name").asString("")
                        : "";
        if (!ToolName.isValid(tool)) {
            return Optional.empty();
        }
        List<String> missing =
                service.needs(new ToolName(tool)).stream()
                        .filter(each -> !capabilities.has(each))
                        .sorted()
                        .toList();
        if (missing.isEmpty()) {
            return Optional.empty();
        }
        JsonLine data = new JsonLine().raw("{\"requiredCapabilities\":");
        String separator = "{";
        for (String each : missing) {
            data.raw(separator).string(each).raw(":{}");
            separator = ",";
        }
        return Optional.of(
                new Refusal(
                        HTTP_BAD_REQUEST,
                        Answers.error(
                                request.id(),
                                MISSING_REQUIRED_CLIENT_CAPABILITY,
                                "the client does not declare what `" + tool + "` needs of it",
                                data.raw("}}"))));
    }

    private boolean isThere(String method) {
        return OWN_METHODS.contains(method)
                || METHODS.contains(method)
                || (RESOURCE_METHODS.contains(method) && card.offersRunbooks());
    }

    /** Who the client says it is. */
    static ClientSession session(String id, Request request) {
        JsonNode info = meta(request).path(CLIENT_INFO);
        return new ClientSession(
                id, Handshake.said(info.path("name")), Handshake.said(info.path("version")));
    }

    private static JsonNode meta(Request request) {
        return request.params() == null
                ? JsonNodeFactory.instance.missingNode()
                : request.params().path("_meta");
    }

    private static Optional<Refusal> malformed(Request request, String problem) {
        return refuse(
                request,
                HTTP_BAD_REQUEST,
                INVALID_PARAMS,
                "`_meta." + problem + " in a request of protocol version " + VERSION);
    }

    private static Optional<Refusal> refuse(
            Request request, int httpStatus, ProtocolError error, String problem) {
        return Optional.of(new Refusal(httpStatus, Answers.error(request.id(), error, problem)));
    }

    private static JsonLine unsupported(String id, String requested) {
        JsonLine data =
                new JsonLine()
                        .raw("{\"supported\":[\"" + VERSION + "\"],\"requested\":")
                        .string(ShownText.of(requested, SHOWN_MAX))
                        .raw("}");
        return Answers.error(
                id,
                UNSUPPORTED_PROTOCOL_VERSION,
                "unsupported protocol version: name one of "
                        + List.of(VERSION)
                        + " in `_meta`, or send `initialize` for an older one",
                data);
    }
}
