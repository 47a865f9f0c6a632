package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.revision.Difference;
import dev.countergate.policy.revision.Judgement;
import dev.countergate.policy.revision.Revision;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each row is an edit of this catalogue: what stands there, what takes its place, and the lines that come of it. */
@Tag("long")
class CatalogueRevisionTest {
    static final String CATALOGUE =
            """
            backends:
              metrics: {type: prometheus, url: "${METRICS:-http://metrics:9090}"}
              alerts: {type: alertmanager, url: "http://alerts:9093"}
              fleet: {type: ssm, region: eu-west-1, environment: prod}
              jira: {type: http, url: "https://jira.example.com", auth: {bearer_env: TOKEN}, limits: {concurrency: 4}}
            tools:
              - name: error_ratio
                description: how many fail
                params: [{name: service, pattern: "[a-z]+", required: true}]
                prometheus: {backend: metrics, instant: 'sum(up{job="{service}"})'}
              - name: memory
                params: [{name: service, pattern: "[a-z]+", required: true}]
                prometheus: {backend: metrics, instant: 'mem{job="{service}"}'}
              - name: wiki
                params: [{name: page, pattern: "[a-z]+", required: true}]
                url: "https://wiki.example.com/pages/{page}?key=${WIKI}"
                headers: {Accept: text/plain}
              - name: restart
                description: restarts it
                params: [{name: service, enum: [web, db], required: true}, {name: minutes, type: integer, minimum: 5, maximum: 60, default: 5}]
                ssm: {backend: fleet, targets: {"tag:service": "{service}"}, commands: ["systemctl restart {service} --wait={minutes}"], max_concurrency: 1, max_errors: 0}
              - name: start
                params: [{name: service, enum: [web, db], required: true}]
                ssm: {backend: fleet, targets: {"tag:service": "{service}"}, commands: ["systemctl start {service}"], max_concurrency: 1, max_errors: 0}
              - name: comment
                effect: notify
                method: POST
                params: [{name: text, required: true}]
                url: /rest/comment
                backend: jira
                body: {text: "{text}"}
              - name: disk
                effect: read
                ssm: {backend: fleet, instances: [i-0123456789abcdef0], commands: [df]}
              - name: guarded_get
                effect: write
                url: "https://admin.example.com/switch"
              - name: banned
                effect: forbidden
                url: "https://vault.example.com/list"
            guards:
              restart:
                risk: high
                reversible: false
                labels: {area: compute, team: ops}
                limits: [{calls: 3, per: 1h, by: [service]}]
                targets: {max: 5}
                require: [{tool: error_ratio, args: {service: "{service}"}, expect: "value > 1.0", reason: why}]
                verify: {tool: error_ratio, args: {service: "{service}"}, expect: "value < 1.0", within: 12m}
                undo: {tool: start, args: {service: "{service}"}}
                approvals: {count: 2, expires: 30m, other_person: true, verification: true}
                after_failure: 20m
                settle: 10m
              guarded_get: {limits: [{calls: 9, per: 1h, over: forbid}]}
            runbooks: runbooks
            principals: [{person: ana, unix: [ana, ana-agent]}]
            policy:
              mode: propose
              separation: S1
              max_open_proposals: 10
              breaker: {failures: 3, within: 10m}
              notify: [{on: [proposed], url: "https://hooks.example.com/${HOOK}"}]
              rules:
                - {id: no-db, then: forbid, when: 'tool.name == "restart" && args.service == "db"', reason: rota}
                - {id: wide, then: approve, approvals: 2, when: 'tool.labels.area == "compute" && size(request.targets) > 3'}
                - {id: web, then: permit, when: 'tool.name == "start" && args.service == "web"'}
                - {id: odd, then: permit, when: 'args.minutes > 30'}
            """;

    static Catalogues given(String yaml) {
        return Catalogues.of(yaml)
                .folder("runbooks")
                .folder("elsewhere")
                .variable("TOKEN", "t-1")
                .variable("KEY", "k-1")
                .variable("WIKI", "w-1")
                .variable("HOOK", "h-1");
    }

    static Revision between(String before, String after) {
        return Revision.between(given(before).catalogue(), given(after).catalogue());
    }

    static String edited(String text, String from, String to) {
        assertThat(text).contains(from);
        return text.replace(from, to);
    }

    private static List<Difference> differences(String from, String to) {
        return between(CATALOGUE, edited(CATALOGUE, text(from), text(to))).differences();
    }

