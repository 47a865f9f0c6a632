package dev.countergate.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.ToolName;
import dev.countergate.server.call.ToolService;
import dev.countergate.server.mcp.FakeTools;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class MeasuredToolsTest {
    @Test
    void passes_on_what_a_tool_needs_of_its_client() {
        ToolService measured = new Metrics("1", Clock.systemUTC()).measured(new FakeTools());

        assertThat(measured.needs(new ToolName("needs_much")))
                .containsExactlyInAnyOrder("sampling", "elicitation");
        assertThat(measured.needs(new ToolName("echo"))).isEmpty();
    }
}
