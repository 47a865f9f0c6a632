package dev.countergate.server.approver;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentEnvironmentTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CLAUDECODE",
                "CLAUDE_CODE",
                "CURSOR_AGENT",
                "GEMINI_CLI",
                "CODEX_SANDBOX",
                "CODEX_THREAD_ID",
                "OPENCODE",
                "CLINE_ACTIVE",
                "AUGMENT_AGENT",
                "AI_AGENT"
            })
    void refuses_where_an_agents_variable_stands_and_says_what_that_is_worth(String name) {
        assertThatThrownBy(() -> AgentEnvironment.refuse(Map.of(name, "1")))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("`" + name + "`")
                .hasMessageContaining("a guard against accident, no more");
    }

    @Test
    void lets_a_person_in() {
        assertThatCode(
                        () ->
                                AgentEnvironment.refuse(
                                        Map.of(
                                                "HOME",
                                                "/home/ana",
                                                "CLAUDECODE",
                                                "",
                                                "EDITOR",
                                                "vi")))
                .doesNotThrowAnyException();
    }
}
