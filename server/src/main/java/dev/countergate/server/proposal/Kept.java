package dev.countergate.server.proposal;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.change.Approval;
import dev.countergate.policy.change.Attempt;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.Plan;
import dev.countergate.policy.change.Proposal;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.change.Quorum;
import dev.countergate.policy.change.Reading;
import dev.countergate.policy.change.RecordedCore;
import dev.countergate.policy.change.Verification;
import dev.countergate.policy.token.Challenge;
import dev.countergate.policy.token.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a store keeps of a proposal beside its core, as JSON. Whatever the core says too is taken from the core: a row that
 * was edited cannot lower a quorum or lengthen a life.
 *
 * @param proposal how far it has come
 * @param arguments as bound, to be rendered again for comparison
 * @param afterFailure how long its effect key waits after a rejection or a failed verification
 * @param shown what the verification's expectation showed when it was proposed, or null where none is declared
 * @param result what the backend gave, or null
 */
record Kept(
        Proposal proposal,
        JsonNode arguments,
        Duration afterFailure,
        @Nullable Reading shown,
        @Nullable JsonNode result) {
    /** An argument is rendered again from here, so it comes back with every digit. */
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    Kept with(Proposal next) {
        return new Kept(next, arguments, afterFailure, shown, result);
    }

    Kept withResult(@Nullable JsonNode given) {
        return given == null ? this : new Kept(proposal, arguments, afterFailure, shown, given);
    }

    String text() {
        ObjectNode json = NODES.objectNode();
        json.put("persons", proposal.quorum().persons());
        Plan plan = proposal.plan();
        put(json, "settle_ms", plan.settle());
        json.put("after_failure_ms", afterFailure.toMillis());
        json.put("why", proposal.why());
        json.set("arguments", arguments);
        put(json, "shown", shown);
        ArrayNode approvals = json.putArray("approvals");
        for (Approval each : proposal.approvals()) {
            approvals
                    .addObject()
                    .put("person", each.person().name())
                    .put("key", each.key())
                    .put("challenge", each.challenge().hex())
                    .put("evidence", each.evidence().hex())
                    .put("at", each.at().toString());
        }
        Attempt attempt = proposal.attempt();
        if (attempt != null) {
            ObjectNode sent = json.putObject("attempt");
            sent.put("sent_at", attempt.sentAt().toString());
            put(sent, "before", attempt.before());
            sent.put("handle", attempt.handle());
            sent.put("outcome", attempt.outcome() == null ? null : attempt.outcome().name());
            put(sent, "ended_at", attempt.endedAt());
            put(sent, "absent_at", attempt.absentAt());
        }
        Verification verification = proposal.verification();
        if (verification != null) {
            ObjectNode look = json.putObject("verification");
            look.put("result", verification.result().name());
            look.put("why", verification.why());
            put(look, "closes", verification.closes());
            look.put("held", verification.held());
            look.put("newest", verification.newest().toString());
            put(look, "last", verification.last());
        }
        if (result != null) {
            json.set("result", result);
        }
        return JSON.writeValueAsString(json);
    }

    /**
     * What {@link #text} wrote.
     *
     * @throws IllegalArgumentException when it did not
     */
    static Kept of(String text, RecordedCore core, ProposalState state) {
        JsonNode json = JSON.readTree(text);
        Quorum quorum = core.quorum().raisedTo(json.required("persons").asInt());
        List<Approval> approvals = new ArrayList<>();
        for (JsonNode each : json.required("approvals")) {
            approvals.add(
                    new Approval(
                            new Person(each.required("person").asString()),
                            each.required("key").asString(),
                            new Challenge(each.required("challenge").asString()),
                            new Digest(each.required("evidence").asString()),
                            Instant.parse(each.required("at").asString())));
        }
        Duration within = core.verification().map(look -> look.within()).orElse(null);
        Proposal proposal =
                new Proposal(
                        core.proposal(),
                        core.digest(),
                        core.person(),
                        quorum,
                        new Plan(
                                core.created(),
                                core.expires(),
                                within,
                                duration(json.path("settle_ms"))),
                        state,
                        json.required("why").asString(),
                        approvals,
                        attempt(json.path("attempt")),
                        verification(json.path("verification")));
        JsonNode result = json.path("result");
        return new Kept(
                proposal,
                json.required("arguments"),
                Duration.ofMillis(json.required("after_failure_ms").asLong()),
                reading(json.path("shown")),
                result.isMissingNode() ? null : result);
    }

    private static @Nullable Attempt attempt(JsonNode json) {
        if (!json.isObject()) {
            return null;
        }
        JsonNode handle = json.path("handle");
        JsonNode outcome = json.path("outcome");
        return new Attempt(
                Instant.parse(json.required("sent_at").asString()),
                reading(json.path("before")),
                handle.isString() ? handle.stringValue() : null,
                outcome.isString() ? Outcome.valueOf(outcome.stringValue()) : null,
                instant(json.path("ended_at")),
                instant(json.path("absent_at")));
    }

    private static @Nullable Verification verification(JsonNode json) {
        return json.isObject()
                ? new Verification(
                        Verification.Result.valueOf(json.required("result").asString()),
                        json.required("why").asString(),
                        instant(json.path("closes")),
                        json.required("held").asInt(),
                        Instant.parse(json.required("newest").asString()),
                        reading(json.path("last")))
                : null;
    }

    private static void put(ObjectNode json, String name, @Nullable Reading reading) {
        switch (reading) {
            case null -> json.putNull(name);
            case Reading.Unreadable unreadable -> json.put(name, "unreadable");
            case Reading.Seen(boolean met, Instant sample) ->
                    json.putObject(name).put("met", met).put("sample", sample.toString());
        }
    }

    private static @Nullable Reading reading(JsonNode json) {
        if (json.isString()) {
            return new Reading.Unreadable();
        }
        return json.isObject()
                ? new Reading.Seen(
                        json.required("met").asBoolean(),
                        Instant.parse(json.required("sample").asString()))
                : null;
    }

    private static void put(ObjectNode json, String name, @Nullable Instant time) {
        json.put(name, time == null ? null : time.toString());
    }

    private static @Nullable Instant instant(JsonNode json) {
        return json.isString() ? Instant.parse(json.stringValue()) : null;
    }

    private static void put(ObjectNode json, String name, @Nullable Duration time) {
        json.put(name, time == null ? null : time.toMillis());
    }

    private static @Nullable Duration duration(JsonNode json) {
        return json.isNumber() ? Duration.ofMillis(json.asLong()) : null;
    }
}
