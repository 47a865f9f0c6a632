package dev.countergate.policy.change;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.ClientSession;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Digests;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.policy.template.Matcher;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.ServerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;

/** Cores as the sample catalogue would make them, one text of each to be chosen. */
@NullMarked
final class Cores {
    static final Instant CREATED = Instant.parse("2026-11-21T07:00:00Z");
    static final ProposalId ID = new ProposalId("p-00000000000000000000000001");

    static final String HASH = "99749de5e62f71e5ebe9a55c2321e2c394796afe7208cff048696541e6f6771e";

    private Cores() {}

    static CoreRequest.Ssm restart(String command, List<String> instances) {
        return new CoreRequest.Ssm(
                CoreRequest.Ssm.Action.SEND_COMMAND,
                "AWS-RunShellScript",
                "1",
                HASH,
                Map.of("commands", List.of(command)),
                instances,
                "1",
                "0",
                600,
                ID.attempt());
    }

    static CoreRequest.Silence silence(String comment) {
        return new CoreRequest.Silence(
                SecretText.plain("http://localhost:9093/api/v2/silences"),
                List.of(),
                List.of(
                        new Matcher("alertname", "HighErrorRate", false, true),
                        new Matcher("service", "checkout", false, true)),
                CREATED,
                Duration.ofHours(2),
                "countergate for unix:ana-agent",
                comment,
                ID.attempt());
    }

    static CoreRequest.Http post(String body, @Nullable String attemptHeader) {
        Secret secret = new Secret("JIRA_TOKEN", "s3cret-value");
        return new CoreRequest.Http(
                "POST",
                SecretText.plain("https://jira.example.com/rest/api/2/issue/OPS-1/comment?t=")
                        .plus(SecretText.hidden(secret)),
                List.of(
                        new Backend.Header("Content-Type", SecretText.plain("text/plain")),
                        new Backend.Header(
                                "Authorization",
                                SecretText.plain("Bearer ").plus(SecretText.hidden(secret))),
                        new Backend.Header("content-type", SecretText.plain("application/json"))),
                body,
                attemptHeader,
                ID.attempt());
    }

    static Core core(CoreRequest request, @Nullable String reason) {
        return core(request, reason, "checkout", "claude-code");
    }

    static Core core(
            CoreRequest request, @Nullable String reason, String service, String clientName) {
        return core(
                request,
                reason,
                service,
                clientName,
                new Core.Past(List.of(earlier(ProposalState.NOT_VERIFIED)), Map.of()));
    }

    static Core.Earlier earlier(ProposalState state) {
        return new Core.Earlier(
                new ProposalId("p-00000000000000000000000000"), state, CREATED.minusSeconds(7_200));
    }

    static Core core(
            CoreRequest request,
            @Nullable String reason,
            String service,
            String clientName,
            Core.Past earlier) {
        return new Core(
                new ServerId("ops-1"),
                ID,
                PrincipalId.unix("ana-agent"),
                new Person("ana"),
                new ClientSession("s-1", clientName, "2.0.1"),
                new ToolName("restart_service"),
                new Digests(
                        Digest.of("tool".getBytes(UTF_8)),
                        Digest.of("guard".getBytes(UTF_8)),
                        Map.of(new BackendName("fleet"), Digest.of("backend".getBytes(UTF_8)))),
                Arguments.of(Map.of("service", JsonNodeFactory.instance.stringNode(service))),
                true,
                null,
                Guard.Risk.MODERATE,
                "prod",
                new Core.Rule("wide", "more than three machines"),
                request,
                List.of(
                        new Core.Precondition(
                                new ToolName("error_ratio"),
                                Map.of("service", service),
                                "value > 0.01",
                                "0.0976",
                                "only restart what is failing")),
                List.of("2 of 12 instances of checkout"),
                new Core.Look(
                        new ToolName("error_ratio"),
                        Map.of("service", service),
                        "value < 0.01",
                        Duration.ofMinutes(12),
                        Duration.ofSeconds(15)),
                new Core.Undo(new ToolName("expire_silence"), Map.of("id", "{result.silenceID}")),
                earlier,
                "S0",
                Quorum.of(2, true, false),
                CREATED,
                CREATED.plus(Duration.ofHours(1)),
                reason);
    }

    static byte[] bytes(Core core) {
        return switch (core.bytes()) {
            case Checked.Valid<byte[]>(byte[] bytes) -> bytes;
            case Checked.Invalid<byte[]>(var faults) -> throw new AssertionError(faults);
        };
    }
}
