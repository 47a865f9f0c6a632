package dev.countergate.server.mcp;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.call.ToolService;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.node.JsonNodeFactory;

/** Tools whose behaviour a test writes down. Beside them always stands {@code echo}, which returns its arguments. */
public final class FakeTools implements ToolService {
    public final List<ToolCall> calls = new CopyOnWriteArrayList<>();
    final AtomicInteger listings = new AtomicInteger();

    private final Map<String, Behaviour> behaviours = new LinkedHashMap<>();
    private final Map<PrincipalId, String> kept = new HashMap<>();
    private final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();
    private final AtomicInteger revision = new AtomicInteger(1);

    /** What a tool does. */
    public interface Behaviour {
        ToolResult call(ToolCall call, Progress progress) throws InterruptedException;
    }

    public FakeTools() {
        tool("echo", (call, progress) -> text(call.arguments().toString()));
    }

    /** No tool at all. */
    public static FakeTools none() {
        FakeTools tools = new FakeTools();
        tools.behaviours.clear();
        return tools;
    }

    public FakeTools tool(String name, Behaviour behaviour) {
        behaviours.put(name, behaviour);
        return this;
    }

    /** Keeps {@code name} from {@code principal}, as powers do. */
    FakeTools keptFrom(PrincipalId principal, String name) {
        kept.put(principal, name);
        return this;
    }

    public static ToolResult text(String text) {
        return new ToolResult(List.of(text), null, null);
    }

    /** Announces a change. */
    public void changed() {
        revision.incrementAndGet();
        listeners.forEach(Runnable::run);
    }

    public int listeners() {
        return listeners.size();
    }

    @Override
    public Listing list(Caller caller) {
        listings.incrementAndGet();
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return new Listing(
                revision.get(),
                behaviours.keySet().stream()
                        .filter(name -> !name.equals(kept.get(caller.principal())))
                        .map(
                                name ->
                                        new Description(
                                                name,
                                                "does " + name,
                                                nodes.objectNode().put("type", "object"),
                                                null,
                                                nodes.objectNode().put("readOnlyHint", true)))
                        .toList());
    }

    @Override
    public Optional<ToolResult> call(ToolCall call, Progress progress) throws InterruptedException {
        Behaviour behaviour = behaviours.get(call.tool().value());
        if (behaviour == null || call.tool().value().equals(kept.get(call.principal()))) {
            return Optional.empty();
        }
        calls.add(call);
        return Optional.of(behaviour.call(call, progress));
    }

    @Override
    public Set<String> needs(ToolName tool) {
        return tool.value().startsWith("needs_") ? Set.of("sampling", "elicitation") : Set.of();
    }

    @Override
    public AutoCloseable onListChanged(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
