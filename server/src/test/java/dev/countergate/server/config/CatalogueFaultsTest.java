package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Faulty catalogues and all that is said of them. {@code faults.txt} holds a case after each {@code ===}; what is
 * expected stands below {@code --->}. {@code -Dgolden=write} writes it anew, to be read before it is committed.
 */
class CatalogueFaultsTest {
    private static final String EXPECTED = "--->\n";

    private record Case(String name, String yaml, String expected) {
        List<String> outcome() {
            Catalogues catalogues = Catalogues.of(yaml);
            List<String> outcome = new ArrayList<>(catalogues.faults());
            catalogues.warnings().forEach(warning -> outcome.add("(warning) " + warning));
            return outcome;
        }
    }

    private static List<Case> cases() {
        String text =
                new String(ForeignCataloguesTest.resource("faults.txt"), StandardCharsets.UTF_8);
        List<Case> cases = new ArrayList<>();
        for (String part : text.substring(4).split("\n=== ", -1)) {
            int yaml = part.indexOf('\n') + 1;
            int expected = part.indexOf(EXPECTED);
            cases.add(
                    new Case(
                            part.substring(0, yaml - 1),
                            expected < 0 ? part.substring(yaml) : part.substring(yaml, expected),
                            expected < 0
                                    ? ""
                                    : part.substring(expected + EXPECTED.length())
                                            .stripTrailing()));
        }
        return cases;
    }

    @TestFactory
    List<DynamicTest> says_all_that_is_wrong_and_where() throws IOException {
        List<Case> cases = cases();
        if ("write".equals(System.getProperty("golden"))) {
            StringBuilder text = new StringBuilder();
            for (Case each : cases) {
                text.append("=== ")
                        .append(each.name())
                        .append('\n')
                        .append(each.yaml().stripTrailing())
                        .append('\n')
                        .append(EXPECTED);
                each.outcome().forEach(line -> text.append(line).append('\n'));
            }
            Files.writeString(
                    Path.of("src/test/resources/dev/countergate/server/config/faults.txt"), text);
        }
        return cases.stream()
                .map(
                        each ->
                                DynamicTest.dynamicTest(
                                        each.name(),
                                        () ->
                                                assertThat(String.join("\n", each.outcome()))
                                                        .isEqualTo(each.expected())))
                .toList();
    }

    @Test
    void covers_more_than_a_hundred_faults() {
        assertThat(
                        cases().stream()
                                .mapToLong(
                                        each ->
                                                each.expected()
                                                        .lines()
                                                        .filter(
                                                                line ->
                                                                        !line.startsWith(
                                                                                "(warning)"))
                                                        .count())
                                .sum())
                .isGreaterThan(100);
    }
}
