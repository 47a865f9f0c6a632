package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Digests;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogueDigestsTest {
    private static final String CATALOGUE =
            """
            backends:
              metrics: {type: prometheus, url: "${METRICS:-http://localhost:9090}"}
              fleet: {type: ssm, region: "${REGION}", environment: prod}
              jira: {type: http, url: "https://jira.example.com", auth: {bearer_env: TOKEN}, headers: {X-Team: ops}}
            tools:
              - name: error_ratio
                params: [{name: service, pattern: "[a-z]+", required: true}]
                prometheus: {backend: metrics, instant: 'sum(up{job="{service}"})'}
              - name: restart
                description: restarts it
                params: [{name: service, pattern: "[a-z]+", required: true}]
                ssm: {backend: fleet, targets: {"tag:service": "{service}"}, commands: ["systemctl restart {service}"], max_concurrency: 1, max_errors: 0}
              - name: start
                params: [{name: service, pattern: "[a-z]+", required: true}]
                ssm: {backend: fleet, targets: {"tag:service": "{service}"}, commands: ["systemctl start {service}"], max_concurrency: 1, max_errors: 0}
              - name: comment
                effect: write
                method: POST
                params: [{name: text, required: true}]
                url: /rest/issue
                backend: jira
                headers: {X-Key: "key ${KEY}"}
                body: {text: "{text}", weight: 1.5}
              - name: elsewhere
                url: "https://${KEY}@api.example.com/${PART}?q=1"
            guards:
              restart:
                risk: high
                labels: {area: compute}
                limits: [{calls: 3, per: 1h}]
                require: [{tool: error_ratio, args: {service: "{service}"}, expect: "value > 1.0"}]
                undo: {tool: start, args: {service: "{service}"}}
            policy:
              mode: propose
              notify: [{on: [outcome], url: "https://hooks.example.com/${HOOK}"}]
              rules: [{id: a, then: forbid, when: 'args.service == "db"'}]
            principals: [{person: ana, unix: [ana]}]
            """;

    private static Catalogues given(String yaml) {
        return Catalogues.of(yaml)
                .variable("REGION", "eu-west-1")
                .variable("TOKEN", "t-1")
                .variable("KEY", "k-1")
                .variable("PART", "p-1")
                .variable("HOOK", "h-1");
    }

    private static Digests digests(Catalogue catalogue, String tool) {
        return catalogue.digests(new ToolName(tool));
    }

    private static String edited(String from, String to) {
        assertThat(CATALOGUE).contains(from);
        return CATALOGUE.replace(from, to);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "mode: propose ~ 'mode': \"propose\" # as before",
                "risk: high ~ 'risk': !!str high",
                "[{calls: 3, per: 1h}] ~ [{per: 1h, calls: 0x3}]",
                "{area: compute} ~ {\"area\": 'compute'}",
                "type: ssm, region: ~ environment: prod, type: ssm, region:",
                "environment: prod ~ timeout:",
                "${REGION} ~ eu-west-1",
                "${METRICS:-http://localhost:9090} ~ http://localhost:9090",
                "${METRICS:-http://localhost:9090} ~ HTTP://LOCALHOST:9090",
                "https://jira.example.com ~ https://jira.example.com:443",
                "${PART}?q=1 ~ ${PART}${NONE:-}?q=1",
                "\"key ${KEY}\" ~ '${WORD:-key} ${KEY}'",
            })
    void another_text_of_the_same_meaning_has_the_same_digests(String from, String to) {
        // One row moves a member instead of writing it anew: it leaves where it stood.
        String before = to.equals("timeout:") ? edited(", environment: prod", "") : CATALOGUE;
        String after =
                to.equals("timeout:")
                        ? edited(", environment: prod", ", timeout: ")
                        : to.startsWith("environment: prod,")
                                ? edited(", environment: prod", "").replace(from, to)
                                : edited(from, to);

        Catalogue one = given(before).catalogue();
        Catalogue other = given(after).catalogue();

        one.tools()
                .forEach(
                        tool ->
                                assertThat(other.digests(tool.name()))
                                        .as(tool.name().value())
                                        .isEqualTo(one.digests(tool.name())));
        assertThat(other.digest()).isEqualTo(one.digest());
    }

    @Test
    void the_file_an_entry_stands_in_does_not_count() {
        int tools = CATALOGUE.indexOf("tools:");
        int guards = CATALOGUE.indexOf("guards:");
        int policy = CATALOGUE.indexOf("policy:");
        Catalogue whole = given(CATALOGUE).catalogue();
        Catalogue parts =
                given("include: [sub/backends.yaml, tools.yaml]\n" + CATALOGUE.substring(policy))
                        .file("sub/backends.yaml", CATALOGUE.substring(0, tools))
                        .file(
                                "tools.yaml",
                                "include: [guards.yaml]\n" + CATALOGUE.substring(tools, guards))
                        .file("guards.yaml", CATALOGUE.substring(guards, policy))
                        .catalogue();

        assertThat(parts.digest()).isEqualTo(whole.digest());
        assertThat(digests(parts, "restart")).isEqualTo(digests(whole, "restart"));
    }

    @Test
    void a_guard_inside_its_tool_means_the_same_as_one_beside_it() {
        String guard = "{risk: high, labels: {area: compute}}";
        String tool = "{name: a, url: 'https://x/', method: POST";

        Catalogue beside =
                Catalogues.of("tools: [" + tool + "}]\nguards: {a: " + guard + "}").catalogue();
        Catalogue inside =
                Catalogues.of("tools: [" + tool + ", guard: " + guard + "}]").catalogue();

        assertThat(inside.digests(new ToolName("a"))).isEqualTo(beside.digests(new ToolName("a")));
    }

    /** What changes: t the tool's digest, g its guard's, b its backends'; of each tool, in the order of the file. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "systemctl restart ~ systemctl  restart                                    ~"
                        + " restart:t",
                "restarts it ~ restarts that                                               ~"
                        + " restart:t",
                "systemctl start ~ systemctl begin                                         ~"
                        + " start:t restart:g",
                "sum(up ~ max(up                                                           ~"
                        + " error_ratio:t restart:g",
                "restart {service}\"], max_concurrency: 1 ~ restart {service}\"], max_concurrency:"
                        + " 2  ~ restart:t",
                "weight: 1.5 ~ weight: 1.50001                                             ~"
                        + " comment:t",
                "weight: 1.5 ~ weight: '1.5'                                               ~"
                        + " comment:t",
                "key ${KEY} ~ key ${PART}                                                  ~"
                        + " comment:t",
                "key ${KEY} ~ key[secret KEY]                                              ~"
                        + " comment:t",
                "/rest/issue ~ /rest/issues                                                ~"
                        + " comment:t",
                "https://${KEY}@api ~ https://${PART}@api                                  ~"
                        + " elsewhere:t",
                "https://${KEY}@api ~ https://api                                          ~"
                        + " elsewhere:t",
                "api.example.com/${PART} ~ api.example.com/${KEY}                          ~"
                        + " elsewhere:t",
                "api.example.com/${PART} ~ api.example.org/${PART}                         ~"
                        + " elsewhere:tb",
                "https://${KEY}@api ~ http://${KEY}@api                                    ~"
                        + " elsewhere:tb",
                "risk: high ~ risk: low                                                    ~"
                        + " restart:g",
                "calls: 3 ~ calls: 4                                                       ~"
                        + " restart:g",
                "value > 1.0 ~ value > 1.1                                                 ~"
                        + " restart:g",
                "http://localhost:9090 ~ http://localhost:9091                             ~"
                        + " error_ratio:b restart:g",
                "environment: prod ~ environment: staging                                  ~"
                        + " restart:gb start:b",
                "bearer_env: TOKEN ~ bearer_env: KEY                                       ~"
                        + " comment:b",
                "X-Team: ops ~ X-Team: dev                                                 ~"
                        + " comment:b",
                "mode: propose ~ mode: auto                                                ~ ``",
            })
    void another_meaning_has_another_digest(String from, String to, String changed) {
        Catalogue before = given(CATALOGUE).catalogue();
        Catalogue after = given(edited(from.strip(), to.strip())).catalogue();

        String told =
                before.tools().stream()
                        .map(tool -> tool.name().value())
                        .map(
                                name ->
                                        name
                                                + ":"
                                                + changes(
                                                        digests(before, name),
                                                        digests(after, name)))
                        .filter(each -> !each.endsWith(":"))
                        .sorted()
                        .reduce((one, other) -> one + " " + other)
                        .orElse("");
        assertThat(told).isEqualTo(sorted(changed));
        assertThat(after.digest()).isNotEqualTo(before.digest());
    }

    private static String sorted(String words) {
        return String.join(" ", List.of(words.strip().split(" ", -1)).stream().sorted().toList());
    }

    private static String changes(Digests before, Digests after) {
        return (before.tool().equals(after.tool()) ? "" : "t")
                + (before.guard().equals(after.guard()) ? "" : "g")
                + (before.backends().equals(after.backends()) ? "" : "b");
    }

    @Test
    void a_value_from_the_environment_counts_where_it_shows_and_a_secret_does_not() {
        Catalogue before = given(CATALOGUE).catalogue();

        Catalogue region = given(CATALOGUE).variable("REGION", "eu-west-2").catalogue();
        assertThat(digests(region, "start").backends())
                .isNotEqualTo(digests(before, "start").backends());
        Catalogue origin = given(CATALOGUE).variable("METRICS", "http://evil").catalogue();
        assertThat(digests(origin, "error_ratio").backends())
                .isNotEqualTo(digests(before, "error_ratio").backends());
        Catalogue secrets =
                given(CATALOGUE)
                        .variable("TOKEN", "t-2")
                        .variable("KEY", "k-2")
                        .variable("PART", "p-2")
                        .variable("HOOK", "h-2")
                        .catalogue();
        assertThat(secrets.digest()).isEqualTo(before.digest());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mode: auto",
                "notify: [{on: [outcome], url: 'https://hooks.example.org/${HOOK}'}]",
                "notify: [{on: [outcome], url: 'https://hooks.example.com/${KEY}'}]",
                "rules: []",
            })
    void the_digest_of_the_whole_knows_the_policy(String member) {
        String name = member.substring(0, member.indexOf(':') + 1);
        String line =
                CATALOGUE
                        .lines()
                        .filter(each -> each.strip().startsWith(name))
                        .findFirst()
                        .orElseThrow();

        assertThat(given(edited(line, "  " + member)).catalogue().digest())
                .isNotEqualTo(given(CATALOGUE).catalogue().digest());
    }

    @Test
    void a_file_of_the_same_name_in_another_folder_is_another_secret() {
        String tool = "tools: [{name: a, url: 'https://x/', headers: {X-Key: '${file:key}'}}]";
        Catalogue here = Catalogues.of(tool).file("key", "k").catalogue();
        Catalogue there =
                Catalogues.of("include: [sub/c.yaml]")
                        .file("sub/c.yaml", tool)
                        .file("sub/key", "k")
                        .catalogue();

        assertThat(digests(there, "a").tool()).isNotEqualTo(digests(here, "a").tool());
    }

    @Test
    void a_backend_left_out_counts_by_the_one_it_comes_to() {
        String tools = "\ntools: [{name: a, prometheus: {alerts: true}}]";
        Catalogue one =
                Catalogues.of("backends: {m: {type: prometheus, url: 'http://x'}}" + tools)
                        .catalogue();
        Catalogue other =
                Catalogues.of("backends: {n: {type: prometheus, url: 'http://x'}}" + tools)
                        .catalogue();

        assertThat(digests(other, "a").tool()).isNotEqualTo(digests(one, "a").tool());
    }

    /** A header may be named as a key of another block is, so that two texts stand under one path. */
    @Test
    void two_texts_of_one_path_do_not_hide_each_other() {
        String yaml =
                """
                backends:
                  a: {type: http, url: 'https://a.example', headers: {url: &u 'https://%s/'}}
                  a.headers: {type: http, url: *u}
                tools:
                  - {name: t, backend: a, url: /x}
                  - {name: u, backend: a.headers, url: /x}
                """;
        Catalogue before =
                Catalogues.of(yaml.formatted("${HOST}")).variable("HOST", "h").catalogue();
        Catalogue after =
                Catalogues.of(yaml.formatted("${HOST}")).variable("HOST", "i").catalogue();

        assertThat(digests(after, "u").backends()).isNotEqualTo(digests(before, "u").backends());
    }
}
