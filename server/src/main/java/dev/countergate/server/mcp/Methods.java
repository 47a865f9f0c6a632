package dev.countergate.server.mcp;

import static dev.countergate.server.mcp.ProtocolError.INTERNAL_ERROR;
import static dev.countergate.server.mcp.ProtocolError.INVALID_PARAMS;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.ClientSession;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.NearestWord;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.server.call.PromptService.Argument;
import dev.countergate.server.call.PromptService.Prompt;
import dev.countergate.server.call.ResourceService.Resource;
import dev.countergate.server.call.ToolService;
import dev.countergate.server.mcp.SdkDispatch.RefusedException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What one session's requests are answered with, whatever revision they are of: the {@link Frame} alone tells the
 * revisions apart. Thread safe.
 */
final class Methods {
    private static final Logger LOG = LoggerFactory.getLogger(Methods.class);
    private static final int SHOWN_MAX = 128;

    private final String id;
    private final PrincipalId principal;
    private final Protocol protocol;
    private final AtomicLong callNumbers = new AtomicLong();

    Methods(String id, PrincipalId principal, Protocol protocol) {
        this.id = id;
        this.principal = principal;
        this.protocol = protocol;
    }

    /** The members of one page of tools. */
    JsonLine tools(Pending pending, Frame frame) throws RefusedException {
        JsonNode cursor = parameter(pending, "cursor");
        if (!cursor.isMissingNode() && !cursor.isString()) {
            throw new RefusedException(INVALID_PARAMS, "`cursor` must be a string");
        }
        Optional<byte[]> page =
                protocol.pages()
                        .page(caller(pending), cursor.isMissingNode() ? null : cursor.asString());
        if (page.isEmpty()) {
            throw new RefusedException(
                    INVALID_PARAMS,
                    "`cursor` is unknown, or the list has changed: list again without one");
        }
        return frame.endKept(frame.begin(pending.request().id()).raw(page.get()));
    }

    /** Calls a tool on the calling thread. */
    ToolResult call(Pending pending, ClientSession session) throws RefusedException {
        String name = text(pending, "name");
        String callId = id + "-" + callNumbers.incrementAndGet();
        try {
            Optional<ToolResult> result = Optional.empty();
            if (ToolName.isValid(name)) {
                JsonNode arguments = parameter(pending, "arguments");
                result =
                        protocol.service()
                                .call(
                                        new ToolCall(
                                                callId,
                                                new ToolName(name),
                                                arguments.isMissingNode()
                                                        ? JsonNodeFactory.instance.objectNode()
                                                        : arguments,
                                                caller(pending),
                                                session,
                                                pending.trace()),
                                        ProgressNotices.of(pending));
            }
            if (result.isEmpty()) {
                throw new RefusedException(
                        INVALID_PARAMS,
                        "unknown tool `"
                                + shown(name)
                                + "`: see tools/list"
                                + meant(name, pending));
            }
            return result.get();
        } catch (InterruptedException takenBack) {
            // Reaches nobody, unless somebody else interrupted the call.
            throw new RefusedException(INTERNAL_ERROR, "the call was interrupted");
        } catch (RuntimeException | Error bug) {
            throw internalError(callId, bug);
        }
    }

    /** Looked for among what the caller may see alone, so that a tool kept from it is as unknown as any. */
    private String meant(String name, Pending pending) {
        return NearestWord.question(
                name,
                protocol.service().list(caller(pending)).tools().stream()
                        .map(ToolService.Description::name)
                        .toList());
    }

    JsonLine prompts(Pending pending, Frame frame) throws RefusedException {
        noCursor(pending);
        JsonLine line = frame.begin(pending.request().id()).raw("\"prompts\":[");
        String separator = "";
        for (Prompt prompt : protocol.prompts().all()) {
            line.raw(separator).raw("{\"name\":").string(prompt.name());
            line.raw(",\"title\":").string(prompt.title());
            line.raw(",\"description\":").string(prompt.description());
            arguments(line.raw(",\"arguments\":["), prompt.arguments());
            line.raw("]}");
            separator = ",";
        }
        return frame.endKept(line.raw("]"));
    }

    private static void arguments(JsonLine line, List<Argument> arguments) {
        String separator = "";
        for (Argument argument : arguments) {
            line.raw(separator).raw("{\"name\":").string(argument.name());
            line.raw(",\"description\":").string(argument.description());
            line.raw(",\"required\":" + argument.required() + "}");
            separator = ",";
        }
    }