    private static String text(String cell) {
        return cell.equals("nothing") ? "" : cell.replace("NEWLINE", "\n  ").replace("@@", "\n");
    }

    private static List<Judgement> judgements(List<Difference> differences) {
        return differences.stream().map(Difference::judgement).distinct().toList();
    }

    /** Without this rule's sight of all reads, which a permit that may fail has. */
    private static final String UNRULED = "{id: odd, then: permit, when: 'args.minutes > 30'}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                // What is sent.
                "systemctl restart ~ systemctl stop",
                "max_errors: 0}@@  - name: start ~ max_errors: 1}@@  - name: start",
                "commands: [df] ~ commands: [du]",
                "backend: fleet, targets: {\"tag:service\": \"{service}\"}, commands: [\"systemctl start ~ backend: fleet, targets: {\"tag:other\": \"{service}\"}, commands: [\"systemctl start ",
                "url: /rest/comment ~ url: /rest/other",
                "method: POST ~ method: PUT",
                "body: {text: \"{text}\"} ~ body: {text: \"{text}\", more: 1}",
                "https://admin.example.com/switch ~ https://admin.example.com/other",
                "/pages/{page} ~ /{page}",
                // Effects.
                "effect: write ~ effect: read",
                "effect: forbidden ~ effect: read",
                "effect: notify ~ effect: read",
                "effect: forbidden@@    url: \"https://vault.example.com/list ~ url: \"https://vault.example.com/list",
                // Parameters.
                "enum: [web, db], required: true}, {name: minutes ~ enum: [web, db, dns], required: true}, {name: minutes",
                "enum: [web, db], required: true}, {name: minutes ~ pattern: \"[a-z]+\", required: true}, {name: minutes",
                "maximum: 60 ~ maximum: 61",
                "maximum: 60, ~ nothing",
                "minimum: 5 ~ minimum: 4",
                "default: 5}] ~ default: 6}]",
                // Guards.
                "risk: high ~ risk: moderate",
                "risk: high ~ nothing",
                "reversible: false ~ reversible: true",
                "reversible: false ~ nothing",
                "reversible: false ~ accepts_loss: all of it",
                "area: compute ~ area: other",
                "calls: 3 ~ calls: 4",
                "per: 1h, by ~ per: 59m, by",
                "calls: 3, per: 1h, by: [service] ~ calls: 3, per: 1h, by: [service, minutes]",
                "calls: 3, per: 1h, by: [service] ~ calls: 3, per: 1h",
                "limits: [{calls: 3, per: 1h, by: [service]}] ~ nothing",
                "over: forbid ~ over: approve",
                "max: 5} ~ max: 6}",
                "targets: {max: 5} ~ nothing",
                "value > 1.0 ~ value > 0.9",
                "value > 1.0 ~ value > 1.1",
                "require: [{tool: error_ratio ~ require: [{tool: memory",
                "require: [{tool: error_ratio, args: {service: \"{service}\"}, expect: \"value > 1.0\", reason: why}] ~ nothing",
                "value < 1.0 ~ value < 2.0",
                "within: 12m ~ within: 13m",
                "within: 12m ~ within: 12m, every: 5m",
                "verify: {tool: error_ratio ~ verify: {tool: memory",
                "undo: {tool: start, args: {service: \"{service}\"}} ~ nothing",
                "undo: {tool: start, args: {service: \"{service}\"}} ~ undo: {tool: start, args: {service: web}}",
                "count: 2 ~ count: 1",
                "expires: 30m ~ expires: 31m",
                "expires: 30m, ~ nothing",
                "other_person: true ~ other_person: false",
                "verification: true ~ verification: false",
                ", verification: true ~ nothing",
                ", other_person: true ~ nothing",
                "approvals: {count: 2, expires: 30m, other_person: true, verification: true} ~ approvals: {count: 3, expires: 2h, other_person: true, verification: true}",
                "after_failure: 20m ~ after_failure: 19m",
                "after_failure: 20m ~ nothing",
                "settle: 10m ~ settle: 9m",
                "settle: 10m ~ nothing",
                "risk: high ~ risk: highNEWLINE  environment: prod",
                "risk: high ~ risk: highNEWLINE  accepts_loss: all",
                // Policy.
                "mode: propose ~ mode: auto",
                "separation: S1 ~ separation: S0",
                "separation: S1 ~ nothing",
                "max_open_proposals: 10 ~ max_open_proposals: 11",
                "max_open_proposals: 10 ~ nothing",
                "failures: 3 ~ failures: 4",
                "within: 10m} ~ within: 9m}",
                "breaker: {failures: 3, within: 10m} ~ breaker: {failures: 2, within: 5m}",
                "hooks.example.com ~ hooks.example.org",
                "hooks.example.com/${HOOK} ~ hooks.example.com/${WIKI}",
                "on: [proposed] ~ on: [outcome]",
                "notify: [{on: [proposed], url: \"https://hooks.example.com/${HOOK}\"}] ~ notify: []",
                "then: forbid ~ then: approve",
                "then: approve, approvals: 2 ~ then: permit",
                "approvals: 2, when ~ when",
                "== \"db\"' ~ == \"dns\"'",
                "== \"db\"' ~ == \"db\" || true'",
                "== \"web\"' ~ == \"web\" && false'",
                "- {id: no-db, then: forbid, when: 'tool.name == \"restart\" && args.service == \"db\"', reason: rota} ~ nothing",
                "- {id: odd, then: permit, when: 'args.minutes > 30'} ~ nothing",
                "id: no-db ~ id: no-database",
                "rules: ~ rules:NEWLINE  - {id: new, then: permit, when: 'false'}",
                // Who is who.
                "ana-agent] ~ ana-agent, bob]",
                "unix: [ana, ana-agent] ~ unix: [ana]",
                "person: ana ~ person: bob",
                // Runbooks.
                "runbooks: runbooks ~ runbooks: elsewhere",
                // Backends.
                "http://metrics:9090 ~ http://metrics:9091",
                "http://metrics:9090 ~ http://metrics:9090/other",
                "http://alerts:9093 ~ http://ana:secret@alerts:9093",
                "https://jira ~ http://jira",
                "bearer_env: TOKEN ~ bearer_env: KEY",
                "concurrency: 4 ~ concurrency: 5",
                "limits: {concurrency: 4} ~ limits: {concurrency: 4, response_bytes: 20000000}",
                "limits: {concurrency: 4} ~ limits: {concurrency: 4}, timeout: 5s",
                "region: eu-west-1 ~ region: us-east-1",
                "region: eu-west-1 ~ region: eu-west-1, role_arn: \"arn:aws:iam::1:role/x\"",
                "environment: prod ~ environment: staging",
                "backends: ~ backends:NEWLINEmore: {type: loki, url: \"http://metrics:9090\"}",
                // New tools.
                "tools: ~ tools:NEWLINE- {name: n, url: \"https://wiki.example.com/x\", method: POST}",
                "tools: ~ tools:NEWLINE- {name: n, url: \"https://wiki.example.com/x\", method: POST, effect: read}",
                "tools: ~ tools:NEWLINE- {name: n, url: \"https://wiki.example.com/x\", method: POST, effect: notify}",
                "tools: ~ tools:NEWLINE- {name: n, ssm: {backend: fleet, instances: [i-0123456789abcdef0], commands: [reboot]}, effect: read}",
                "tools: ~ tools:NEWLINE- {name: n, alertmanager: {expire: \"00000000-0000-0000-0000-000000000000\"}}",
            })
    void holds_what_could_loosen(String from, String to) {
        List<Difference> differences = differences(from, to);

        assertThat(differences).isNotEmpty();
        assertThat(judgements(differences)).as("%s", differences).contains(Judgement.LOOSENS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "effect: notify ~ effect: write",
                "effect: notify ~ effect: forbidden",
                "effect: write ~ effect: forbidden",
                "enum: [web, db], required: true}, {name: minutes ~ enum: [web], required: true}, {name: minutes",
                "maximum: 60 ~ maximum: 59",
                "risk: high ~ risk: critical",
                "calls: 3 ~ calls: 2",
                "per: 1h, by ~ per: 2h, by",
                "calls: 3, per: 1h, by: [service] ~ calls: 3, per: 1h, by: [service], over: forbid",
                "limits: [{calls: 3 ~ limits: [{calls: 1, per: 1m}, {calls: 3",
                "max: 5} ~ max: 4}",
                "require: [ ~ require: [{tool: memory, args: {service: web}, expect: \"value < 1.0\"}, ",
                "count: 2 ~ count: 3",
                "expires: 30m ~ expires: 29m",
                "after_failure: 20m ~ after_failure: 21m",
                "settle: 10m ~ settle: 11m",
                "mode: propose ~ mode: observe",
                "separation: S1 ~ separation: S2",
                "max_open_proposals: 10 ~ max_open_proposals: 9",
                "failures: 3 ~ failures: 2",
                "within: 10m} ~ within: 11m}",
                "then: approve, approvals: 2 ~ then: forbid",
                "approvals: 2, when ~ approvals: 3, when",
                "id: web, then: permit ~ id: web, then: approve",
                "- {id: web, then: permit, when: 'tool.name == \"start\" && args.service == \"web\"'} ~ nothing",
                "rules: ~ rules:NEWLINE  - {id: new, then: forbid, when: 'true'}",
                "rules: ~ rules:NEWLINE  - {id: new, then: approve, when: 'args.minutes > 10'}",
                "concurrency: 4 ~ concurrency: 3",
                "limits: {concurrency: 4} ~ limits: {concurrency: 4, response_bytes: 1024}",
                "runbooks: runbooks@@ ~ nothing",
                "- name: comment@@    effect: notify@@    method: POST@@    params: [{name: text, required: true}]@@    url: /rest/comment@@    backend: jira@@    body: {text: \"{text}\"} ~ nothing",
            })
    void loads_at_once_what_only_tightens(String from, String to) {
        List<Difference> differences = differences(from, to);

        assertThat(judgements(differences))
                .as("%s", differences)
                .containsExactly(Judgement.TIGHTENS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "description: restarts it ~ description: restarts that",
                "description: how many fail ~ nothing",
                "reason: why ~ reason: because",
                "reason: rota ~ reason: other",
                "team: ops ~ team: dev",
                "mem{job=\"{service}\"} ~ max(mem{job=\"{service}\"})",
                "mem{job=\"{service}\"}'} ~ mem{job=\"{service}\"}'}NEWLINE  max_rows: 7",
                "/pages/{page} ~ /pages/{page}/history",
                "limits: {concurrency: 4} ~ limits: {concurrency: 4}, timeout: 30s",
                "breaker: {failures: 3, within: 10m} ~ nothing",
                "auth: {bearer_env: TOKEN} ~ headers: {Authorization: \"Bearer ${TOKEN}\"}",
                "tools: ~ tools:NEWLINE- {name: n, prometheus: {alerts: true}}",
                "tools: ~ tools:NEWLINE- {name: n, alertmanager: {alerts: true}}",
                "tools: ~ tools:NEWLINE- {name: n, url: \"https://wiki.example.com/x?key=${WIKI}\", headers: {Accept: text/plain}}",
                "tools: ~ tools:NEWLINE- {name: n, url: \"https://elsewhere.example.com/\", effect: forbidden}",
                "unix: [ana, ana-agent] ~ unix: [ana-agent, ana]",
            })
    void loads_at_once_texts_and_reads_where_reads_are_made(String from, String to) {
        String before = edited(CATALOGUE, "- " + UNRULED, "");
        Revision revision = between(before, edited(before, text(from), text(to)));

        assertThat(judgements(revision.differences()))
                .as("%s", revision.differences())
                .containsExactly(Judgement.NEUTRAL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{name: n, url: 'https://elsewhere.example.com/x'}",
                "{name: n, url: 'http://wiki.example.com/x'}",
                "{name: n, url: 'https://wiki.example.com:444/x'}",
                "{name: n, url: 'https://wiki.example.com/restart'}",
                "{name: n, url: 'https://wiki.example.com/%72estart'}",
                "{name: n, url: 'https://wiki.example.com/%2572estart'}",
                "{name: n, url: 'https://wiki.example.com/deleteAll'}",
                "{name: n, url: 'https://wiki.example.com/bulkDELETE'}",
                "{name: n, url: 'https://wiki.example.com/x;do=restart'}",
                "{name: n, url: 'https://wiki.example.com/x?action=restart'}",
                "{name: n, url: 'https://wiki.example.com/x?restart=1'}",
                "{name: n, url: 'https://wiki.example.com/x?action=re%73tart'}",
                "{name: n, url: 'https://wiki.example.com/{verb}', params: [{name: verb, required: true}]}",
                "{name: n, url: 'https://wiki.example.com/re{verb}', params: [{name: verb, required: true}]}",
                "{name: n, url: 'https://wiki.example.com/{+verb}', params: [{name: verb, required: true}]}",
                "{name: n, url: 'https://wiki.example.com/{page}/{page}', params: [{name: page, pattern: '[a-z]+', required: true}]}",
                "{name: n, url: 'https://wiki.example.com/x?action={verb}', params: [{name: verb}]}",
                "{name: n, url: 'https://wiki.example.com/x?{verb}', params: [{name: verb}]}",
                "{name: n, url: 'https://wiki.example.com/x', params: [{name: action}]}",
                "{name: n, url: 'https://wiki.example.com/x', params: [{name: action, type: object}]}",
                "{name: n, url: 'https://wiki.example.com/x/{verb}', params: [{name: verb, enum: [list, restart], required: true}]}",
                "{name: n, url: 'https://wiki.example.com/re{verb}', params: [{name: verb, enum: [start], required: true}]}",
                "{name: n, url: 'https://wiki.example.com/pages/{page}', params: [{name: page, required: true}]}",
                "{name: n, url: 'https://wiki.example.com/pages/{page}', params: [{name: page, pattern: '[a-zA-Z]+', required: true}]}",
                "{name: n, requests: [{key: a, url: 'https://wiki.example.com/x'}, {key: b, url: 'https://wiki.example.com/{verb}', params: [{name: verb, required: true}]}]}",
                "{name: n, url: 'https://wiki.example.com/x', headers: {X-HTTP-Method-Override: DELETE}}",
                "{name: n, url: 'https://wiki.example.com/x', headers: {Accept: text/html}}",
                "{name: n, url: 'https://wiki.example.com/x', auth: {bearer_env: TOKEN}}",
                "{name: n, url: 'https://wiki.example.com/x?key=${TOKEN}'}",
                "{name: n, url: 'https://ana:b@wiki.example.com/x'}",
                "{name: n, url: 'https://hooks.example.com/x'}",
                "{name: n, url: 'https://admin.example.com/switch'}",
                "{name: n, url: 'https://vault.example.com/other'}",
                "{name: n, requests: [{key: a, url: 'https://wiki.example.com/x'}, {key: b, url: 'https://elsewhere.example.com/'}]}",
            })
    void holds_a_new_read_that_goes_beyond_what_agents_read_already(String tool) {
        String before = edited(CATALOGUE, "- " + UNRULED, "");

        assertThat(between(before, edited(before, "tools:", "tools:\n  - " + tool)).loosens())
                .isTrue();
    }

    /** Either the file shows all that such a read can send, or agents can send as much already. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{name: n, url: 'https://wiki.example.com/x'}",
                "{name: n, url: 'https://wiki.example.com/updates/x?start=5&stop=9&sort=deleted'}",
                "{name: n, url: 'https://wiki.example.com/pages/{p}/history', params: [{name: p, pattern: '[a-z]+', required: true}]}",
                "{name: n, url: 'https://wiki.example.com/x/{n}?since={t}&deep={b}', params: [{name: n, type: integer, required: true}, {name: t, format: time}, {name: b, type: boolean}]}",
                "{name: n, url: 'https://wiki.example.com/x/{kind}', params: [{name: kind, enum: [pods, nodes], required: true}, {name: limit, type: integer}]}",
            })
    void loads_at_once_a_new_read_that_leaves_nothing_new_open(String tool) {
        String before = edited(CATALOGUE, "- " + UNRULED, "");

        assertThat(between(before, edited(before, "tools:", "tools:\n  - " + tool)).lines())
                .allMatch(line -> !line.startsWith("loosens"));
    }

    @Test
    void holds_a_new_read_where_a_rule_holds_another_read_back() {
        String before =
                edited(
                        edited(CATALOGUE, "- " + UNRULED, ""),
                        "tool.name == \"restart\" &&",
                        "tool.name == \"memory\" &&");
        String tool = "tools:\n  - {name: n, prometheus: {backend: metrics, instant: up}}";

        assertThat(between(before, edited(before, "tools:", tool)).loosens()).isTrue();
    }

    @Test
    void holds_the_removal_of_a_permit_that_may_fail_and_so_forbid() {
        String rule =
                "{id: odd, then: permit, when: 'tool.name == \"restart\" && args.minutes > 30'}";
        String before = edited(CATALOGUE, UNRULED, rule);

        assertThat(between(before, edited(before, "- " + rule, "")).loosens()).isTrue();
    }
}
