package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.CompositeAction;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.catalogue.Tool;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Catalogues as they are found: those of mcp-http-tools, and the sample of this project's manual. */
class ForeignCataloguesTest {
    static byte[] resource(String name) {
        try (InputStream input = ForeignCataloguesTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(input, name).readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Catalogues catalogues(String name) {
        return new Catalogues().file("c.yaml", resource(name));
    }

    private static HttpAction http(Catalogue catalogue, String name) {
        return (HttpAction) tool(catalogue, name).action();
    }

    private static Tool tool(Catalogue catalogue, String name) {
        return catalogue.find(new ToolName(name)).orElseThrow();
    }

    @Test
    void a_file_of_generation_b_loads_unchanged() {
        Catalogue catalogue =
                catalogues("generation-b.yaml")
                        .variable("REPORTS_URL", "http://u:p@h:8080/base")
                        .variable("ALERTS_TOKEN", "t0ken")
                        .catalogue();

        assertThat(catalogue.tools())
                .extracting(tool -> tool.name().value())
                .containsExactly("search_logs", "get_user_report", "list_alerts", "Overview-2");
        assertThat(catalogue.tools()).extracting(Tool::effect).containsOnly(Effect.READ);
        HttpAction search = http(catalogue, "search_logs");
        assertThat(search.timeout()).isEqualTo(Duration.ofNanos(1_500_500_000));
        assertThat(search.retry()).isEqualTo(new HttpAction.Retry(1, Duration.ofMillis(10)));
        assertThat(search.response())
                .isEqualTo(
                        new HttpAction.Response(true, "data.result", "{0.values} of {stream.app}"));
        assertThat(http(catalogue, "get_user_report").retry())
                .isEqualTo(new HttpAction.Retry(2, Duration.ofMillis(250)));
        assertThat(http(catalogue, "get_user_report").timeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void a_user_name_in_a_url_becomes_a_header_and_is_never_shown() {
        Catalogue catalogue =
                catalogues("generation-b.yaml")
                        .variable("REPORTS_URL", "http://u:p%40ss@h:8080/base")
                        .variable("ALERTS_TOKEN", "t0ken")
                        .catalogue();

        HttpAction report = http(catalogue, "get_user_report");
        assertThat(report.headers())
                .singleElement()
                .satisfies(
                        header -> {
                            assertThat(header.name()).isEqualTo("Authorization");
                            assertThat(header.value().reveal()).isEqualTo("Basic dTpwQHNz");
                            assertThat(header.value().toString()).startsWith("Basic [secret ");
                        });
        assertThat(report.url().origin()).hasToString("http://h:8080");
        assertThat(catalogue.secrets())
                .extracting(secret -> secret.value())
                .contains("p@ss", "dTpwQHNz", "t0ken");
    }

    @Test
    void headers_win_over_auth() {
        Catalogue catalogue =
                catalogues("generation-b.yaml")
                        .variable("REPORTS_URL", "http://h")
                        .variable("ALERTS_TOKEN", "t0\r\nken")
                        .catalogue();

        assertThat(http(catalogue, "list_alerts").headers())
                .extracting(header -> header.name() + ": " + header.value().reveal())
                .containsExactly("authorization: Token t0ken", "X-Trace: on");
        CompositeAction overview = (CompositeAction) tool(catalogue, "Overview-2").action();
        assertThat(overview.parts().get(1).action().headers())
                .extracting(header -> header.name() + ": " + header.value().reveal())
                .containsExactly("Authorization: Bearer t0ken");
    }

    @Test
    void a_file_of_generation_a_loads_leniently_and_says_what_it_overlooks() {
        Catalogues file = catalogues("generation-a.yaml");

        assertThat(file.lenient().catalogue().tools())
                .extracting(tool -> tool.name() + " " + tool.effect().word())
                .containsExactly(
                        "query_metrics read", "create_silence write", "delete_thing write");
        assertThat(file.warnings())
                .containsExactly(
                        "c.yaml:18:16: tools.create_silence.headers.X-Scope: the environment"
                                + " variable `SCOPE` is not set, so it is empty: set it",
                        "c.yaml:30:5: tools.delete_thing.colour: there is no such key, and it is"
                                + " ignored: there are `name`, `description`, `effect`, `params`,"
                                + " `url`, `backend`, `method`, `headers`, `auth`, `body`,"
                                + " `idempotency_header`, `response`, `timeout`, `retry`, `requests`,"
                                + " `prometheus`, `loki`, `alertmanager`, `ssm`, `guard`, `max_bytes`,"
                                + " `max_rows`, `max_series`");
    }

    @Test
    void a_file_of_generation_a_is_told_its_faults_otherwise() {
        assertThat(catalogues("generation-a.yaml").faults())
                .hasSize(2)
                .allMatch(
                        fault ->
                                fault.startsWith("c.yaml:18:16: ")
                                        || fault.startsWith("c.yaml:30:5: "));
    }

    @Test
    void the_sample_of_the_manual_loads() {
        Catalogues sample =
                catalogues("sample.yaml")
                        .file("their-config.yaml", resource("their-config.yaml"))
                        .variable("JIRA_TOKEN", "j")
                        .variable("OPS_WEBHOOK", "https://hooks.example.com/x/y?z");

        Catalogue catalogue = sample.catalogue();
        assertThat(catalogue.tools())
                .extracting(tool -> tool.name() + " " + tool.effect().word())
                .containsExactly(
                        "ping_api read",
                        "query_metrics read",
                        "error_ratio read",
                        "tail_logs read",
                        "silence_alert write",
                        "expire_silence write",
                        "disk_usage read",
                        "restart_service write");
        assertThat(catalogue.person(PrincipalId.unix("ana-agent"))).contains("ana");
        assertThat(catalogue.policy().rules())
                .extracting(rule -> rule.id() + ":" + rule.line())
                .hasSize(3);
        assertThat(catalogue.policy().notifications().getFirst().url())
                .hasToString("https://hooks.example.com/[secret OPS_WEBHOOK]?[secret OPS_WEBHOOK]");
        assertThat(sample.warnings())
                .containsExactly(
                        "c.yaml:42:5: tools.restart_service: changes AWS with the credential that"
                                + " `disk_usage` reads with: give writes a backend with a `profile` or"
                                + " `role_arn` of its own",
                        "c.yaml:75:33: policy.rules.no-database-changes.then: it can match no call"
                                + " of any tool: mend it, or remove it",
                        "c.yaml:76:30: policy.rules.staging-restarts.then: a write it matches needs"
                                + " a person all the same, since the mode is `propose`: set `mode:"
                                + " auto` to let it take effect");
    }
}
