package dev.countergate.server.mcp;

import dev.countergate.server.call.ToolService;

/** What every session is served with, whatever carries it. */
record Protocol(ToolService service, ToolPages pages, Handshake handshake, SessionLimits limits) {}
