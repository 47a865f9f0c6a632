package dev.countergate.policy.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.DeclaredParameter;
import dev.countergate.policy.parameter.ParameterType;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.secret.SecretText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@NullMarked
class UrlTemplateTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Parameters DECLARED =
            Parameters.of(
                    List.of(
                            DeclaredParameter.named("x").build(),
                            DeclaredParameter.named("p").required().build(),
                            DeclaredParameter.named("n").type(ParameterType.NUMBER).build(),
                            DeclaredParameter.named("with-dash").build(),
                            DeclaredParameter.named("o").type(ParameterType.OBJECT).build()));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "http://h/a/{x} | {'x': 'b'} | http://h/a/b",
                "HTTP://H:80/{x} | {'x': 'b'} | http://h/b",
                "https://h:443 | {} | https://h/",
                "http://h:80/{x} | {'x': 'a/b?c#d&e=f%2f'} | http://h/a%2Fb%3Fc%23d%26e%3Df%252f",
                "http://h/{x} | {'x': '-_.!~*()é \\ud83d\\ude00'} | http://h/-_.!~*()%C3%A9%20%F0%9F%98%80",
                "http://h/{x} | {'x': '\\r\\nHost: evil'} | http://h/%0D%0AHost%3A%20evil",
                "http://h/{x}/b | {} | http://h//b",
                "http://h/{x}/b | {'x': null} | http://h//b",
                "http://h/{x}/b | {'x': '...'} | http://h/.../b",
                "http://h/{x}.json | {'x': '..'} | http://h/...json",
                "http://h/{+p} | {'p': 'a/b c/d?e'} | http://h/a/b%20c/d%3Fe",
                "http://h/{n} | {'n': 1e21} | http://h/1e%2B21",
                "http://h/{o} | {'o': {'a': [1.0]}} | http://h/%7B%22a%22%3A%5B1%5D%7D",
                "http://h/{with-dash} | {'with-dash': 'v'} | http://h/v",
                "http://h/${x}/{x} | {'x': 'v'} | http://h/$%7Bx%7D/v",
                "http://h/a/../b/./c | {} | http://h/b/c",
                "http://h/a\\b c\"<>`^ | {} | http://h/a/b%20c%22%3C%3E%60%5E",
                "http://h/?q={x} | {'x': 'a&b=c+d\\u0027'} | http://h/?q=a%26b%3Dc%2Bd%27",
                "http://h/?q={x}&r=1#frag | {} | http://h/?q=&r=1",
                "http://h?{x}=1 | {'x': 'a=b'} | http://h/?a%3Db=1",
            })
    void renders_as_mcp_http_tools_does(String url, String arguments, String expected) {
        assertThat(render(url, arguments, Map.of())).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "http://h/a | {'k': 'v w'} | http://h/a?k=v+w",
                "http://h/a?k=1&b=%20c&k=2 | {'k': 'v'} | http://h/a?k=v&b=+c",
                "http://h/a?b | {'k': null} | http://h/a?b=&k=null",
                "http://h/a?b=~!'() | {'k': '~!*()'} | http://h/a?b=%7E%21%27%28%29&k=%7E%21*%28%29",
                "http://h/a? | {'k': {'b': [1, 2.0]}} | http://h/a?k=%7B%22b%22%3A%5B1%2C2%5D%7D",
                "http://h/a?&&b=%zz | {'k': true} | http://h/a?b=%25zz&k=true",
                "http://h/a?k=1 | {'k&l=m': 'é'} | http://h/a?k=1&k%26l%3Dm=%C3%A9",
            })
    void sets_query_parameters_as_url_search_params_does(
            String url, String query, String expected) {
        Map<String, JsonNode> set = new LinkedHashMap<>();
        json(query).properties().forEach(member -> set.put(member.getKey(), member.getValue()));

        assertThat(render(url, "{}", set)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "%2e", "%2E%2e", ".%2e", "%252e", "%252e%252E"})
    void refuses_a_value_that_would_step_through_the_path(String value) {
        Arguments arguments = Arguments.of(Map.of("x", JSON.getNodeFactory().stringNode(value)));

        assertThat(parse("http://h/a/{x}/b").render(arguments, Map.of()).faultsFound())
                .extracting(Fault::problem)
                .containsExactly("makes a `.` or `..` segment");
        assertThat(parse("http://h/a/?q={x}").render(arguments, Map.of()).faultsFound()).isEmpty();
    }

    @Test
    void refuses_two_values_that_make_a_step_together() {
        assertThat(
                        parse("http://h/{x}{p}/b")
                                .render(arguments("{'x': '.', 'p': '.'}"), Map.of())
                                .faultsFound())
                .hasSize(1);
        assertThat(parse("http://h/.{x}").render(arguments("{'x': '.'}"), Map.of()).faultsFound())
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a//b", "a/", "a/../b", ".", "%2e%2e/a", "../../etc"})
    void refuses_an_unsafe_spread_value(String value) {
        Arguments arguments = Arguments.of(Map.of("p", JSON.getNodeFactory().stringNode(value)));

        assertThat(parse("http://h/{+p}").render(arguments, Map.of()).faultsFound()).hasSize(1);
        assertThat(parse("http://h/?f={+p}").render(arguments, Map.of()).faultsFound()).hasSize(1);
        assertThat(
                        parse("http://h/?f={+p}")
                                .render(arguments, Map.of("k", json("1")))
                                .faultsFound())
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://{x}/a",
                "{x}://h/a",
                "http://h:{n}/",
                "http://{x}@h/",
                "{x}",
                "http://h{x}",
                "http://h/#{x}",
                "/relative/{x}",
                "ftp://h/{x}",
                "http:/h/{x}",
                "http:///{x}",
                "http://h:99999/",
                "http://h/{undeclared}",
                "http://h/{+x}",
                "http://h/{8}",
                "http://héé/",
                "http:\\\\h/a",
                "",
                "javascript:alert(1)",
                "http://h%2eevil/"
            })
    void refuses_a_url_whose_target_a_call_could_choose_or_that_has_none(String url) {
        assertThat(UrlTemplate.parse(SecretText.plain(url), DECLARED))
                .isInstanceOf(Checked.Invalid.class);
    }

    @Test
    void takes_secrets_as_values_and_never_shows_them() {
        SecretText url =
                SecretText.hidden(new Secret("BASE", "http://Host:8080/base"))
                        .plus(SecretText.plain("/{x}/"))
                        .plus(SecretText.hidden(new Secret("TOKEN", "t{x} &y")))
                        .plus(SecretText.plain("?k="))
                        .plus(SecretText.hidden(new Secret("KEY", "s&cr=t")));

        UrlTemplate template = valid(UrlTemplate.parse(url, DECLARED));
        SecretText asWritten = valid(template.render(arguments("{'x': 'v'}"), Map.of()));
        SecretText anew = valid(template.render(arguments("{'x': 'v'}"), Map.of("q", json("1"))));

        assertThat(template.origin()).hasToString("http://host:8080");
        assertThat(asWritten.reveal()).isEqualTo("http://host:8080/base/v/t%7Bx%7D%20&y?k=s&cr=t");
        assertThat(asWritten)
                .hasToString("http://host:8080/[secret BASE]/v/[secret TOKEN]?k=[secret KEY]");
        assertThat(anew.reveal()).endsWith("?k=s&cr=t&q=1");
        assertThat(anew.toString()).doesNotContain("cr=t").endsWith("&q=1");
    }

    private static UrlTemplate parse(String url) {
        return valid(UrlTemplate.parse(SecretText.plain(url), DECLARED));
    }

    private static String render(String url, String arguments, Map<String, JsonNode> query) {
        return valid(parse(url).render(arguments(arguments), query)).reveal();
    }

    private static Arguments arguments(String text) {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        json(text).properties().forEach(member -> values.put(member.getKey(), member.getValue()));
        return Arguments.of(values);
    }

    private static <T> T valid(Checked<T> checked) {
        assertThat(checked.faultsFound()).isEmpty();
        return ((Checked.Valid<T>) checked).value();
    }

    private static JsonNode json(String text) {
        return JSON.readTree(text.replace('\'', '"'));
    }
}
