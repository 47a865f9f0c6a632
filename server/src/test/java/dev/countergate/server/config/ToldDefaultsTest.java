package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.server.yaml.Shape;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the reference and the JSON Schema tell as a key's default is what leaving it out means. */
class ToldDefaultsTest {
    private static final String WRITE =
            "tools: [{name: r, prometheus: {instant: up}},"
                    + " {name: t, url: \"http://x/\", method: POST, guard: {%s}}]\n"
                    + "backends: {m: {type: prometheus, url: \"http://m\"}}";

    /** A catalogue for each block, with the place of a key in it. */
    private static final Map<String, String> PLACES =
            Map.ofEntries(
                    Map.entry(
                            "param",
                            "tools: [{name: t, url: \"http://x/\", params: [{name: p, %s}]}]"),
                    Map.entry("response", "tools: [{name: t, url: \"http://x/\", response: {%s}}]"),
                    Map.entry("retry", "tools: [{name: t, url: \"http://x/\", retry: {%s}}]"),
                    Map.entry(
                            "request",
                            "tools: [{name: t, requests: [{key: k, url: \"http://x/\", %s}]}]"),
                    Map.entry("tool", "tools: [{name: t, url: \"http://x/\", %s}]"),
                    Map.entry(
                            "backend", "backends: {m: {type: prometheus, url: \"http://m\", %s}}"),
                    Map.entry(
                            "backendLimits",
                            "backends: {m: {type: prometheus, url: \"http://m\", limits: {%s}}}"),
                    Map.entry("policy", "policy: {%s}"),
                    Map.entry(
                            "rule",
                            "policy: {rules: [{id: r, then: approve, when: \"true\", %s}]}"),
                    Map.entry("guard", WRITE),
                    Map.entry("limit", WRITE.formatted("limits: [{calls: 1, per: 1h, %s}]")),
                    Map.entry(
                            "verify",
                            WRITE.formatted(
                                    "verify: {tool: r, expect: value > 1, within: 5m, %s}")),
                    Map.entry("approvals", WRITE.formatted("approvals: {%s}")),
                    Map.entry(
                            "loki",
                            "tools: [{name: t, loki: {query: '{a=\"b\"}', %s}}]\nbackends: {l: {type: loki, url: \"http://l\"}}"),
                    Map.entry(
                            "alertFilter",
                            "tools: [{name: t, alertmanager: {alerts: {%s}}}]\nbackends: {a: {type: alertmanager, url: \"http://a\"}}"));

    static Stream<List<String>> defaults() {
        return CatalogueReferenceTest.BLOCKS.values().stream()
                .flatMap(
                        block ->
                                block.keys().values().stream()
                                        .filter(key -> key.fallback() != null)
                                        .map(key -> written(block, key)));
    }

    private static List<String> written(Shape.Block block, Shape.Key key) {
        return List.of(block.name(), key.name() + ": " + Objects.requireNonNull(key.fallback()));
    }

    @ParameterizedTest
    @MethodSource("defaults")
    void leaving_it_out_means_what_is_told(List<String> told) {
        assertThat(PLACES).as("a catalogue with each block").containsKey(told.getFirst());
        String place = Objects.requireNonNull(PLACES.get(told.getFirst()));
        Catalogue without = Catalogues.of(place.formatted("")).catalogue();
        Catalogue with = Catalogues.of(place.formatted(told.getLast())).catalogue();

        assertThat(text(with)).isEqualTo(text(without));
    }

    /** All that a catalogue's records say; what prints as an identity alone, such as a template, comes without it. */
    private static String text(Catalogue catalogue) {
        return (catalogue.policy()
                        + "\n"
                        + List.copyOf(catalogue.backends())
                        + "\n"
                        + List.copyOf(catalogue.tools())
                        + catalogue.tools().stream().map(tool -> tool.parameters().list()).toList())
                .replaceAll("@[0-9a-f]+|column=\\d+", "");
    }
}
