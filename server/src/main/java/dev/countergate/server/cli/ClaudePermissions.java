package dev.countergate.server.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * What Claude Code may do unasked, as its settings say it. A guard against accident: an agent that means to can start any
 * program by another name. What holds it back is that it has no key.
 */
final class ClaudePermissions {
    static final List<String> ALLOW = List.of("permissions", "allow");
    static final List<String> DENY = List.of("permissions", "deny");

    /** The commands by which a person decides, or changes who may. */
    static final List<String> DECIDING =
            List.of(
                    "approve",
                    "reject",
                    "statement",
                    "submit",
                    "done",
                    "resolve",
                    "thaw",
                    "reload",
                    "approver",
                    "token",
                    "connect");

    private ClaudePermissions() {}

    /** Every tool of the server {@code name}. */
    static List<String> allowed(String name) {
        return List.of("mcp__" + name);
    }

    /** The deciding commands, by their name and by the place of the launcher. */
    static List<String> denied(String launcher) {
        List<String> rules = new ArrayList<>();
        for (String program : List.of("countergate", launcher)) {
            DECIDING.forEach(command -> rules.add("Bash(" + program + " " + command + " *)"));
        }
        return List.copyOf(rules);
    }

    /** {@code settings} with both. */
    static EditedJson in(EditedJson settings, String name, String launcher) {
        return settings.withAll(ALLOW, allowed(name)).withAll(DENY, denied(launcher));
    }
}