    JsonLine prompt(Pending pending, Frame frame) throws RefusedException {
        String name = text(pending, "name");
        Optional<Prompt> prompt =
                protocol.prompts().all().stream()
                        .filter(each -> each.name().equals(name))
                        .findFirst();
        if (prompt.isEmpty()) {
            throw new RefusedException(
                    INVALID_PARAMS, "unknown prompt `" + shown(name) + "`: see prompts/list");
        }
        return switch (protocol.prompts().text(prompt.get(), caller(pending), values(pending))) {
            case Checked.Invalid<String>(List<Fault> faults) ->
                    throw new RefusedException(
                            INVALID_PARAMS,
                            faults.stream().map(Fault::text).collect(Collectors.joining("; ")));
            case Checked.Valid<String>(String text) ->
                    frame.end(
                            frame.begin(pending.request().id())
                                    .raw("\"description\":")
                                    .string(prompt.get().description())
                                    .raw(
                                            ",\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":")
                                    .string(text)
                                    .raw("}}]"));
        };
    }

    private static Map<String, String> values(Pending pending) throws RefusedException {
        JsonNode given = parameter(pending, "arguments");
        if (!given.isMissingNode() && !given.isObject()) {
            throw new RefusedException(INVALID_PARAMS, "`arguments` must be an object");
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> each : given.properties()) {
            if (!each.getValue().isString()) {
                throw new RefusedException(
                        INVALID_PARAMS, "argument `" + shown(each.getKey()) + "` must be a string");
            }
            values.put(each.getKey(), each.getValue().stringValue());
        }
        return values;
    }

    JsonLine resources(Pending pending, Frame frame) throws RefusedException {
        noCursor(pending);
        JsonLine line = frame.begin(pending.request().id()).raw("\"resources\":[");
        String separator = "";
        for (Resource resource : protocol.resources().list()) {
            line.raw(separator).raw("{\"uri\":").string(resource.uri());
            line.raw(",\"name\":").string(resource.name());
            line.raw(",\"title\":").string(resource.title());
            line.raw(",\"mimeType\":").string(resource.mimeType());
            line.raw(",\"size\":" + resource.bytes() + "}");
            separator = ",";
        }
        return frame.endKept(line.raw("]"));
    }

    JsonLine resourceTemplates(Pending pending, Frame frame) throws RefusedException {
        noCursor(pending);
        return frame.endKept(frame.begin(pending.request().id()).raw("\"resourceTemplates\":[]"));
    }

    JsonLine resource(Pending pending, Frame frame) throws RefusedException {
        String uri = text(pending, "uri");
        Optional<Resource> resource =
                protocol.resources().list().stream()
                        .filter(each -> each.uri().equals(uri))
                        .findFirst();
        Optional<String> text =
                resource.flatMap(each -> protocol.resources().read(caller(pending), each.uri()));
        if (resource.isEmpty() || text.isEmpty()) {
            throw new RefusedException(
                    frame.noResource(),
                    "no resource `" + shown(uri) + "`: see resources/list",
                    new JsonLine().raw("{\"uri\":").string(shown(uri)).raw("}"));
        }
        return frame.endKept(
                frame.begin(pending.request().id())
                        .raw("\"contents\":[{\"uri\":")
                        .string(uri)
                        .raw(",\"mimeType\":")
                        .string(resource.get().mimeType())
                        .raw(",\"text\":")
                        .string(text.get())
                        .raw("}]"));
    }

    /** Lists that are given whole have no second page. */
    private static void noCursor(Pending pending) throws RefusedException {
        if (!parameter(pending, "cursor").isMissingNode()) {
            throw new RefusedException(
                    INVALID_PARAMS, "`cursor` is unknown: this list has one page");
        }
    }

    private static String text(Pending pending, String name) throws RefusedException {
        JsonNode value = parameter(pending, name);
        if (!value.isString()) {
            throw new RefusedException(INVALID_PARAMS, "`" + name + "` must be a string");
        }
        return value.stringValue();
    }

    private static JsonNode parameter(Pending pending, String name) {
        return pending.params() == null
                ? JsonNodeFactory.instance.missingNode()
                : pending.params().path(name);
    }

    private static String shown(String text) {
        return ShownText.of(text, SHOWN_MAX);
    }

    Caller caller(Pending pending) {
        return new Caller(principal, pending.envelope().narrowing());
    }

    /** Tells what is ours to mend by the id it is logged under, and nothing else. */
    RefusedException internalError(String callId, Throwable bug) {
        LOG.error("call {} of {}: internal error", callId, principal, bug);
        return new RefusedException(
                INTERNAL_ERROR, "internal error; see daemon.log, call " + callId);
    }
}
