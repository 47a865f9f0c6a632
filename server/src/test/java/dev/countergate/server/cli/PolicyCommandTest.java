package dev.countergate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("long")
class PolicyCommandTest {
    private static final Path SAMPLES = Path.of("../samples/policy").toAbsolutePath().normalize();
    private static final Path MANUAL =
            Path.of("src/test/resources/dev/countergate/server/config").toAbsolutePath();

    @TempDir private Path folder;

    private final Map<String, String> environment = new HashMap<>();

    private record Outcome(int code, String out, String err) {
        JsonNode json() {
            return new JsonMapper().readTree(out);
        }
    }

    private Outcome run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        environment.putIfAbsent("HOME", folder.toString());
        int code =
                CommandTree.of(
                                new Console(
                                        environment,
                                        folder,
                                        new PrintStream(out, true, StandardCharsets.UTF_8),
                                        new PrintStream(err, true, StandardCharsets.UTF_8)))
                        .execute(arguments);
        return new Outcome(
                code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Outcome test(String cases) throws IOException {
        Files.writeString(folder.resolve("cases.yaml"), cases);
        return run("policy", "test", "cases.yaml", "--config", SAMPLES + "/tools.yaml");
    }

    private static String oneCase(String keys) {
        return "cases:\n"
                + "  - {name: it, call: restart_service, args: {service: a, environment: prod}, "
                + keys
                + "}\n";
    }

    @Test
    void the_sample_decides_as_its_cases_say() {
        Outcome outcome = run("policy", "test", SAMPLES + "/policy-tests.yaml");

        assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();
        assertThat(outcome.out())
                .endsWith("16 passed, 0 failed\n")
                .contains("ok    and two by night\n");
    }

    @Test
    void the_manuals_sample_decides_as_it_says_and_each_case_can_fail() throws IOException {
        manualsVariables();
        Path cases = MANUAL.resolve("sample-cases.yaml");
        Outcome outcome = run("policy", "test", cases.toString());
        assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();

        String turned =
                Files.readString(cases)
                        .replace("expect: permit", "expect: X")
                        .replace("expect: approve", "expect: permit")
                        .replace("expect: X", "expect: approve")
                        .replaceAll(", approvals: \\d", "");
        Files.writeString(folder.resolve("turned.yaml"), turned);
        JsonNode all =
                run(
                                "policy",
                                "test",
                                "turned.yaml",
                                "--json",
                                "--config",
                                MANUAL.resolve("sample.yaml").toString())
                        .json();
        assertThat(all.path("passed").intValue()).isZero();
        assertThat(all.path("failed").intValue()).isPositive();
    }

    @Test
    void the_manuals_rule_about_databases_forbids_them_in_production() throws IOException {
        manualsVariables();
        for (String name : List.of("sample.yaml", "their-config.yaml")) {
            Files.writeString(
                    folder.resolve(name),
                    Files.readString(MANUAL.resolve(name))
                            .replace("labels: {area: compute}", "labels: {area: database}"));
        }
        Files.writeString(
                folder.resolve("cases.yaml"),
                """
                catalogue: sample.yaml
                cases:
                  - {name: prod, call: restart_service, args: {service: a, environment: prod}, expect: forbid, rule: no-database-changes}
                  - {name: staging, call: restart_service, args: {service: a, environment: staging}, expect: approve, rule: ""}
                """);
        Outcome outcome = run("policy", "test", "cases.yaml");

        assertThat(outcome.out()).endsWith("2 passed, 0 failed\n");
    }

    private void manualsVariables() {
        environment.put("JIRA_TOKEN", "j");
        environment.put("OPS_WEBHOOK", "https://hooks.example.com/x/y?z");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            textBlock =
                    """
                    expect: approve                                                     | 0
                    expect: approve, approvals: 1                                       | 0
                    expect: approve, approvals: 1, rule: ""                             | 0
                    expect: permit                                                      | 1
                    expect: forbid                                                      | 1
                    expect: invalid                                                     | 1
                    expect: approve, approvals: 2                                       | 1
                    expect: approve, rule: wide                                         | 1
                    expect: approve, at: "2026-01-14T22:00:00Z"                         | 1
                    expect: approve, as: "unix:ana", at: "2026-01-14T22:00:00Z"         | 0
                    expect: approve, as: "unix:ana", approvals: 1, at: "2026-01-14T22:00:00Z" | 1
                    expect: forbid, code: FROZEN, frozen: incident                      | 0
                    expect: forbid, code: FORBIDDEN, frozen: incident                   | 1
                    expect: forbid, rule: wide, frozen: incident                        | 1
                    expect: approve, frozen: incident                                   | 1
                    expect: forbid, code: RATE_LIMITED, attempts: 20                    | 0
                    expect: forbid, code: RATE_LIMITED, attempts: [0, 20]               | 0
                    expect: forbid, code: RATE_LIMITED, attempts: [20]                  | 1
                    expect: forbid, code: TOO_MANY_TARGETS, targets: [a, b, c, d, e, f] | 0
                    expect: forbid, code: UNMAPPED_PERSON, targets: [a, b, c, d]        | 0
                    expect: approve, rule: wide, person: bo, targets: [a, b, c, d]      | 0
                    expect: approve, rule: wide, as: "unix:ana", person: "", targets: [a, b, c, d] | 1
                    expect: approve, rule: wide, targets: []                            | 1
                    """)
    void a_case_passes_only_where_all_it_says_holds(String keys, int code) throws IOException {
        Outcome outcome = test(oneCase(keys));

        assertThat(outcome.code()).as(outcome.out() + outcome.err()).isEqualTo(code);
        assertThat(outcome.out())
                .startsWith(code == 0 ? "ok    it\n" : "FAIL  it (line 2): expected ")
                .endsWith(code == 0 ? "1 passed, 0 failed\n" : "0 passed, 1 failed\n");
    }

    @Test
    void a_failure_says_what_was_expected_and_what_came_of_it() throws IOException {
        assertThat(test(oneCase("expect: permit, rule: staging-restarts")).out())
                .startsWith(
                        "FAIL  it (line 2): expected permit by staging-restarts, decided approve 1"
                                + " by no rule\n");
        assertThat(test(oneCase("expect: approve, frozen: incident 42")).out())
                .startsWith(
                        "FAIL  it (line 2): expected approve, decided forbid FROZEN by no rule:"
                                + " changes are frozen: incident 42\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            textBlock =
                    """
                    expect: maybe                               | cases.it.expect: must be one of
                    expect: permit, approvals: 1                | cases.it.approvals: goes with `expect: approve` only
                    expect: approve, code: FROZEN               | cases.it.code: goes with `expect: forbid` only
                    expect: forbid, code: FROZE                 | cases.it.code: must be one of
                    expect: approve, rule: wid                  | the catalogue has no rule `wid`: did you mean `wide`?
                    expect: approve, as: ana                    | cases.it.as: must be `unix:` or `token:` and a name
                    expect: approve, at: "yesterday"            | `yesterday` is not a time
                    expect: approve, at: 2026-01-01T00:00:00Z   | quote it to mean the text
                    expect: approve, mode: yolo                 | cases.it.mode: must be one of
                    expect: approve, attempts: -1               | cases.it.attempts: must be a whole number from 0
                    expect: approve, attempts: [1, 2, 3]        | the tool has 2 limits: give at most one number for each
                    expect: approve, approvals: 0               | cases.it.approvals: must be a whole number
                    expect: approve, target: [a]                | cases.it.target: there is no such key
                    expect: approve, frozen: true               | cases.it.frozen: must be a string
                    expect: approve, rule:                      | cases.it.rule: must be a string
                    expect: approve, person:                    | cases.it.person: must be a string
                    expect: approve, expect: permit             | the key `expect` stands here a second time
                    as: "unix:ana"                              | cases.it.expect: is missing
                    """)
    void a_faulty_file_is_told_with_its_places_and_nothing_is_run(String keys, String fault)
            throws IOException {
        Outcome outcome = test(oneCase(keys));

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(3);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains(fault);
        assertThat(outcome.err().lines())
                .allMatch(line -> line.matches(".*cases.yaml:\\d+:\\d+: .*"));
    }

    @Test
    void a_file_that_is_no_file_of_cases_is_told_so() throws IOException {
        for (String text : List.of("", "[]", "cases: []", "cases: {}", "tools: []", "{{", "null")) {
            assertThat(test(text).code()).as(text).isEqualTo(3);
        }
        Files.write(folder.resolve("bytes.yaml"), new byte[] {(byte) 0xC3, 0x28});
        assertThat(run("policy", "test", "bytes.yaml").err()).contains("is not text in UTF-8");
        assertThat(run("policy", "test", "none.yaml").err()).contains("cannot be read");
        assertThat(run("policy", "test", "none.yaml").code()).isEqualTo(3);
        assertThat(
                        test("""
                        cases:
                          - {name: a, call: restart, expect: permit}
                          - {name: a, call: "no tool", expect: permit}
                        """)
                                .err()
                                .lines())
                .hasSize(3);
    }

    @Test
    void a_faulty_catalogue_is_told_as_check_tells_it() throws IOException {
        Files.writeString(folder.resolve("broken.yaml"), "tools: 7\n");
        Files.writeString(
                folder.resolve("cases.yaml"),
                "catalogue: broken.yaml\ncases: [{name: a, call: b, expect: permit}]\n");
        Outcome outcome = run("policy", "test", "cases.yaml");

        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.err()).isEqualTo(run("check", "broken.yaml").err());
    }

    @Test
    void results_come_as_json_too() throws IOException {
        Files.writeString(folder.resolve("cases.yaml"), oneCase("expect: permit"));
        Outcome outcome =
                run("policy", "test", "cases.yaml", "--json", "--config", SAMPLES + "/tools.yaml");
        JsonNode json = outcome.json();

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(json.propertyNames())
                .containsExactly("file", "catalogue", "passed", "failed", "cases");
        JsonNode only = json.path("cases").path(0);
        assertThat(only.toString())
                .isEqualTo(
                        "{\"name\":\"it\",\"line\":2,\"passed\":false,\"expected\":\"permit\",\"decided\":"
                                + "{\"decision\":\"approve\",\"approvals\":1,\"reason\":\"\",\"rule\":null}}");
    }

    @Test
    void explain_shows_each_rule_and_the_decision() {
        Outcome outcome =
                explain(
                        "service=checkout",
                        "environment=staging",
                        "--as",
                        "unix:ana",
                        "--at",
                        "2026-01-14T11:00:00Z",
                        "--target",
                        "i-2",
                        "--target",
                        "i-1",
                        "--attempts",
                        "3");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .isEqualTo(
                        """
                        call         restart_service {"service":"checkout","environment":"staging"}
                        effect       write
                        mode         auto
                        environment  staging
                        principal    unix:ana
                        person       ana
                        at           2026-01-14T11:00:00Z
                        targets      i-1, i-2

                        RULE                     THEN     MATCHES
                        no-database-changes      forbid   no
                        nobody-watches-at-night  approve  no
                        wide                     approve  no
                        staging-restarts         permit   yes

                        where no rule matches: approve 1
                        limit: 3 per 1h by service, needs a person, 3 made
                        limit: 20 per 1d, forbids, 3 made
                        no permit spares a person: at its limit of 3 calls per 1h for the same `service`: 3 made
                        decision: approve 1 by no rule: at its limit of 3 calls per 1h for the same `service`: 3 made
                        """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    environment=staging                                            | permit  | staging-restarts
                    environment=staging --frozen incident                          | forbid  |
                    environment=staging --target a --target b --target c --target d | approve | wide
                    environment=prod --at 2026-01-14T11:00:00Z                     | approve |
                    environment=prod --at 2026-01-14T22:00:00Z                     | approve | nobody-watches-at-night
                    environment=prod --at 2026-01-14T22:00:00Z --as unix:bo        | forbid  | nobody-watches-at-night
                    environment=staging --attempts 20                              | forbid  |
                    """)
    void explain_decides_as_the_server_would(String arguments, String decision, String rule) {
        List<String> typed = new ArrayList<>(List.of("service=checkout", "--json"));
        typed.addAll(List.of(arguments.split(" ", -1)));
        if (!arguments.contains("--as")) {
            typed.addAll(List.of("--as", "unix:ana-agent"));
        }
        JsonNode json = explain(typed.toArray(String[]::new)).json();

        assertThat(json.path("decision").path("decision").asString("")).isEqualTo(decision);
        assertThat(json.path("decision").path("rule").asString("none"))
                .isEqualTo(rule == null ? "none" : rule);
        assertThat(json.propertyNames())
                .containsExactly(
                        "tool",
                        "effect",
                        "mode",
                        "environment",
                        "principal",
                        "person",
                        "at",
                        "arguments",
                        "request",
                        "rules",
                        "default",
                        "limits",
                        "withheld",
                        "decision");
    }

    @ParameterizedTest
    @CsvSource({
        "service=A environment=prod,      1",
        "environment=prod,                1",
        "service=a environment=prod x=1,  1",
        "service=a environment=prod x,    64",
        "service=a environment=prod --as ana,         64",
        "service=a environment=prod --at noon,        64",
        "service=a environment=prod --attempts -1,    64",
        "service=a environment=prod --attempts many,  64"
    })
    void explain_decides_nothing_about_what_is_no_call(String arguments, int code) {
        Outcome outcome = explain(arguments.strip().split(" "));

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(code);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).startsWith("countergate: ");
    }

    @Test
    void explain_knows_no_other_tools_and_needs_a_sound_catalogue() throws IOException {
        Outcome none = run("policy", "explain", "nothing", "--config", SAMPLES + "/tools.yaml");
        assertThat(none.code()).isEqualTo(64);
        assertThat(none.err()).contains("the catalogue has no tool `nothing`");
        Files.writeString(folder.resolve("tools.yaml"), "tools: 7\n");
        assertThat(run("policy", "explain", "nothing").code()).isEqualTo(3);
        assertThat(run("policy").code()).isEqualTo(64);
    }

    @Test
    void check_shows_whose_calls_each_rule_can_match() {
        Outcome outcome = run("check", SAMPLES + "/tools.yaml");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .contains(
                        """

                        RULE                     THEN     CAN MATCH
                        no-database-changes      forbid   restart_database
                        nobody-watches-at-night  approve  error_ratio, restart_service, restart_database
                        wide                     approve  restart_service, restart_database
                        staging-restarts         permit   restart_service
                        """);
        assertThat(
                        run("check", SAMPLES + "/tools.yaml", "--json")
                                .json()
                                .path("rules")
                                .path(3)
                                .toString())
                .isEqualTo(
                        "{\"id\":\"staging-restarts\",\"then\":\"permit\",\"tools\":[\"restart_service\"]}");
    }

    private Outcome explain(String... arguments) {
        List<String> all =
                new ArrayList<>(List.of("policy", "explain", "restart_service", "--config"));
        all.add(SAMPLES + "/tools.yaml");
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }
}
