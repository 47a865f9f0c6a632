package dev.countergate.policy.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Action;
import dev.countergate.policy.catalogue.AlertmanagerAction;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.CompositeAction;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.catalogue.LokiAction;
import dev.countergate.policy.catalogue.PrometheusAction;
import dev.countergate.policy.catalogue.ResultBudget;
import dev.countergate.policy.catalogue.SsmAction;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.catalogue.Window;
import dev.countergate.policy.parameter.DeclaredParameter;
import dev.countergate.policy.parameter.Format;
import dev.countergate.policy.parameter.ParameterType;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.policy.template.BodyTemplate;
import dev.countergate.policy.template.Language;
import dev.countergate.policy.template.Matcher;
import dev.countergate.policy.template.MatcherTemplate;
import dev.countergate.policy.template.Template;
import dev.countergate.policy.template.UrlTemplate;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@NullMarked
class RendererTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final BackendName NAME = new BackendName("b");
    private static final Backend.Header CREDENTIALS =
            new Backend.Header("Authorization", SecretText.hidden(new Secret("T", "t")));
    private static final HttpAction.Retry TWICE = new HttpAction.Retry(2, Duration.ofMillis(1));
    private static final Backend BACKEND =
            new Backend.Http(
                    NAME,
                    Backend.Api.HTTP,
                    URI.create("http://h"),
                    SecretText.plain(""),
                    List.of(CREDENTIALS),
                    null,
                    null,
                    Backend.Limits.DEFAULT);
    private static final Parameters DECLARED =
            Parameters.of(
                    List.of(
                            DeclaredParameter.named("id").build(),
                            DeclaredParameter.named("q").build(),
                            DeclaredParameter.named("n").type(ParameterType.NUMBER).build(),
                            DeclaredParameter.named("o").type(ParameterType.OBJECT).build(),
                            DeclaredParameter.named("d").byDefault(json("'x'")).build(),
                            DeclaredParameter.named("ids")
                                    .type(ParameterType.ARRAY)
                                    .pattern("i-.*")
                                    .build(),
                            DeclaredParameter.named("since").format(Format.DURATION).build(),
                            DeclaredParameter.named("start").format(Format.TIME).build(),
                            DeclaredParameter.named("end").format(Format.TIME).build(),
                            DeclaredParameter.named("must").required().build()));

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            value = {
                "GET    ¦ {'id': 'a/b'} ¦ http://h/a%2Fb?d=x&must=m ¦ null",
                "GET    ¦ {'id': null, 'q': null, 'n': 1e21} ¦ http://h/?q=null&n=1e%2B21&d=x&must=m ¦ null",
                "HEAD   ¦ {'o': {'a': [1.0]}} ¦ http://h/?o=%7B%22a%22%3A%5B1%5D%7D&d=x&must=m ¦ null",
                "POST   ¦ {'id': 'a', 'q': 'b\\n', 'n': 5.0, 'o': {'k': null}, 'd': null} ¦ http://h/a ¦ {'q':'b\\n','n':5,'o':{'k':null},'d':null,'must':'m'}",
                "DELETE ¦ {'id': 'a'} ¦ http://h/a ¦ {'d':'x','must':'m'}",
            })
    void sends_what_no_placeholder_consumed(
            String method, String arguments, String url, String body) {
        HttpRequest request = http(http(method, "http://h/{id}", null), arguments);

        assertThat(request.url().reveal()).isEqualTo(url);
        assertThat(String.valueOf(request.body())).isEqualTo(body.replace('\'', '"'));
        assertThat(request.headers()).startsWith(CREDENTIALS);
        assertThat(request.headers().getLast().value().reveal())
                .isEqualTo(request.body() == null ? "s" : "application/json");
        assertThat(request.retry()).isEqualTo(TWICE);
    }

    @Test
    void keeps_a_content_type_that_was_given_and_never_retries_a_write() {
        HttpAction plain = http("POST", "http://h/", null);
        HttpAction typed =
                new HttpAction(
                        NAME,
                        "POST",
                        plain.url(),
                        List.of(new Backend.Header("content-TYPE", SecretText.plain("text/x"))),
                        null,
                        DECLARED,
                        HttpAction.Response.TEXT,
                        Duration.ofSeconds(1),
                        TWICE,
                        null);

        HttpRequest request = (HttpRequest) valid(render(tool(typed, Effect.WRITE), "{}"));

        assertThat(request.headers()).hasSize(2);
        assertThat(request.retry()).isEqualTo(HttpAction.Retry.NONE);
    }

    @Test
    void fills_a_body_and_does_not_send_its_parameters_again() {
        HttpRequest request =
                http(
                        http(
                                "POST",
                                "http://h/{id}",
                                "{'fields': {'n': '{n}', 'text': 'by {must}', 'list': ['{q}', '{o}']}}"),
                        "{'n': 5, 'o': {'a': 1}, 'must': 'é'}");

        assertThat(request.body())
                .isEqualTo(
                        "{'fields':{'n':5,'text':'by é','list':[{'a':1}]},'d':'x'}"
                                .replace('\'', '"'));
        assertThat(
                        render(tool(http("POST", "http://h/", "['{n}']"), Effect.READ), "{'n': 5}")
                                .faultsFound())
                .extracting(Fault::subject)
                .containsExactly("d", "must");
    }

    @Test
    void renders_each_part_of_a_composite_and_tells_all_their_faults() {
        CompositeAction action =
                new CompositeAction(
                        List.of(
                                new CompositeAction.Part("a", http("GET", "http://h/a/{id}", null)),
                                new CompositeAction.Part(
                                        "b", http("GET", "http://h/b/{q}", null))));

        CompositeRequest request =
                (CompositeRequest)
                        valid(render(tool(action, Effect.READ), "{'id': 'x', 'q': 'y'}"));

        assertThat(request.parts())
                .extracting(part -> part.request().url().reveal())
                .containsExactly("http://h/a/x?q=y&d=x&must=m", "http://h/b/y?id=x&d=x&must=m");
        assertThat(render(tool(action, Effect.READ), "{'id': '..', 'q': '.'}").faultsFound())
                .extracting(Fault::subject)
                .containsExactly("id", "q");
    }

    @Test
    void leaves_out_what_an_optional_left_open() {
        PrometheusAction.Range action =
                new PrometheusAction.Range(
                        NAME,
                        template(Language.PROMQL, "up{a=\"{must}\"}"),
                        new Window(
                                template(Language.DURATION, "{since}"),
                                null,
                                template(Language.TIME, "{end}")),
                        null);

        assertThat(valid(render(tool(action, Effect.READ), "{}")))
                .isEqualTo(
                        new PrometheusRequest.Range(
                                NAME, "up{a=\"m\"}", new Span(null, null, null), null));
        assertThat(valid(render(tool(action, Effect.READ), "{'since': '1h', 'end': '5'}")))
                .isEqualTo(
                        new PrometheusRequest.Range(
                                NAME,
                                "up{a=\"m\"}",
                                new Span(Duration.ofHours(1), null, Instant.ofEpochSecond(5)),
                                null));
    }

    @ParameterizedTest
    @CsvSource({"5, 4, 1", "5, 5, 1", "4, 5, 0"})
    void refuses_a_window_that_ends_before_it_begins(String start, String end, int faults) {
        LokiAction.Labels action =
                new LokiAction.Labels(
                        NAME,
                        new Window(
                                null,
                                template(Language.TIME, "{start}"),
                                template(Language.TIME, "{end}")));

        assertThat(
                        render(
                                        tool(action, Effect.READ),
                                        "{'start': '" + start + "', 'end': '" + end + "'}")
                                .faultsFound())
                .hasSize(faults);
    }

    @Test
    void renders_a_silence_and_refuses_one_of_no_length() {
        AlertmanagerAction.Silence action =
                new AlertmanagerAction.Silence(
                        NAME,
                        List.of(valid(MatcherTemplate.parse("job=\"{must}\"", DECLARED))),
                        template(Language.DURATION, "{since}"),
                        template(Language.TEXT, "{q}"));

        assertThat(valid(render(tool(action, Effect.WRITE), "{'since': '1h', 'q': 'why'}")))
                .isEqualTo(
                        new AlertmanagerRequest.Silence(
                                NAME,
                                List.of(new Matcher("job", "m", false, true)),
                                Duration.ofHours(1),
                                "why"));
        assertThat(render(tool(action, Effect.WRITE), "{'since': '0', 'q': 'why'}").faultsFound())
                .hasSize(1);
        assertThat(render(tool(action, Effect.WRITE), "{}").faultsFound())
                .extracting(Fault::subject)
                .containsExactly("since", "q");
    }

    @Test
    void never_renders_a_command_without_a_target() {
        SsmAction.Commands action =
                new SsmAction.Commands(
                        NAME,
                        new SsmAction.Targets(
                                List.of(template(Language.SSM_TEXT, "{ids}")), Map.of()),
                        List.of(template(Language.SHELL, "df -h")),
                        new SsmAction.Run(null, null, null, null));

        assertThat(valid(render(tool(action, Effect.READ), "{'ids': ['i-1', 'i-2']}")))
                .isEqualTo(
                        new SsmRequest.Commands(
                                NAME,
                                new SsmRequest.Targets(List.of("i-1", "i-2"), Map.of()),
                                List.of("df -h"),
                                action.run()));
        assertThat(render(tool(action, Effect.READ), "{}").faultsFound()).hasSize(1);
        assertThat(render(tool(action, Effect.READ), "{'ids': []}").faultsFound()).hasSize(1);
        assertThat(render(tool(action, Effect.READ), "{'ids': ['i-{{ssm:x}}']}").faultsFound())
                .hasSize(1);
    }

    @Test
    void refuses_an_empty_tag_value_and_a_word_the_backend_does_not_know() {
        SsmAction.Inventory tagged =
                new SsmAction.Inventory(
                        NAME,
                        new SsmAction.Targets(
                                List.of(), Map.of("tag:a", template(Language.SSM_TEXT, "{must}"))));
        PrometheusAction.Targets targets =
                new PrometheusAction.Targets(NAME, template(Language.TEXT, "{must}"));

        assertThat(render(tool(tagged, Effect.READ), "{'must': ''}").faultsFound()).hasSize(1);
        assertThat(render(tool(targets, Effect.READ), "{'must': 'all'}").faultsFound()).hasSize(1);
        assertThat(valid(render(tool(targets, Effect.READ), "{'must': 'any'}")))
                .isEqualTo(new PrometheusRequest.Targets(NAME, "any"));
    }

    private static HttpAction http(String method, String url, @Nullable String body) {
        return new HttpAction(
                NAME,
                method,
                valid(UrlTemplate.parse(SecretText.plain(url), DECLARED)),
                List.of(new Backend.Header("X-Static", SecretText.plain("s"))),
                body == null ? null : valid(BodyTemplate.parse(json(body), DECLARED)),
                DECLARED,
                HttpAction.Response.TEXT,
                Duration.ofSeconds(1),
                TWICE,
                null);
    }

    private static HttpRequest http(HttpAction action, String arguments) {
        return (HttpRequest) valid(render(tool(action, Effect.READ), arguments));
    }

    private static Template template(Language language, String text) {
        return valid(Template.parse(language, text, DECLARED));
    }

    private static Tool tool(Action action, Effect effect) {
        return new Tool(
                new ToolName("t"), "", DECLARED, effect, action, Guard.NONE, ResultBudget.DEFAULT);
    }

    private static Checked<Request> render(Tool tool, String arguments) {
        String given =
                arguments.contains("'must'")
                        ? arguments
                        : arguments.equals("{}")
                                ? "{'must': 'm'}"
                                : arguments.substring(0, arguments.length() - 1) + ", 'must': 'm'}";
        return DECLARED.bind(json(given))
                .then(bound -> Renderer.render(tool, bound, name -> BACKEND));
    }

    private static JsonNode json(String text) {
        return JSON.readTree(text.replace('\'', '"'));
    }

    private static <T> T valid(Checked<T> checked) {
        assertThat(checked.faultsFound()).isEmpty();
        return ((Checked.Valid<T>) checked).value();
    }
}
