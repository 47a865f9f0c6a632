package dev.countergate.server.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.token.BearerToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TokenCommandTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String TOOLS =
            "tools: [{name: get_one, url: \"http://x/1\"}, {name: put_one, url: \"http://x/1\", method: PUT}]\n";

    @TempDir private Path folder;

    private Typed run(String... line) {
        return Typed.run(folder, Map.of("HOME", folder.toString()), line);
    }

    @Test
    void what_it_prints_to_paste_lets_the_token_in() throws Exception {
        Typed added = run("token", "add", "ci", "--person", "ana");
        assertThat(added.code()).isZero();
        String token = added.out().lines().findFirst().orElseThrow();
        String entry =
                added.out()
                        .substring(
                                added.out().indexOf("  - person"),
                                added.out().indexOf("With `tools"));
        Files.writeString(folder.resolve("tools.yaml"), TOOLS + "principals:\n" + entry);

        JsonNode listed = JSON.readTree(run("token", "list", "--json").out());
        assertThat(listed.path(0).path("principal").asString()).isEqualTo("token:ci");
        assertThat(listed.path(0).path("person").asString()).isEqualTo("ana");
        assertThat(entry).contains(BearerToken.parse(token).orElseThrow().digest().hex());
        assertThat(entry).doesNotContain(token);
    }

    @Test
    void json_holds_the_same_and_is_an_entry_as_it_is() throws Exception {
        JsonNode added = JSON.readTree(run("token", "add", "ci", "--json").out());
        assertThat(BearerToken.parse(added.path("token").asString()).orElseThrow().digest().hex())
                .isEqualTo(added.path("sha256").asString());
        Files.writeString(
                folder.resolve("tools.yaml"), TOOLS + "principals: [" + added.path("entry") + "]");

        Typed listed = run("token", "list");
        assertThat(listed.code()).isZero();
        assertThat(listed.out()).containsPattern("token:ci +- +all +- +-");
    }

    @Test
    void no_two_are_the_same() {
        String one = run("token", "add", "ci").out().substring(0, 53);
        assertThat(run("token", "add", "ci").out()).doesNotContain(one);
    }

    @Test
    void check_and_list_say_what_each_may_do() throws Exception {
        Files.writeString(
                folder.resolve("tools.yaml"),
                TOOLS
                        + """
                        principals:
                          - {unix: guest, tools: []}
                          - person: ana
                            tokens: [{name: ci, sha256: "%s", expires: "2030-01-31T13:00:00+01:00"}]
                            tools: [get_*]
                            limits: [{calls: 60, per: 1h}, {calls: 5, per: 1m}]
                        """
                                .formatted("a".repeat(64)));
        Typed checked = run("check");
        assertThat(checked.out())
                .containsPattern("unix:guest +- +none +- +-")
                .containsPattern(
                        "token:ci +ana +get_one +60 per 1h, 5 per 1m +2030-01-31T12:00:00Z")
                .doesNotContain("aaaa");
        JsonNode json = JSON.readTree(run("check", "--json").out()).path("principals");
        assertThat(json.path(0).path("tools")).isEmpty();
        assertThat(json.path(1).toString())
                .isEqualTo(
                        "{\"principal\":\"token:ci\",\"person\":\"ana\",\"tools\":[\"get_one\"],"
                                + "\"limits\":[{\"calls\":60,\"per_seconds\":3600.0},"
                                + "{\"calls\":5,\"per_seconds\":60.0}],"
                                + "\"expires\":\"2030-01-31T12:00:00Z\"}");
        assertThat(run("token", "list").out()).contains("token:ci").doesNotContain("guest");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "9lives", "a:b", "a\"}]", "a\nb", "-x", "é", "a,b", "{a}"})
    void a_name_the_catalogue_would_not_take_is_wrong_usage(String name) {
        Typed wrong = run("token", "add", "--", name);
        assertThat(wrong.code()).isEqualTo(64);
        assertThat(wrong.out()).doesNotContain("cgt_");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a b", "_ana", "a:b", "a\"}]", "a\nb", "-x", "é", "a,b", "{a}", "@b"})
    void a_person_the_catalogue_would_not_take_is_wrong_usage(String name) {
        Typed wrong = run("token", "add", "ci", "--person=" + name);
        assertThat(wrong.code()).isEqualTo(64);
        assertThat(wrong.out()).doesNotContain("cgt_");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ana", "ana@example.com", "9lives", "1e5", "2026-01-01", "0x1f", "a+b-"})
    void the_catalogue_takes_the_entry_of_every_person_a_key_can_be_enrolled_for(String name)
            throws Exception {
        String entry =
                run("token", "add", "ci", "--person", name)
                        .out()
                        .lines()
                        .filter(line -> line.startsWith("  "))
                        .collect(joining("\n"));
        Files.writeString(folder.resolve("tools.yaml"), TOOLS + "principals:\n" + entry);

        Typed listed = run("token", "list", "--json");
        assertThat(listed.err()).isEmpty();
        assertThat(JSON.readTree(listed.out()).path(0).path("person").asString()).isEqualTo(name);
    }

    @Test
    void no_agent_gets_to_see_one() {
        Map<String, String> environment = new HashMap<>(Map.of("HOME", folder.toString()));
        environment.put("CLAUDECODE", "1");
        Typed refused = Typed.run(folder, environment, "token", "add", "ci");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.out()).doesNotContain("cgt_");
    }

    @Test
    void explain_says_that_a_tool_is_kept_from_who_would_call() throws Exception {
        Files.writeString(
                folder.resolve("tools.yaml"),
                TOOLS
                        + "principals: [{tokens: [{name: ci, sha256: \""
                        + "a".repeat(64)
                        + "\"}], tools: [get_one]}]");

        Typed kept = run("policy", "explain", "put_one", "--as", "token:ci");
        assertThat(kept.code()).isEqualTo(1);
        assertThat(kept.err()).contains("`token:ci` is answered that there is no tool `put_one`");
        assertThat(run("policy", "explain", "get_one", "--as", "token:ci").code()).isZero();
        assertThat(run("policy", "explain", "put_one", "--as", "unix:ana").code()).isZero();
    }

    @Test
    void says_that_there_are_none_and_what_is_wrong() throws Exception {
        Files.writeString(folder.resolve("tools.yaml"), TOOLS);
        assertThat(run("token", "list").out()).contains("no tokens").contains("token add NAME");
        Files.writeString(folder.resolve("tools.yaml"), TOOLS + "principals: [{tokens: []}]");
        assertThat(run("token", "list").code()).isEqualTo(3);
        assertThat(run("token").code()).isEqualTo(64);
    }
}
