package dev.countergate.server.backend.ssm;

import dev.countergate.policy.catalogue.SsmAction;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.request.SsmRequest;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.server.backend.Deadline;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A command as it will be sent.
 *
 * @param version or null for the document's default
 * @param documentHash SHA-256 the version's text must have, or null for any
 * @param instances explicit ids, none where tags alone choose
 * @param tags by filter key, such as {@code tag:service}
 * @param concurrencyMax or null for the service's default
 * @param errorsMax or null for the service's default
 * @param deliverySeconds after which an instance that has not taken it never will
 * @param mark stands in the command's comment and in no other command's
 */
record CommandOrder(
        String document,
        @Nullable String version,
        @Nullable String documentHash,
        Map<String, List<String>> parameters,
        List<String> instances,
        Map<String, String> tags,
        @Nullable String concurrencyMax,
        @Nullable String errorsMax,
        int deliverySeconds,
        String mark) {
    static final String SHELL_DOCUMENT = "AWS-RunShellScript";

    /** SendCommand's limits: instance ids of one command, and criteria of its targets. */
    static final int INSTANCES_MAX = 50;

    private static final int TARGETS_MAX = 5;
    private static final int DELIVERY_SECONDS_MIN = 30;
    static final int DELIVERY_SECONDS_MAX = 2_592_000;

    /** {@code executionTimeout} of {@code AWS-RunShellScript}. */
    private static final int RUN_SECONDS_MIN = 5;

    private static final int RUN_SECONDS_MAX = 172_800;
    static final int RUN_SECONDS_DEFAULT = 3_600;

    /** The share of a call's time left for bringing back what a command printed. */
    private static final int COLLECTING_SHARE = 6;

    CommandOrder {
        parameters = Map.copyOf(parameters);
        instances = List.copyOf(instances);
        tags = Map.copyOf(tags);
    }

    /** Shell commands; the instances stop them when nobody waits for them any longer. */
    static CommandOrder of(SsmRequest.Commands request, String mark, Deadline deadline)
            throws CallFailedException {
        SsmAction.Run run = request.run();
        long wanted = run.runLimit() == null ? RUN_SECONDS_DEFAULT : run.runLimit();
        long waited = secondsLeft(deadline);
        // The limit strikes while somebody still waits, so that what was printed until then comes
        // back.
        long seconds =
                Math.clamp(
                        Math.min(wanted, waited - waited / COLLECTING_SHARE),
                        RUN_SECONDS_MIN,
                        RUN_SECONDS_MAX);
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        parameters.put("commands", request.commands());
        parameters.put("executionTimeout", List.of(Long.toString(seconds)));
        if (run.workingDirectory() != null) {
            parameters.put("workingDirectory", List.of(run.workingDirectory()));
        }
        return of(SHELL_DOCUMENT, null, parameters, request.targets(), run, mark, deadline);
    }

    /** A document; its own parameters say how long it may run, so a run limit is passed on only where one was set. */
    static CommandOrder of(SsmRequest.Document request, String mark, Deadline deadline)
            throws CallFailedException {
        SsmAction.Run run = request.run();
        Map<String, List<String>> parameters = new LinkedHashMap<>(request.values());
        if (run.runLimit() != null) {
            parameters.putIfAbsent("executionTimeout", List.of(run.runLimit().toString()));
        }
        if (run.workingDirectory() != null) {
            parameters.putIfAbsent("workingDirectory", List.of(run.workingDirectory()));
        }
        return of(
                request.document(),
                request.version(),
                parameters,
                request.targets(),
                run,
                mark,
                deadline);
    }

    /** A command as a core fixed it. */
    static CommandOrder of(CoreRequest.Ssm request) {
        return new CommandOrder(
                request.document(),
                request.version(),
                request.documentHash(),
                request.parameters(),
                request.instances(),
                Map.of(),
                request.concurrencyMax(),
                request.errorsMax(),
                request.deliverySeconds() == null
                        ? DELIVERY_SECONDS_MIN
                        : request.deliverySeconds(),
                request.comment());
    }

    private static CommandOrder of(
            String document,
            @Nullable String version,
            Map<String, List<String>> parameters,
            SsmRequest.Targets targets,
            SsmAction.Run run,
            String mark,
            Deadline deadline)
            throws CallFailedException {
        List<String> instances = targets.instances().stream().distinct().toList();
        check(instances, targets.tags());
        return new CommandOrder(
                document,
                version,
                null,
                parameters,
                instances,
                targets.tags(),
                run.concurrencyMax(),
                run.errorsMax(),
                Math.clamp(secondsLeft(deadline), DELIVERY_SECONDS_MIN, DELIVERY_SECONDS_MAX),
                mark);
    }

    private static void check(List<String> instances, Map<String, String> tags)
            throws CallFailedException {
        if (instances.isEmpty() && tags.isEmpty()) {
            throw refused("a command needs instances or tags", "name at least one instance or tag");
        }
        if (instances.size() > INSTANCES_MAX) {
            throw refused(
                    instances.size() + " instances, one command reaches at most " + INSTANCES_MAX,
                    "name fewer, or choose them by tag");
        }
        int criteria = tags.size() + (instances.isEmpty() ? 0 : 1);
        if (criteria > TARGETS_MAX) {
            throw refused(
                    criteria + " target criteria, one command takes at most " + TARGETS_MAX,
                    "choose the instances by fewer tags");
        }
    }

    private static CallFailedException refused(String message, String hint) {
        return CallFailedException.of(FailureCode.BACKEND_REFUSED, message, hint);
    }

    private static long secondsLeft(Deadline deadline) {
        return deadline.left().plusMillis(999).toSeconds();
    }

    /** Whether it runs one step on one instance named beforehand. */
    boolean isPlain() {
        return document.equals(SHELL_DOCUMENT) && tags.isEmpty() && instances.size() == 1;
    }
}
