package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.PrometheusAction;
import dev.countergate.policy.catalogue.Tool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogueLoaderTest {
    @Test
    void an_empty_document_has_no_tools() {
        assertThat(Catalogues.of("").catalogue().tools()).isEmpty();
        assertThat(Catalogues.of("# nothing\n").catalogue().tools()).isEmpty();
        assertThat(Catalogues.of("tools:\n").catalogue().tools()).isEmpty();
    }

    @Test
    void reads_a_typed_tool_and_finds_its_backend_by_type() {
        Tool tool =
                Catalogues.of(
                                """
                                backends: {metrics: {type: prometheus, url: "http://localhost:9090"}}
                                tools:
                                  - {name: firing, prometheus: {alerts: true}}
                                """)
                        .tool("firing");

        assertThat(tool.effect()).isEqualTo(Effect.READ);
        assertThat(tool.action()).isInstanceOf(PrometheusAction.Alerts.class);
        assertThat(tool.action().backends())
                .extracting(Object::toString)
                .containsExactly("metrics");
    }

    @Test
    void tells_every_fault_at_once_with_its_place() {
        assertThat(
                        Catalogues.of(
                                        """
                                        tols: []
                                        backends: {m: {type: prometheus, url: "ftp://x", colour: red}}
                                        tools:
                                          - {name: 9lives, prometheus: {alerts: true}}
                                          - name: two
                                            prometheus: {alerts: true, rules: true}
                                            promethus: {}
                                        """)
                                .faults())
                .containsExactly(
                        "c.yaml:1:1: tols: there is no such key: did you mean `tools`? begin it with `x-` if not",
                        "c.yaml:2:39: backends.m.url: must be an absolute URL: begin it with http:// or https://",
                        "c.yaml:2:50: backends.m.colour: there is no such key: there are `type`, `url`, `auth`, `headers`, `tenant`, `environment`, `timeout`, `limits`, `region`, `endpoint`, `profile`, `role_arn`",
                        "c.yaml:4:12: tools.9lives.name: must be a name of up to 128 letters, digits, `_` and `-` that begins with a letter or `_`, and is `9lives`",
                        "c.yaml:6:32: tools.two.prometheus.rules: `alerts` is given as well: keep one: a tool does one thing",
                        "c.yaml:7:5: tools.two.promethus: there is no such key: did you mean `prometheus`?");
    }

    /** A slash ends what a URL parser takes for the host, so the beginning of such a password stands there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://ana:${PASSWORD}@x/",
                "http://${PASSWORD}@x/",
                "http://${PASSWORD}/",
                "${PASSWORD}",
                "http://ana:hunter two/s@x/"
            })
    void shows_nothing_of_a_password_that_breaks_its_url(String url) {
        Catalogues catalogues =
                Catalogues.of("tools: [{name: a, url: \"" + url + "\"}]")
                        .variable("PASSWORD", "hunter two/s");

        assertThat(catalogues.faults()).isNotEmpty();
        assertThat(catalogues.faults().toString()).doesNotContain("hunter");
    }
}
