package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.countergate.server.yaml.Finding;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a file holds, a load ends soon, throws nothing and says where each fault is. */
@Tag("long")
class CatalogueMutationTest {
    private static Loading load(String yaml, boolean lenient) {
        Catalogues catalogues =
                Catalogues.of(yaml)
                        .file(
                                "their-config.yaml",
                                ForeignCataloguesTest.resource("their-config.yaml"))
                        .variable("JIRA_TOKEN", "j")
                        .variable("REPORTS_URL", "http://reports")
                        .variable("ALERTS_TOKEN", "a")
                        .variable("OPS_WEBHOOK", "https://hooks");
        return (lenient ? catalogues.lenient() : catalogues).load();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sample.yaml", "generation-b.yaml"})
    void a_load_of_a_broken_file_throws_nothing(String name) {
        String good = new String(ForeignCataloguesTest.resource(name), StandardCharsets.UTF_8);
        Random random = new Random(42);
        int faulty = 0;
        for (int i = 0; i < 500; i++) {
            String text = Mutations.of(good, random);
            boolean lenient = i % 3 == 0;
            assertThatCode(() -> load(text, lenient)).as(text).doesNotThrowAnyException();
            if (i % 10 == 0 && load(text, lenient) instanceof Loading.Faulty broken) {
                faulty++;
                assertThat(broken.faults())
                        .as(text)
                        .isNotEmpty()
                        .allSatisfy(
                                fault ->
                                        assertThat(fault.text())
                                                .matches("(?s)[^\n\r]*")
                                                .matches(
                                                        "(?:c|their-config)\\.yaml:[0-9]+:[0-9]+: .*"));
            }
        }
        assertThat(faulty).isGreaterThan(10);
    }

    @Test
    void hostile_files_are_done_with_soon() {
        for (String hostile :
                new String[] {
                    "tools: " + "[".repeat(100_000),
                    "tools:\n" + "- {name: a, url: \"http://x/\"}\n".repeat(20_000),
                    "a: &a [x,x,x,x,x,x,x,x]\n"
                            + "b: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e]\ntools: [*f,*f,*f]",
                    "? ".repeat(50_000),
                    "x".repeat(3_000_000),
                    "tools:\n  - name: a\n    url: http://x/"
                            + "{p}".repeat(20_000)
                            + "\n    params: [{name: p}]",
                    "tools:\n  - name: a\n    url: http://x/\n    params: [{name: p, pattern: \""
                            + "(a*)*".repeat(2_000)
                            + "\", default: "
                            + "a".repeat(5_000)
                            + "}]",
                    "include: [" + "x.yaml,".repeat(5_000) + "]",
                    "tools: \"" + "${X:-".repeat(50_000) + "\"",
                    "{".repeat(1) + "a: 1,".repeat(200_000) + "}",
                }) {
            long start = System.nanoTime();
            assertThat(load(hostile, false)).isNotNull();
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as(hostile.substring(0, Math.min(80, hostile.length())))
                    .isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void a_value_of_the_environment_is_told_in_no_fault() {
        Loading loading =
                Catalogues.of(
                                "tools: [{name: a, url: \"http://x${S}y/\", headers: {X: \"${S}\"}}, {name: b, url: \"http://x/${S}{nope}\"}]")
                        .variable("S", "hunter2")
                        .load();
        assertThat(((Loading.Faulty) loading).faults())
                .extracting(Finding::text)
                .allSatisfy(text -> assertThat(text).doesNotContain("hunter2{"));
    }
}
