package dev.countergate.demo.ssm;

import dev.countergate.demo.http.HttpAnswer;
import dev.countergate.demo.http.HttpCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The simulator's own HTTP path, for shell scripts.
 *
 * <ul>
 *   <li>{@code GET  /_simulator/accepted}: commands, automations and executions so far
 *   <li>{@code POST /_simulator/instances}: {@code {id, sandbox?, tags?, platform?, ping?, delivery?, ignoresCancel?}}
 *   <li>{@code POST /_simulator/parameters}: {@code {name, type?, value}}
 *   <li>{@code POST /_simulator/documents}: {@code {name, content}}, the content a JSON object or its text
 *   <li>{@code POST /_simulator/faults}: {@code {action, fault, times?, millis?, type?, message?, status?, body?}}
 *   <li>{@code POST /_simulator/timing}: {@code {hideLookups?, hideMillis?, pickUpMillis?, spacedDetails?}}
 * </ul>
 */
final class AdminPath {
    static final String PREFIX = "/_simulator/";

    private final SsmSimulator simulator;

    AdminPath(SsmSimulator simulator) {
        this.simulator = simulator;
    }

    HttpAnswer answer(HttpCall call) {
        String route = call.method() + " " + call.path().substring(PREFIX.length());
        try {
            if (route.equals("GET accepted")) {
                return HttpAnswer.json(200, accepted());
            }
            set(route, Fields.parse(call.body()));
            return HttpAnswer.json(200, JsonNodeFactory.instance.objectNode());
        } catch (ApiException e) {
            return e.answer();
        } catch (IllegalArgumentException | JacksonException e) {
            return ApiException.of("ValidationException", String.valueOf(e.getMessage())).answer();
        }
    }

    /** Applies one thing to set up, named as its route is. */
    void set(String route, Fields fields) {
        switch (route) {
            case "POST instances" -> simulator.fleet().put(instance(fields));
            case "POST parameters" ->
                    simulator
                            .parameters()
                            .put(
                                    fields.needText("name"),
                                    ParameterStore.Type.named(fields.text("type").orElse("String")),
                                    fields.needText("value"));
            case "POST documents" -> {
                JsonNode content = fields.object().path("content");
                simulator
                        .documents()
                        .define(
                                fields.needText("name"),
                                content.isString() ? content.stringValue() : content.toString());
            }
            case "POST faults" ->
                    simulator
                            .faults()
                            .next(
                                    fields.needText("action"),
                                    fields.integer("times", 1, 1000, 1),
                                    fault(fields));
            case "POST timing" -> setTiming(fields);
            default -> throw ApiException.of("ValidationException", "no such path: " + route);
        }
    }

    private void setTiming(Fields fields) {
        Commands commands = simulator.commands();
        commands.hideForLookups(fields.integer("hideLookups", 0, 1000, 0));
        commands.hideFor(millis(fields, "hideMillis"));
        commands.pickUpAfter(millis(fields, "pickUpMillis"));
        commands.spellDetailsSpaced(fields.flag("spacedDetails"));
    }

    private static Duration millis(Fields fields, String name) {
        return Duration.ofMillis(fields.integer(name, 0, 86_400_000, 0));
    }

    private static SimulatedInstance instance(Fields fields) {
        String id = fields.needText("id");
        Map<String, String> tags = new HashMap<>();
        fields.object()
                .path("tags")
                .properties()
                .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asString()));
        return new SimulatedInstance(
                id,
                sandbox(fields, id),
                tags,
                SimulatedInstance.Platform.valueOf(constant(fields, "platform", "linux")),
                SimulatedInstance.Ping.valueOf(constant(fields, "ping", "online")),
                SimulatedInstance.Delivery.valueOf(constant(fields, "delivery", "reached")),
                fields.flag("ignoresCancel"));
    }

    private static Path sandbox(Fields fields, String id) {
        try {
            return fields.text("sandbox").isPresent()
                    ? Files.createDirectories(Path.of(fields.needText("sandbox")).toAbsolutePath())
                    : Files.createTempDirectory("ssm-" + id + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Fault fault(Fields fields) {
        return switch (constant(fields, "fault", "")) {
            case "THROTTLED" -> new Fault.Throttled();
            case "BROKEN_BEFORE_ACCEPTING" -> new Fault.BrokenBeforeAccepting();
            case "BROKEN_AFTER_ACCEPTING" -> new Fault.BrokenAfterAccepting();
            case "DROPPED_BEFORE_ACCEPTING" -> new Fault.DroppedBeforeAccepting();
            case "DROPPED_AFTER_ACCEPTING" -> new Fault.DroppedAfterAccepting();
            case "CLOSED_AFTER_ACCEPTING" -> new Fault.ClosedAfterAccepting();
            case "SLOW" -> new Fault.Slow(millis(fields, "millis"));
            case "REFUSED" ->
                    new Fault.Refused(fields.needText("type"), fields.text("message").orElse(""));
            case "GARBLED" ->
                    new Fault.Garbled(
                            fields.integer("status", 100, 599, 200),
                            "text/html",
                            fields.text("body").orElse("<html>"));
            default -> throw ApiException.of("ValidationException", "no such fault");
        };
    }

    private static String constant(Fields fields, String name, String otherwise) {
        return fields.text(name).orElse(otherwise).toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private JsonNode accepted() {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode commands = answer.putArray("commands");
        for (AcceptedCommand command : simulator.commands().accepted()) {
            ObjectNode form = commands.addObject();
            form.put("commandId", command.commandId());
            form.put("at", Times.iso(command.at()));
            form.put("comment", command.comment());
            ArrayNode ids = form.putArray("instanceIds");
            command.instanceIds().forEach(ids::add);
            form.set("request", Fields.parse(command.request()).object());
        }
        ArrayNode automations = answer.putArray("automations");
        for (AcceptedAutomation automation : simulator.automations().accepted()) {
            automations
                    .addObject()
                    .put("executionId", automation.executionId())
                    .put("document", automation.documentName())
                    .put("clientToken", automation.clientToken());
        }
        ArrayNode executions = answer.putArray("executions");
        for (Execution execution : simulator.commands().executions()) {
            executions
                    .addObject()
                    .put("commandId", execution.commandId())
                    .put("instanceId", execution.instanceId())
                    .put("step", execution.step());
        }
        ObjectNode requests = answer.putObject("requests");
        simulator.actions().forEach(action -> requests.put(action, simulator.received(action)));
        return answer;
    }
}
