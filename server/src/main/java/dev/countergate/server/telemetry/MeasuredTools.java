package dev.countergate.server.telemetry;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.call.ToolService;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Tools, with each call of them counted and timed. */
final class MeasuredTools implements ToolService {
    /** What a tool is called that its caller has not: what it was called by is the caller's text. */
    private static final String UNKNOWN = "unknown";

    private final ToolService tools;
    private final Metrics metrics;

    MeasuredTools(ToolService tools, Metrics metrics) {
        this.tools = tools;
        this.metrics = metrics;
    }

    @Override
    public Listing list(Caller caller) {
        return tools.list(caller);
    }

    @Override
    public Optional<ToolResult> call(ToolCall call, Progress progress) throws InterruptedException {
        long start = System.nanoTime();
        Optional<ToolResult> result = Optional.empty();
        String code = "INTERNAL";
        boolean isThere = false;
        try {
            result = tools.call(call, progress);
            isThere = result.isPresent();
            code = result.map(MeasuredTools::code).orElse("UNKNOWN_TOOL");
            return result;
        } catch (InterruptedException takenBack) {
            code = "CANCELLED";
            isThere = isThere(call);
            throw takenBack;
        } finally {
            metrics.called(
                    isThere ? call.tool().value() : UNKNOWN,
                    code,
                    Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private boolean isThere(ToolCall call) {
        return tools.list(call.caller()).tools().stream()
                .anyMatch(tool -> tool.name().equals(call.tool().value()));
    }

    private static String code(ToolResult result) {
        return result.error() == null ? "OK" : result.error().code();
    }

    @Override
    public Set<String> needs(ToolName tool) {
        return tools.needs(tool);
    }

    @Override
    public AutoCloseable onListChanged(Runnable listener) {
        return tools.onListChanged(listener);
    }
}
