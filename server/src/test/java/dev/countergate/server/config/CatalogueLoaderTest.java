package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.PrometheusAction;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.secret.Redactor;
import java.util.List;
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

    /** A slash after digits leaves a host and a port, so that the request would go elsewhere and the rest be shown. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://ana:4711/hunter@x",
                "http://ana:4711/hunter@x:9090/base",
                "http://ana:4711?hunter@x",
                "http://ana:4711#hunter@x",
                "http://4711/hunter@x",
                "http://ana:p@ss:4711/hunter@x",
                "http://ana:${PASSWORD}@x/",
                "http://${PASSWORD}@x/",
                "http://${USER}:${PASSWORD}@x/",
                "${URL}",
                "${URL}/base"
            })
    void refuses_a_password_that_reads_as_a_port_and_does_not_show_it(String url) {
        for (String type : List.of("prometheus", "loki", "alertmanager", "http")) {
            Catalogues catalogues =
                    Catalogues.of("backends: {m: {type: " + type + ", url: \"" + url + "\"}}")
                            .variable("USER", "ana")
                            .variable("PASSWORD", "4711/hunter")
                            .variable("URL", "http://ana:4711/hunter@x/");

            assertThat(catalogues.faults())
                    .singleElement()
                    .asString()
                    .contains("c.yaml:1:", "backends.m.url: ", "percent-encode")
                    .doesNotContain("hunter", "4711");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://ana:${PASSWORD}@x/", "http://${PASSWORD}@x/", "${URL}"})
    void refuses_such_a_password_in_a_tools_own_url_as_well(String url) {
        assertThat(
                        Catalogues.of("tools: [{name: a, url: \"" + url + "\"}]")
                                .variable("PASSWORD", "4711/hunter")
                                .variable("URL", "http://ana:4711/hunter@x/")
                                .faults())
                .singleElement()
                .asString()
                .contains("tools.a.url: ", "percent-encode")
                .doesNotContain("hunter", "4711");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://x:8080/users/@me",
                "http://x/@{name}",
                "${BASE}/users/@me",
                "http://${HOST}/users/@me",
                "http://${HOST}:8080/users/@me?mail=a@b",
                "http://ana:${PASSWORD}@x/users/@me",
                "http://x/${PASSWORD}/@me"
            })
    void leaves_an_at_sign_in_a_tools_path_alone(String url) {
        assertThat(
                        Catalogues.of(
                                        "tools: [{name: a, url: \""
                                                + url
                                                + "\""
                                                + (url.contains("{name}")
                                                        ? ", params: [{name: name, required: true}]"
                                                        : "")
                                                + "}]")
                                .variable("BASE", "http://x:8080/base")
                                .variable("HOST", "x")
                                .variable("PASSWORD", "hunter2")
                                .faults())
                .isEmpty();
    }

    @Test
    void tells_which_files_and_variables_it_looked_at() {
        Loading.Origins origins =
                Catalogues.of(
                                "include: more.yaml\ntools: [{name: a, url: \"http://x/${A:-b}\", headers: {X: \"${file:token}\"}, auth: {bearer_env: B}}]")
                        .variable("B", "b")
                        .load()
                        .origins();

        assertThat(origins.variables()).containsExactlyInAnyOrder("A", "B");
        assertThat(origins.files().keySet())
                .extracting(Object::toString)
                .containsExactlyInAnyOrder("c.yaml", "more.yaml", "token");
    }

    @Test
    void takes_the_default_of_a_variable_that_is_not_set_or_empty() {
        for (String value : new String[] {null, ""}) {
            Catalogues catalogues =
                    Catalogues.of("tools: [{name: a, url: \"${BASE:-http://standin}/x\"}]");
            if (value != null) {
                catalogues.variable("BASE", value);
            }
            assertThat(catalogues.tool("a").action().backends())
                    .extracting(Object::toString)
                    .containsExactly("http://standin");
        }
        assertThat(
                        Catalogues.of("tools: [{name: a, url: \"${BASE:-http://standin}/x\"}]")
                                .variable("BASE", "http://set")
                                .tool("a")
                                .action()
                                .backends())
                .extracting(Object::toString)
                .containsExactly("http://set");
    }

    @Test
    void takes_no_word_of_a_url_from_outside_for_a_secret() {
        Catalogue catalogue =
                Catalogues.of(
                                "backends: {m: {type: prometheus, url: \"${METRICS}\"}, l: {type: loki, url: \"http://${LOGS}\"}}")
                        .variable("METRICS", "http://mimir/prometheus")
                        .variable("LOGS", "logs:3100/api/loki")
                        .catalogue();

        String series = "prometheus_tsdb_head_series{job=\"prometheus\", app=\"api/loki\"}";
        assertThat(Redactor.of(catalogue.secrets()).redact(series)).isEqualTo(series);
        assertThat(catalogue.backends())
                .extracting(backend -> ((Backend.Http) backend).basePath().toString())
                .as("shown by its name all the same")
                .containsExactly("/[secret METRICS]", "/[secret LOGS]");
    }

    @Test
    void takes_what_may_be_a_credential_in_a_url_from_outside_for_one() {
        Catalogue catalogue =
                Catalogues.of(
                                """
                                tools:
                                  - {name: a, url: "${HOOK}"}
                                  - {name: b, url: "http://x/${SHORT}/send?k=${KEY}"}
                                """)
                        .variable(
                                "HOOK",
                                "https://ana:hunter22@hooks.example.com/services/AbCdEf0123456789?sig=s%2Fgn&deep")
                        .variable("SHORT", "t0ken")
                        .variable("KEY", "k3y-1")
                        .catalogue();

        Redactor redactor = Redactor.of(catalogue.secrets());
        for (String secret :
                List.of(
                        "hunter22",
                        "AbCdEf0123456789",
                        "s%2Fgn",
                        "s/gn",
                        "deep",
                        "t0ken",
                        "k3y-1")) {
            assertThat(redactor.redact("<" + secret + ">")).as(secret).startsWith("<[secret ");
        }
        assertThat(redactor.redact("services")).isEqualTo("services");
    }
}
