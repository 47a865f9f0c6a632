package dev.countergate.server.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReportTest {
    private final Report report = new Report();

    private static Position at(int line, int column) {
        return new Position("f.yaml", line, column);
    }

    @Test
    void tells_findings_in_the_order_of_the_file_and_each_once() {
        report.fault(at(10, 1), "c", "x", "");
        report.fault(at(2, 30), "b", "x", "");
        report.fault(at(2, 4), "a", "x", "");
        report.fault(at(2, 4), "a", "x", "");
        assertThat(report.faults())
                .extracting(Finding::text)
                .containsExactly("f.yaml:2:4: a: x", "f.yaml:2:30: b: x", "f.yaml:10:1: c: x");
        assertThat(report.warnings()).isEmpty();
    }

    @Test
    void keeps_a_bounded_number_of_each_kind() {
        for (int line = 1; line <= 3 * Report.FINDINGS_MAX; line++) {
            report.fault(at(line, 1), "a", "x", "");
            report.warn(at(line, 1), "a", "x", "");
        }
        assertThat(report.faults()).hasSize(1_000);
        assertThat(report.warnings()).hasSize(1_000);
    }

    @Test
    void shows_text_of_a_file_on_one_line_and_cut() {
        assertThat(Printable.text("a\nb\u0007\u202E\uD800\u2028é😀"))
                .isEqualTo("a<U+000A>b<U+0007><U+202E><U+D800><U+2028>é😀");
        assertThat(Printable.text("x".repeat(120))).isEqualTo("x".repeat(120));
        assertThat(Printable.text("😀".repeat(121))).isEqualTo("😀".repeat(120) + "...");
    }
}
