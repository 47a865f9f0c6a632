package dev.countergate.server.decisions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.server.docs.KeyTables;
import dev.countergate.server.docs.MarkdownPage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The table of a case's keys is the one that cases are read with. {@code -Dgolden=write} writes it anew. */
class CaseReferenceTest {
    @Test
    void the_table_is_the_one_cases_are_read_with() throws IOException {
        MarkdownPage page = MarkdownPage.read("docs/policy.md");
        KeyTables tables = new KeyTables(page, Map.of());
        assertThat(tables.named()).containsExactly("case");
        String text = tables.filled(Map.of("case", CaseKeys.CASE));
        if ("write".equals(System.getProperty("golden"))) {
            Files.writeString(page.file(), text);
        }
        assertThat(page.file()).as("rewritten by -Dgolden=write").hasContent(text);
    }
}
