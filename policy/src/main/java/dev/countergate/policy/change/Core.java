package dev.countergate.policy.change;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.ClientSession;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Digests;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.token.CanonicalJson;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.ServerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that a proposal is: its canonical bytes are what persons see, what they sign over, and what is sent later. Nothing that
 * is not in here decides anything about it.
 *
 * @param server whose proposal it is
 * @param proposal its name
 * @param requester who asks
 * @param person behind the requester, or null when not known
 * @param session what the client says of itself
 * @param tool the tool called
 * @param digests of what the catalogue said
 * @param arguments as bound
 * @param reversible whether it can be undone, or null where the catalogue does not say
 * @param loss what is given up, in the operator's words, or null
 * @param risk how bad a wrong call would be
 * @param environment where it acts; empty when not known
 * @param rule that asked for persons
 * @param request exactly what would be sent
 * @param preconditions and what they showed
 * @param blastRadius what is affected, beside the request's own targets
 * @param verification how the effect is looked for, or null
 * @param undo how it is taken back, or null
 * @param earlier what came of the same effect before
 * @param separation the level the daemon runs at
 * @param quorum who must agree
 * @param created when it was made
 * @param expires until when it can be approved
 * @param agentReason in the agent's words, or null
 */
public record Core(
        ServerId server,
        ProposalId proposal,
        PrincipalId requester,
        @Nullable Person person,
        ClientSession session,
        ToolName tool,
        Digests digests,
        Arguments arguments,
        @Nullable Boolean reversible,
        @Nullable String loss,
        Guard.Risk risk,
        String environment,
        Rule rule,
        CoreRequest request,
        List<Precondition> preconditions,
        List<String> blastRadius,
        @Nullable Look verification,
        @Nullable Undo undo,
        Past earlier,
        String separation,
        Quorum quorum,
        Instant created,
        Instant expires,
        @Nullable String agentReason) {
    /** The version of the format. */
    public static final int VERSION = 1;

    /** The longest reason of an agent, in characters. */
    public static final int REASON_MAX = 1_000;

    private static final byte[] DOMAIN = "countergate/proposal/v1\0".getBytes(UTF_8);

    public Core {
        preconditions = List.copyOf(preconditions);
        blastRadius = List.copyOf(blastRadius);
    }

    /**
     * Why persons are asked.
     *
     * @param id of the rule, or null where every write needs one
     * @param reason in the operator's words; may be empty
     */
    public record Rule(@Nullable String id, String reason) {}

    /**
     * A read that must hold.
     *
     * @param tool that reads
     * @param arguments of the read
     * @param expect the expression
     * @param observed what it showed when it was proposed
     * @param reason why it must hold; may be empty
     */
    public record Precondition(
            ToolName tool,
            Map<String, String> arguments,
            String expect,
            String observed,
            String reason) {
        public Precondition {
            arguments = Map.copyOf(arguments);
        }
    }

    /**
     * A read that tells whether it worked.
     *
     * @param tool that reads
     * @param arguments of the read
     * @param expect the expression
     * @param within for how long, whole seconds
     * @param every how often, whole seconds
     */
    public record Look(
            ToolName tool,
            Map<String, String> arguments,
            String expect,
            Duration within,
            Duration every) {
        public Look {
            arguments = Map.copyOf(arguments);
        }
    }

    /**
     * A call that takes it back.
     *
     * @param tool to be proposed then
     * @param arguments its arguments
     */
    public record Undo(ToolName tool, Map<String, String> arguments) {
        public Undo {
            arguments = Map.copyOf(arguments);
        }
    }

    /**
     * An earlier attempt of the same effect.
     *
     * @param proposal its name
     * @param state how it stands
     * @param at when it was made
     */
    public record Earlier(ProposalId proposal, ProposalState state, Instant at) {}

    /**
     * The earlier proposals of the same effect.
     *
     * @param named one by one, those that say most first
     * @param unnamed how many there were besides, by how they stand
     */
    public record Past(List<Earlier> named, Map<ProposalState, Integer> unnamed) {
        /** There was none. */
        public static final Past NONE = new Past(List.of(), Map.of());

        public Past {
            named = List.copyOf(named);
            unnamed = Map.copyOf(unnamed);
        }
    }

    /** The canonical bytes, or why this cannot be proposed. */
    public Checked<byte[]> bytes() {
        if (agentReason != null
                && agentReason.codePointCount(0, agentReason.length()) > REASON_MAX) {
            return Checked.invalid(
                    new Fault(
                            "_reason",
                            "longer than " + REASON_MAX + " characters",
                            "say it shorter"));
        }
        return CanonicalJson.write(CoreMembers.of(this));
    }

    /** The digest of a core's bytes, which is what persons approve; its first 8 digits are the code they compare. */
    public static Digest digest(byte[] core) {
        return Digest.of(DOMAIN, core);
    }
}
