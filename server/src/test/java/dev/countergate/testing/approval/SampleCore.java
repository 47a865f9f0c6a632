package dev.countergate.testing.approval;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.ClientSession;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Digests;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.change.Core;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.Quorum;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.ServerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The core of a restart on some machines, with what tests vary.
 *
 * @param id of the proposal
 * @param risk of it
 * @param environment it acts on; may be empty
 * @param targets how many machines
 * @param reason in the agent's words
 */
public record SampleCore(
        ProposalId id, Guard.Risk risk, String environment, int targets, String reason) {
    /** Whose proposals these are. */
    public static final ServerId SERVER = new ServerId("ops-1");

    /** A restart of two machines in prod, at moderate risk. */
    public static final SampleCore MODERATE =
            new SampleCore(
                    new ProposalId("p-00000000000000000000000001"),
                    Guard.Risk.MODERATE,
                    "prod",
                    2,
                    "checkout fails one request in ten");

    /** The same at another risk. */
    public SampleCore with(Guard.Risk another) {
        return new SampleCore(id, another, environment, targets, reason);
    }

    /** The same in another environment. */
    public SampleCore in(String another) {
        return new SampleCore(id, risk, another, targets, reason);
    }

    /** The same with another reason. */
    public SampleCore because(String another) {
        return new SampleCore(id, risk, environment, targets, another);
    }

    /** The same under another name. */
    public SampleCore named(String another) {
        return new SampleCore(new ProposalId(another), risk, environment, targets, reason);
    }

    /** The canonical text. */
    public String text() {
        Instant created = Instant.parse("2026-11-21T07:00:00Z");
        List<String> instances =
                IntStream.range(0, targets)
                        .mapToObj(i -> "i-0123456789abcde" + Integer.toHexString(i))
                        .toList();
        Core core =
                new Core(
                        SERVER,
                        id,
                        PrincipalId.unix("ana-agent"),
                        new Person("ana"),
                        new ClientSession("s-1", "claude-code", "2.0.1"),
                        new ToolName("restart_service"),
                        new Digests(
                                Digest.of("tool".getBytes(UTF_8)),
                                Digest.of("guard".getBytes(UTF_8)),
                                Map.of(
                                        new BackendName("fleet"),
                                        Digest.of("backend".getBytes(UTF_8)))),
                        Arguments.of(
                                Map.of("service", JsonNodeFactory.instance.stringNode("checkout"))),
                        true,
                        null,
                        risk,
                        environment,
                        new Core.Rule("wide", "more than one machine"),
                        new CoreRequest.Ssm(
                                CoreRequest.Ssm.Action.SEND_COMMAND,
                                "AWS-RunShellScript",
                                "1",
                                "0".repeat(64),
                                Map.of("commands", List.of("systemctl restart checkout")),
                                instances,
                                "1",
                                "0",
                                600,
                                id.attempt()),
                        List.of(),
                        List.of(),
                        new Core.Look(
                                new ToolName("error_ratio"),
                                Map.of(),
                                "value < 0.01",
                                Duration.ofMinutes(12),
                                Duration.ofSeconds(15)),
                        null,
                        Core.Past.NONE,
                        "S0",
                        Quorum.of(1, false, false),
                        created,
                        created.plus(Duration.ofHours(1)),
                        reason);
        return switch (core.bytes()) {
            case Checked.Valid<byte[]>(byte[] bytes) -> new String(bytes, UTF_8);
            case Checked.Invalid<byte[]>(var faults) -> throw new AssertionError(faults);
        };
    }

    /** The digest of the text. */
    public Digest digest() {
        return Core.digest(text().getBytes(UTF_8));
    }
}
