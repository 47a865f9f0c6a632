package dev.countergate.demo.ssm;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A command on one instance, changing under the timeline's lock. */
final class Invocation {
    /** The response code before a step has ended. */
    static final int NOT_RUN = -1;

    /** One step's part of an invocation. */
    static final class Step {
        private final String name;
        private InvocationState state = InvocationState.PENDING;
        private int responseCode = NOT_RUN;
        private @Nullable Instant startedAt;
        private @Nullable Instant endedAt;
        private String standardOutput = "";
        private String standardError = "";

        private Step(String name) {
            this.name = name;
        }

        void start(Instant at) {
            state = InvocationState.IN_PROGRESS;
            startedAt = at;
        }

        void end(Instant at, InvocationState as, int code, String output, String error) {
            state = as;
            endedAt = at;
            responseCode = code;
            standardOutput = output;
            standardError = error;
        }

        String name() {
            return name;
        }

        InvocationState state() {
            return state;
        }

        int responseCode() {
            return responseCode;
        }

        @Nullable Instant startedAt() {
            return startedAt;
        }

        @Nullable Instant endedAt() {
            return endedAt;
        }

        String standardOutput() {
            return standardOutput;
        }

        String standardError() {
            return standardError;
        }
    }

    private final String instanceId;
    private final List<Step> steps = new ArrayList<>();
    private InvocationState state = InvocationState.PENDING;
    private boolean begun;
    private boolean cancelAsked;
    private @Nullable ShellRun run;

    Invocation(String instanceId, List<String> stepNames) {
        this.instanceId = instanceId;
        stepNames.forEach(name -> steps.add(new Step(name)));
    }

    String instanceId() {
        return instanceId;
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }

    Optional<Step> step(String name) {
        return steps.stream().filter(one -> one.name().equals(name)).findFirst();
    }

    InvocationState state() {
        return state;
    }

    /** Terminal states stay. */
    void become(InvocationState next) {
        if (!state.terminal()) {
            state = next;
        }
    }

    /** Whether it takes one of the command's concurrent places, delivered or not. */
    boolean begun() {
        return begun;
    }

    void begin() {
        begun = true;
    }

    boolean delivered() {
        return steps.stream().anyMatch(step -> step.startedAt() != null);
    }

    boolean cancelAsked() {
        return cancelAsked;
    }

    void askCancel() {
        cancelAsked = true;
    }

    void running(@Nullable ShellRun newRun) {
        run = newRun;
    }

    Optional<ShellRun> run() {
        return Optional.ofNullable(run);
    }
}
