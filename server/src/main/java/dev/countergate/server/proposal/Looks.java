package dev.countergate.server.proposal;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.ResultBudget;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.change.Reading;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.request.Renderer;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.result.Shaper;
import dev.countergate.policy.rule.Expectation;
import dev.countergate.policy.template.Template;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The server's own reads: what an expectation is held against. Thread safe; blocks. */
final class Looks {
    /** How long one read may take: a precondition is looked at while somebody waits. */
    static final Duration LONGEST = Duration.ofSeconds(10);

    /** An expectation sees all of an answer that a person could be shown. */
    private static final ResultBudget BUDGET = new ResultBudget(1 << 20, 10_000, 1_000);

    private static final int OBSERVED_MAX = 200;
    private static final JsonMapper JSON = new JsonMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final InstantSource clock;
    private final LongSupplier ticker;

    Looks(InstantSource clock, LongSupplier ticker) {
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * What a read showed.
     *
     * @param reading whether it was as expected
     * @param observed in words, bounded
     */
    record Look(Reading reading, String observed) {
        boolean isMet() {
            return reading instanceof Reading.Seen seen && seen.met();
        }
    }

    /** The arguments of a guard's read, for a call with {@code arguments}. */
    static Checked<Map<String, String>> arguments(Guard.Read read, Arguments arguments) {
        Map<String, String> rendered = new LinkedHashMap<>();
        for (Map.Entry<String, Template> each : read.arguments().entrySet()) {
            switch (each.getValue().render(arguments)) {
                case Checked.Valid<String>(String text) -> rendered.put(each.getKey(), text);
                case Checked.Invalid<String>(List<Fault> faults) -> {
                    return Checked.invalid(faults);
                }
            }
        }
        return Checked.valid(rendered);
    }

    /** Reads {@code name} and holds it against {@code expect}. */
    Look look(
            Served.Lease lease,
            ToolName name,
            Map<String, String> arguments,
            String expect,
            String callId)
            throws InterruptedException {
        Optional<Tool> tool =
                lease.catalogue().find(name).filter(each -> each.effect() == Effect.READ);
        if (tool.isEmpty()) {
            return unreadable("the catalogue has no read tool `" + name + "` any more");
        }
        if (!(Expectation.compile("expect", expect)
                instanceof Checked.Valid<Expectation>(Expectation expectation))) {
            return unreadable("the expectation is no expression any more");
        }
        return switch (request(lease, tool.get(), arguments)) {
            case Checked.Invalid<Request>(List<Fault> faults) ->
                    unreadable(faults.getFirst().text());
            case Checked.Valid<Request>(Request request) -> {
                Instant begun = clock.instant();
                Reply reply =
                        lease.backends()
                                .fetch(
                                        request,
                                        new CallContext(
                                                callId,
                                                Deadline.in(LONGEST, ticker),
                                                CallContext.Progress.NONE));
                yield of(lease, tool.get(), reply, expectation, begun);
            }
        };
    }

    private static Checked<Request> request(
            Served.Lease lease, Tool tool, Map<String, String> arguments) {
        ObjectNode given = NODES.objectNode();
        arguments.forEach(
                (name, text) ->
                        given.set(
                                name,
                                tool.parameters()
                                        .find(name)
                                        .map(parameter -> typed(parameter, text))
                                        .orElseGet(() -> NODES.stringNode(text))));
        return tool.parameters()
                .bind(given)
                .then(bound -> Renderer.render(tool, bound, lease.catalogue()::backend));
    }

    /** A guard's templates give texts; a parameter may want another type. */
    private static JsonNode typed(Parameter parameter, String text) {
        return switch (parameter.type()) {
            case STRING -> NODES.stringNode(text);
            case INTEGER, NUMBER, BOOLEAN, ARRAY, OBJECT -> {
                try {
                    yield JSON.readTree(text);
                } catch (JacksonException notJson) {
                    yield NODES.stringNode(text);
                }
            }
        };
    }

    private static Look of(
            Served.Lease lease, Tool tool, Reply reply, Expectation expectation, Instant begun) {
        return switch (reply) {
            case Reply.Failure failure -> unreadable(failure.code() + ": " + failure.message());
            case Reply.Answer(Payload payload, List<String> notes) -> {
                JsonNode result = result(lease, tool, reply, payload);
                Double value = value(payload);
                boolean met = expectation.isMetBy(result, value);
                String observed = value == null ? result.toString() : "value " + value;
                yield new Look(
                        new Reading.Seen(met, sample(payload, begun)), shown(lease, observed));
            }
        };
    }

    private static JsonNode result(Served.Lease lease, Tool tool, Reply reply, Payload payload) {
        if (payload instanceof Payload.Text(String text)) {
            try {
                return JSON.readTree(text);
            } catch (JacksonException notJson) {
                return NODES.stringNode(text);
            }
        }
        JsonNode structured =
                new Shaper(lease.redactor())
                        .shape(reply, tool.name().value(), BUDGET, () -> "")
                        .result()
                        .structured();
        return structured == null ? NODES.nullNode() : structured;
    }

    /** The number, where the read showed exactly one and it is finite. */
    private static @Nullable Double value(Payload payload) {
        String text =
                switch (payload) {
                    case Payload.Series(String type, List<Payload.TimeSeries> series) ->
                            series.size() == 1 && series.getFirst().samples().size() == 1
                                    ? series.getFirst().samples().getFirst().value()
                                    : "";
                    case Payload.Text(String body) -> body.length() <= 64 ? body.strip() : "";
                    case Payload.Logs logs -> "";
                    case Payload.Rows rows -> "";
                    case Payload.Thing thing -> "";
                    case Payload.Commands commands -> "";
                };
        try {
            double value = Double.parseDouble(text);
            return Double.isFinite(value) ? value : null;
        } catch (NumberFormatException none) {
            return null;
        }
    }

    private static Instant sample(Payload payload, Instant begun) {
        return payload instanceof Payload.Series(String type, List<Payload.TimeSeries> series)
                ? series.stream()
                        .map(each -> each.samples().getLast().time())
                        .max(Instant::compareTo)
                        .orElse(begun)
                : begun;
    }

    private static Look unreadable(String why) {
        return new Look(new Reading.Unreadable(), "unreadable: " + bounded(why));
    }

    private static String shown(Served.Lease lease, String text) {
        return bounded(lease.redactor().redact(text));
    }

    private static String bounded(String text) {
        return text.codePointCount(0, text.length()) <= OBSERVED_MAX
                ? text
                : text.substring(0, text.offsetByCodePoints(0, OBSERVED_MAX)) + " (cut)";
    }
}
