package dev.countergate.server.mcp;

/** The errors of JSON-RPC 2.0, section 5.1, and those of MCP (2026-07-28, basic). */
public enum ProtocolError {
    PARSE_ERROR(-32700),
    INVALID_REQUEST(-32600),
    METHOD_NOT_FOUND(-32601),
    INVALID_PARAMS(-32602),
    INTERNAL_ERROR(-32603),
    /** Of the revisions with a handshake alone. */
    RESOURCE_NOT_FOUND(-32002),
    HEADER_MISMATCH(-32020),
    MISSING_REQUIRED_CLIENT_CAPABILITY(-32021),
    UNSUPPORTED_PROTOCOL_VERSION(-32022);

    private final int code;

    ProtocolError(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
