package dev.countergate.server.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A program that speaks MCP, and where it keeps the servers it knows. */
enum McpClient {
    CLAUDE_CODE("mcpServers", ".claude.json", ".claude.json"),
    CLAUDE_DESKTOP(
            "mcpServers",
            ".config/Claude/claude_desktop_config.json",
            "Library/Application Support/Claude/claude_desktop_config.json"),
    CURSOR("mcpServers", ".cursor/mcp.json", ".cursor/mcp.json"),
    VSCODE(
            "servers",
            ".config/Code/User/mcp.json",
            "Library/Application Support/Code/User/mcp.json");

    private final String section;
    private final String linux;
    private final String macos;

    McpClient(String section, String linux, String macos) {
        this.section = section;
        this.linux = linux;
        this.macos = macos;
    }

    /** The member of its file that holds the servers by their names. */
    String section() {
        return section;
    }

    /** The file with its servers. */
    Path file(Map<String, String> environment) {
        boolean isMac = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac");
        String moved = environment.getOrDefault("CLAUDE_CONFIG_DIR", "");
        return this == CLAUDE_CODE && !moved.isEmpty()
                ? Path.of(moved).resolve(linux)
                : home(environment).resolve(isMac ? macos : linux);
    }

    /** The file in which Claude Code keeps what it may do unasked. */
    static Path claudeSettings(Map<String, String> environment) {
        String moved = environment.getOrDefault("CLAUDE_CONFIG_DIR", "");
        return (moved.isEmpty() ? home(environment).resolve(".claude") : Path.of(moved))
                .resolve("settings.json");
    }

    /** Whether its file may hold comments. */
    boolean takesComments() {
        return this == VSCODE;
    }

    /** Whether an entry says that it is launched, and not reached by a URL. */
    boolean wantsType() {
        return this == CLAUDE_CODE || this == VSCODE;
    }

    /** The client that is typed so. */
    static Optional<McpClient> of(String typed) {
        return Arrays.stream(values()).filter(each -> each.toString().equals(typed)).findFirst();
    }

    static List<String> names() {
        return Arrays.stream(values()).map(McpClient::toString).toList();
    }

    private static Path home(Map<String, String> environment) {
        String home = environment.getOrDefault("HOME", "");
        return Path.of(home.isEmpty() ? System.getProperty("user.home") : home);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
