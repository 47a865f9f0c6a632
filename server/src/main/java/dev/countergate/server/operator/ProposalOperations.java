package dev.countergate.server.operator;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.change.Core;
import dev.countergate.policy.change.Event.Obstacle;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.Statement;
import dev.countergate.policy.token.UtcTime;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.daemon.OperatorListener.Operation;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import dev.countergate.server.proposal.ProposalStatus;
import dev.countergate.server.proposal.Proposals;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The operations of a proposal's life. Thread safe. */
public final class ProposalOperations {
    private static final int NOTE_MAX = 1_000;

    private static final List<String> DECISIONS =
            Arrays.stream(Statement.Decision.values()).map(Statement.Decision::word).toList();

    private final Proposals proposals;

    /** The operations of {@code proposals}. */
    public ProposalOperations(Proposals proposals) {
        this.proposals = proposals;
    }

    /** Does something of the engine's, which may be refused, interrupted, or unable to write. */
    @FunctionalInterface
    private interface Doing {
        void run()
                throws RefusedException,
                        dev.countergate.server.proposal.RefusedException,
                        StoreException,
                        InterruptedException;
    }

    /** The operations, by name. */
    public Map<String, Operation> operations() {
        return Map.of(
                "pending", this::pending,
                "coded", this::coded,
                "show", this::show,
                "statement", this::statement,
                "submit", this::submit,
                "proposal", this::proposal,
                "examine", this::examine,
                "done", this::done,
                "cancel", this::cancel);
    }

    private void pending(JsonNode request, String user, ObjectNode answer) throws RefusedException {
        guarded(
                () -> {
                    ArrayNode all = answer.putArray("proposals");
                    proposals.pending().forEach(status -> all.add(summary(status)));
                });
    }

    private void coded(JsonNode request, String user, ObjectNode answer) throws RefusedException {
        guarded(
                () -> {
                    String code = Fields.required(request, "code", Digest::isCode, text -> text);
                    ArrayNode all = answer.putArray("proposals");
                    proposals.coded(code).forEach(status -> all.add(summary(status)));
                });
    }

    private void show(JsonNode request, String user, ObjectNode answer) throws RefusedException {
        guarded(
                () -> {
                    Proposals.Shown shown = proposals.show(id(request));
                    answer.put("core", shown.core());
                    answer.put("view", shown.view().text());
                    answer.put(
                            "digest",
                            Core.digest(shown.core().getBytes(StandardCharsets.UTF_8)).hex());
                    answer.set("status", status(shown.status()));
                    ObjectNode as = answer.putObject("as");
                    shown.as().forEach(as::put);
                });
    }

    private void statement(JsonNode request, String user, ObjectNode answer)
            throws RefusedException {
        guarded(
                () -> {
                    Person approver =
                            Fields.required(request, "approver", Person::isValid, Person::new);
                    Statement.Decision decision =
                            Fields.optional(
                                            request,
                                            "decision",
                                            DECISIONS::contains,
                                            word ->
                                                    Statement.Decision.valueOf(
                                                            word.toUpperCase(Locale.ROOT)))
                                    .orElse(Statement.Decision.APPROVE);
                    Duration valid =
                            request.has("valid_seconds")
                                    ? Duration.ofSeconds(request.path("valid_seconds").asLong(0))
                                    : Statement.VALID_DEFAULT;
                    if (valid.isNegative()
                            || valid.isZero()
                            || valid.compareTo(Statement.VALID_MAX) > 0) {
                        throw Fields.invalid(
                                "`valid_seconds` is 1 to " + Statement.VALID_MAX.toSeconds());
                    }
                    ProposalId id = id(request);
                    Statement statement =
                            proposals.statement(id, approver, key(request), decision, valid);
                    answer.put("statement", new String(statement.bytes(), StandardCharsets.UTF_8));
                    answer.put("view", proposals.show(id).view().text());
                    answer.put("expires_at", UtcTime.text(statement.expires()));
                });
    }

