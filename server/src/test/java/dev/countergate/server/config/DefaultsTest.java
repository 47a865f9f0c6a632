package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.Backend.Limits;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.Guard.Approvals;
import dev.countergate.policy.catalogue.Guard.Limit;
import dev.countergate.policy.catalogue.Guard.Risk;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.catalogue.Policy;
import dev.countergate.policy.catalogue.Policy.Breaker;
import dev.countergate.policy.catalogue.Policy.Mode;
import dev.countergate.policy.catalogue.ResultBudget;
import dev.countergate.policy.catalogue.Tool;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a catalogue says by leaving a key out, and that every such key can be set to something else. */
class DefaultsTest {
    private static final Catalogue PLAIN =
            Catalogues.of(
                            """
                            backends:
                              m: {type: prometheus, url: "http://m"}
                              a: {type: http, url: "http://a"}
                              s: {type: ssm, region: eu-west-1}
                            tools:
                              - {name: read, prometheus: {instant: up}}
                              - {name: web, url: "http://x/"}
                              - {name: write, url: "http://x/", method: POST, guard: {verify: {tool: read, expect: value > 1, within: 1m}, limits: [{calls: 2, per: 1h}]}}
                              - {name: bare, url: "http://x/", method: POST}
                            policy: {}
                            """)
                    .catalogue();

    private static final Catalogue SET =
            Catalogues.of(
                            """
                            backends:
                              m: {type: prometheus, url: "http://m", environment: prod, timeout: 5s, limits: {concurrency: 2, response_bytes: 4096}}
                              a: {type: http, url: "http://a", timeout: 2500, headers: {X-A: b}}
                              l: {type: loki, url: "http://l", tenant: ops}
                              s: {type: ssm, region: eu-west-1, endpoint: "http://localhost:4566", profile: p, role_arn: r, environment: e, timeout: 7s, limits: {concurrency: 3, response_bytes: 2048}}
                            tools:
                              - {name: read, prometheus: {instant: up}, max_bytes: 2048, max_rows: 7, max_series: 3}
                              - {name: web, url: "http://x/", method: HEAD, timeout: 1500, retry: {count: 2, backoff_ms: 40}, response: {type: json, path: a.b, template: "{c}"}, headers: {X-B: c}, max_bytes: 4096}
                              - name: write
                                url: http://x/
                                method: PUT
                                idempotency_header: X-Key
                                guard:
                                  risk: critical
                                  environment: staging
                                  reversible: true
                                  accepts_loss: the journal
                                  labels: {area: net}
                                  limits: [{calls: 3, per: 2h, over: forbid}]
                                  targets: {max: 4}
                                  approvals: {count: 2, expires: 30m, other_person: true, verification: true}
                                  after_failure: 1h
                                  settle: 3m
                                  verify: {tool: read, expect: value > 1, within: 1m, every: 20s}
                              - {name: bare, url: "http://x/", effect: forbidden}
                            policy: {mode: auto, separation: S1, max_open_proposals: 5, breaker: {failures: 2, within: 1h}, notify: [{on: [frozen], url: "http://hook/"}], rules: [{id: r, then: approve, approvals: 2, when: "true", reason: why}]}
                            """)
                    .catalogue();

