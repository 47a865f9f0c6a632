package dev.countergate.server.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.PrincipalId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ToolPagesTest {
    private static final Caller ANA = Caller.of(PrincipalId.unix("ana"));

    private final FakeTools tools = new FakeTools();
    private final ToolPages pages = new ToolPages(tools);

    private void many(int count) {
        for (int number = 1; number < count; number++) {
            tools.tool("t" + number, (call, progress) -> FakeTools.text(""));
        }
    }

    private JsonNode page(@Nullable String cursor) {
        return new JsonMapper()
                .readTree("{" + new String(pages.page(ANA, cursor).orElseThrow(), UTF_8) + "}");
    }

    @Test
    void gives_a_thousand_tools_in_one_page_and_one_more_on_the_next() {
        many(1_000);
        assertThat(page(null).path("tools")).hasSize(1_000);
        assertThat(page(null).has("nextCursor")).isFalse();
        tools.tool("one_more", (call, progress) -> FakeTools.text(""));
        tools.changed();
        String cursor = page(null).path("nextCursor").asString();
        assertThat(page(cursor).path("tools")).hasSize(1);
        assertThat(page(cursor).has("nextCursor")).isFalse();
    }

    @Test
    void writes_a_revision_once() {
        assertThat(pages.page(ANA, null).orElseThrow())
                .isSameAs(pages.page(ANA, null).orElseThrow());
        byte[] before = pages.page(ANA, null).orElseThrow();
        tools.changed();
        assertThat(pages.page(ANA, null).orElseThrow()).isNotSameAs(before);
    }

    @Test
    void keeps_a_cursor_across_a_reload_that_leaves_the_names_and_refuses_it_after_another() {
        many(1_500);
        String cursor = page(null).path("nextCursor").asString();
        tools.changed();
        assertThat(page(cursor).path("tools")).hasSize(500);
        tools.tool("new", (call, progress) -> FakeTools.text(""));
        tools.changed();
        assertThat(pages.page(ANA, cursor)).isEmpty();
    }

    @Test
    void serves_more_principals_than_it_keeps() {
        for (int each = 0; each < 100; each++) {
            assertThat(pages.page(Caller.of(PrincipalId.unix("u" + each)), null)).isPresent();
        }
    }

    @Test
    void gives_an_empty_list_of_no_tools() {
        ToolPages none = new ToolPages(FakeTools.none());
        assertThat(new String(none.page(ANA, null).orElseThrow(), UTF_8)).isEqualTo("\"tools\":[]");
    }
}
