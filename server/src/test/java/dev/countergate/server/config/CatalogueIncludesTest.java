package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogueIncludesTest {
    private static String tool(String name) {
        return "tools: [{name: " + name + ", url: \"http://x/\"}]\n";
    }

    /** {@code c.yaml} includes {@code 1.yaml}, that includes {@code 2.yaml}, and so on. */
    private static Catalogues chain(int levels) {
        Catalogues catalogues = Catalogues.of("include: 1.yaml\n" + tool("t0"));
        for (int level = 1; level <= levels; level++) {
            String next = level == levels ? "" : "include: " + (level + 1) + ".yaml\n";
            catalogues.file(level + ".yaml", next + tool("t" + level));
        }
        return catalogues;
    }

    @Test
    void includes_go_eight_levels_deep_and_no_further() {
        assertThat(chain(8).catalogue().tools()).hasSize(9);
        assertThat(chain(9).faults())
                .containsExactly(
                        "8.yaml:1:10: include: includes go deeper than the 8 levels allowed: include it from a file further up");
    }

    /** {@code c.yaml} and so many more. */
    private static Catalogues wide(int more) {
        StringBuilder include = new StringBuilder("include:\n");
        for (int each = 1; each <= more; each++) {
            include.append("- ").append(each).append(".yaml\n");
        }
        Catalogues catalogues = Catalogues.of(include.toString());
        for (int each = 1; each <= more; each++) {
            catalogues.file(each + ".yaml", tool("t" + each));
        }
        return catalogues;
    }

    @Test
    void a_catalogue_has_64_files_and_no_more() {
        assertThat(wide(63).catalogue().tools()).hasSize(63);
        assertThat(wide(64).faults())
                .containsExactly(
                        "c.yaml:65:3: include[63]: more than the 64 files a catalogue may have: join some of them");
    }

    @ParameterizedTest
    @ValueSource(strings = {"c.yaml", "./c.yaml", "sub/../c.yaml", "./././c.yaml"})
    void a_file_is_part_of_a_catalogue_once_however_its_path_is_written(String path) {
        assertThat(Catalogues.of("include: " + path).faults())
                .containsExactly(
                        "c.yaml:1:10: include: `"
                                + path
                                + "` is part of this catalogue already: include each file once");
    }

    @Test
    void a_path_is_taken_from_the_file_that_writes_it() {
        assertThat(
                        Catalogues.of("include: ops/more.yaml")
                                .file("ops/more.yaml", "include: [rest.yaml, ../up.yaml]")
                                .file("ops/rest.yaml", tool("rest"))
                                .file("up.yaml", tool("up"))
                                .catalogue()
                                .tools())
                .extracting(tool -> tool.name().value())
                .containsExactly("rest", "up");
    }

    @Test
    void a_name_is_defined_once_in_all_files_together() {
        assertThat(
                        Catalogues.of(
                                        """
                                        include: more.yaml
                                        backends: {m: {type: prometheus, url: "http://m"}}
                                        tools: [{name: a, url: "http://x/"}]
                                        guards: {a: {risk: low}}
                                        policy: {mode: propose}
                                        """)
                                .file(
                                        "more.yaml",
                                        """
                                        backends: {m: {type: prometheus, url: "http://other"}}
                                        tools: [{name: a, url: "http://x/"}]
                                        guards: {a: {risk: high}}
                                        policy: {mode: auto}
                                        """)
                                .faults())
                .containsExactly(
                        "c.yaml:2:12: backends.m: it is defined already, at more.yaml:1:15: define it once",
                        "c.yaml:3:16: tools.a.name: there is a tool `a` already, at more.yaml:2:16: give each a name of its own",
                        "c.yaml:4:10: guards.a: it is defined already, at more.yaml:3:13: define it once",
                        "c.yaml:5:1: policy: there is a policy already, at more.yaml:4:9: keep one");
    }

    @Test
    void faults_of_all_files_are_told_at_once_each_in_its_own() {
        assertThat(
                        Catalogues.of("include: [a.yaml, b.yaml]\ntols: []\n")
                                .file("a.yaml", "tools: 5\n")
                                .file("b.yaml", "x: [\n")
                                .faults())
                .hasSize(3)
                .anyMatch(fault -> fault.startsWith("a.yaml:1:8: tools: "))
                .anyMatch(fault -> fault.startsWith("b.yaml:2:1: not readable as YAML"))
                .anyMatch(fault -> fault.startsWith("c.yaml:2:1: tols: "));
    }

    @Test
    void a_file_that_is_not_text_is_a_fault_where_it_is_included() {
        byte[] latin1 =
                "tools: [{name: a, description: \u00e9}]".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Catalogues.of("include: more.yaml").file("more.yaml", latin1).faults())
                .containsExactly(
                        "c.yaml:1:10: include: `more.yaml` is not text in UTF-8: save it as UTF-8");
        assertThat(new Catalogues().file("c.yaml", latin1).faults())
                .containsExactly("c.yaml:1:1: `c.yaml` is not text in UTF-8: save it as UTF-8");
    }

    @Test
    void a_byte_order_mark_is_no_part_of_the_text() {
        assertThat(Catalogues.of("\uFEFFtols: []").faults())
                .singleElement()
                .asString()
                .startsWith("c.yaml:1:1: tols: ");
    }
}