    private static Tool tool(Catalogue catalogue, String name) {
        return catalogue.tools().stream()
                .filter(tool -> tool.name().value().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Backend backend(Catalogue catalogue, String name) {
        return catalogue.backends().stream()
                .filter(backend -> backend.name().equals(new BackendName(name)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_policy_that_says_nothing() {
        assertThat(PLAIN.policy())
                .isEqualTo(
                        new Policy(
                                Mode.PROPOSE,
                                null,
                                20,
                                new Breaker(3, Duration.ofMinutes(10)),
                                List.of(),
                                List.of()));
        assertThat(Catalogues.of("tools: []").catalogue().policy()).isEqualTo(PLAIN.policy());
    }

    @Test
    void a_policy_that_says_everything() {
        Policy policy = SET.policy();
        assertThat(policy.mode()).isEqualTo(Mode.AUTO);
        assertThat(policy.separation()).isEqualTo("S1");
        assertThat(policy.openProposalsMax()).isEqualTo(5);
        assertThat(policy.breaker()).isEqualTo(new Breaker(2, Duration.ofHours(1)));
        assertThat(policy.notifications())
                .singleElement()
                .satisfies(
                        told -> {
                            assertThat(told.on()).containsExactly("frozen");
                            assertThat(told.url().reveal()).isEqualTo("http://hook/");
                        });
        assertThat(policy.rules())
                .singleElement()
                .satisfies(
                        rule -> {
                            assertThat(rule.then()).isEqualTo(Policy.Then.APPROVE);
                            assertThat(rule.approvals()).isEqualTo(2);
                            assertThat(rule.reason()).isEqualTo("why");
                        });
    }

    @Test
    void a_guard_that_says_next_to_nothing() {
        Guard guard = tool(PLAIN, "write").guard();
        assertThat(guard.risk()).isEqualTo(Risk.MODERATE);
        assertThat(guard.environment()).isNull();
        assertThat(guard.reversible()).isNull();
        assertThat(guard.acceptsLoss()).isNull();
        assertThat(guard.labels()).isEmpty();
        assertThat(guard.limits())
                .containsExactly(new Limit(2, Duration.ofHours(1), List.of(), false));
        assertThat(guard.targetsMax()).isNull();
        assertThat(guard.require()).isEmpty();
        assertThat(guard.undo()).isNull();
        assertThat(guard.approvals())
                .isEqualTo(new Approvals(1, Duration.ofHours(1), false, false));
        assertThat(guard.afterFailure()).isEqualTo(Duration.ofMinutes(15));
        assertThat(guard.settle()).isNull();
        assertThat(guard.verify())
                .isNotNull()
                .satisfies(verify -> assertThat(verify.every()).isEqualTo(Duration.ofSeconds(15)));
        assertThat(tool(PLAIN, "bare").guard()).isEqualTo(Guard.NONE);
    }

    @Test
    void a_guard_that_says_everything() {
        Guard guard = tool(SET, "write").guard();
        assertThat(guard.risk()).isEqualTo(Risk.CRITICAL);
        assertThat(guard.environment()).isNotNull();
        assertThat(guard.reversible()).isTrue();
        assertThat(guard.acceptsLoss()).isEqualTo("the journal");
        assertThat(guard.labels()).isEqualTo(Map.of("area", "net"));
        assertThat(guard.limits())
                .containsExactly(new Limit(3, Duration.ofHours(2), List.of(), true));
        assertThat(guard.targetsMax()).isEqualTo(4);
        assertThat(guard.approvals())
                .isEqualTo(new Approvals(2, Duration.ofMinutes(30), true, true));
        assertThat(guard.afterFailure()).isEqualTo(Duration.ofHours(1));
        assertThat(guard.settle()).isEqualTo(Duration.ofMinutes(3));
        assertThat(guard.verify())
                .isNotNull()
                .satisfies(verify -> assertThat(verify.every()).isEqualTo(Duration.ofSeconds(20)));
    }

    @Test
    void backends_that_say_where_they_are_and_no_more() {
        Limits limits = new Limits(16, 16 * 1024 * 1024, Duration.ofSeconds(30));
        Backend.Http metrics = (Backend.Http) backend(PLAIN, "m");
        assertThat(metrics.limits()).isEqualTo(limits);
        assertThat(metrics.environment()).isNull();
        assertThat(metrics.tenant()).isNull();
        assertThat(metrics.headers()).isEmpty();
        assertThat(backend(PLAIN, "s"))
                .isEqualTo(
                        new Backend.Ssm(
                                new BackendName("s"), "eu-west-1", null, null, null, null, limits));
    }

    @Test
    void backends_that_say_everything() {
        Backend.Http metrics = (Backend.Http) backend(SET, "m");
        assertThat(metrics.limits()).isEqualTo(new Limits(2, 4_096, Duration.ofSeconds(5)));
        assertThat(metrics.environment()).isEqualTo("prod");
        assertThat(((Backend.Http) backend(SET, "l")).tenant()).isEqualTo("ops");
        Backend.Http web = (Backend.Http) backend(SET, "a");
        assertThat(web.limits().timeout()).isEqualTo(Duration.ofMillis(2_500));
        assertThat(web.headers()).hasSize(1);
        Backend.Ssm fleet = (Backend.Ssm) backend(SET, "s");
        assertThat(fleet.endpoint()).hasToString("http://localhost:4566");
        assertThat(fleet.profile()).isEqualTo("p");
        assertThat(fleet.roleArn()).isEqualTo("r");
        assertThat(fleet.environment()).isEqualTo("e");
        assertThat(fleet.limits()).isEqualTo(new Limits(3, 2_048, Duration.ofSeconds(7)));
    }

    @Test
    void tools_that_say_what_they_do_and_no_more() {
        assertThat(tool(PLAIN, "read").budget()).isEqualTo(new ResultBudget(48 * 1024, 1_000, 200));
        Tool web = tool(PLAIN, "web");
        assertThat(web.budget()).isEqualTo(new ResultBudget(64 * 1024, 1_000, 200));
        assertThat(web.effect()).isEqualTo(Effect.READ);
        HttpAction action = (HttpAction) web.action();
        assertThat(action.method()).isEqualTo("GET");
        assertThat(action.timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(action.retry()).isEqualTo(new HttpAction.Retry(0, Duration.ZERO));
        assertThat(action.response()).isEqualTo(new HttpAction.Response(false, null, null));
        assertThat(action.headers()).isEmpty();
        assertThat(action.body()).isNull();
        assertThat(action.idempotencyHeader()).isNull();
        assertThat(tool(PLAIN, "bare").effect()).isEqualTo(Effect.WRITE);
    }

    @Test
    void tools_that_say_everything() {
        assertThat(tool(SET, "read").budget()).isEqualTo(new ResultBudget(2_048, 7, 3));
        Tool web = tool(SET, "web");
        assertThat(web.budget()).isEqualTo(new ResultBudget(4_096, 1_000, 200));
        HttpAction action = (HttpAction) web.action();
        assertThat(action.method()).isEqualTo("HEAD");
        assertThat(action.timeout()).isEqualTo(Duration.ofMillis(1_500));
        assertThat(action.retry()).isEqualTo(new HttpAction.Retry(2, Duration.ofMillis(40)));
        assertThat(action.response()).isEqualTo(new HttpAction.Response(true, "a.b", "{c}"));
        assertThat(action.headers()).hasSize(1);
        assertThat(((HttpAction) tool(SET, "write").action()).idempotencyHeader())
                .isEqualTo("X-Key");
        assertThat(tool(SET, "bare").effect()).isEqualTo(Effect.FORBIDDEN);
    }
}