    private static @Nullable String key(JsonNode request) {
        String key = request.path("key").asString("");
        return key.isEmpty() ? null : key;
    }

    private void submit(JsonNode request, String user, ObjectNode answer) throws RefusedException {
        guarded(
                () ->
                        answer.set(
                                "status",
                                status(
                                        proposals.submit(
                                                id(request),
                                                request.path("statement").asString(""),
                                                request.path("signature").asString("")))));
    }

    private void proposal(JsonNode request, String user, ObjectNode answer)
            throws RefusedException {
        guarded(
                () -> {
                    long seconds =
                            Math.clamp(
                                    request.path("wait_seconds").asLong(0),
                                    0,
                                    Proposals.WAIT_MAX.toSeconds());
                    answer.set(
                            "status",
                            status(
                                    proposals.await(
                                            id(request),
                                            request.path("seen").asLong(-1),
                                            Duration.ofSeconds(
                                                    request.has("seen") ? seconds : 0))));
                });
    }

    private void examine(JsonNode request, String user, ObjectNode answer) throws RefusedException {
        guarded(
                () -> {
                    ArrayNode obstacles = answer.putArray("obstacles");
                    for (Obstacle each : proposals.examine(id(request))) {
                        obstacles
                                .addObject()
                                .put("kind", each.kind().name())
                                .put("text", each.text());
                    }
                });
    }

    private void done(JsonNode request, String user, ObjectNode answer) throws RefusedException {
        guarded(
                () -> {
                    String note =
                            Fields.required(
                                    request,
                                    "note",
                                    text -> !text.isBlank() && text.length() <= NOTE_MAX,
                                    Function.identity());
                    Person by = Fields.required(request, "by", Person::isValid, Person::new);
                    answer.set("status", status(proposals.done(id(request), by, note)));
                });
    }

    private void cancel(JsonNode request, String user, ObjectNode answer) throws RefusedException {
        guarded(
                () -> {
                    ProposalId id = id(request);
                    boolean asked = proposals.cancel(id);
                    answer.put("asked", asked);
                    answer.put(
                            "text",
                            asked
                                    ? "the backend was asked to stop what runs for `"
                                            + id
                                            + "`: asked, not stopped"
                                    : "nothing runs for `"
                                            + id
                                            + "` that can be asked to stop, or the backend did not"
                                            + " take the request");
                });
    }

    private static ProposalId id(JsonNode request) throws RefusedException {
        return Fields.required(request, "proposal", ProposalId::isValid, ProposalId::new);
    }

    private static void guarded(Doing doing) throws RefusedException {
        try {
            doing.run();
        } catch (dev.countergate.server.proposal.RefusedException refused) {
            throw new RefusedException(refused.code(), refused.message());
        } catch (StoreException failed) {
            throw Fields.unrecorded(failed);
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            throw new RefusedException("ENDING", "the daemon is ending");
        }
    }

    private static ObjectNode summary(ProposalStatus status) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("proposal", status.id().value());
        json.put("code", status.code());
        json.put("state", status.state().name());
        json.put("tool", status.tool());
        json.put("requester", status.requester().value());
        json.put("risk", status.risk());
        json.put("environment", status.environment());
        json.put("targets", status.targets());
        json.put("summary", status.summary());
        json.put("created_at", UtcTime.text(status.created()));
        json.put("expires_at", UtcTime.text(status.expires()));
        json.putObject("approvals").put("needed", status.needed()).put("given", status.given());
        return json;
    }

    private static ObjectNode status(ProposalStatus status) {
        ObjectNode json = summary(status);
        json.put("version", status.version());
        json.put("why", status.why());
        status.tellOutcome(json);
        json.put("cancellable", status.isCancellable());
        json.put("final", status.isSettled());
        JsonNode result = status.result();
        if (result != null) {
            json.set("result", result);
        }
        return json;
    }
}
