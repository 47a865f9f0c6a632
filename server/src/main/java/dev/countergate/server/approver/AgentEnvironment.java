package dev.countergate.server.approver;

import java.util.List;
import java.util.Map;

/**
 * Whether an agent's tool seems to have started this process. A guard against accident, not a boundary: whoever can start
 * a process can start it without these variables. What holds an agent back is that it has no key.
 */
public final class AgentEnvironment {
    /** What the agents' programs set in the commands they run, and what they agreed on to set. */
    private static final List<String> SIGNS =
            List.of(
                    "CLAUDECODE",
                    "CLAUDE_CODE",
                    "CURSOR_AGENT",
                    "GEMINI_CLI",
                    "CODEX_SANDBOX",
                    "CODEX_THREAD_ID",
                    "OPENCODE",
                    "CLINE_ACTIVE",
                    "AUGMENT_AGENT",
                    "AI_AGENT");

    private AgentEnvironment() {}

    /**
     * Refuses what only a person decides where an agent's variables stand.
     *
     * @throws RefusedException naming the variable
     */
    public static void refuse(Map<String, String> environment) throws RefusedException {
        for (String sign : SIGNS) {
            if (!environment.getOrDefault(sign, "").isEmpty()) {
                throw new RefusedException(
                        "AGENT_ENVIRONMENT",
                        "`"
                                + sign
                                + "` is set, so an agent seems to run this; a person decides, in a"
                                + " terminal of their own (a guard against accident, no more)");
            }
        }
    }
}
