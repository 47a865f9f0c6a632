package dev.countergate.server.backend.ssm;

import dev.countergate.policy.catalogue.SsmAction;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.request.SsmRequest;
import dev.countergate.server.backend.Resolution;
import dev.countergate.server.backend.Wish;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.model.DescribeDocumentResponse;
import software.amazon.awssdk.services.ssm.model.DocumentDescription;
import software.amazon.awssdk.services.ssm.model.DocumentHashType;
import software.amazon.awssdk.services.ssm.model.DocumentStatus;
import software.amazon.awssdk.services.ssm.model.DocumentType;
import software.amazon.awssdk.services.ssm.model.InstanceInformation;
import software.amazon.awssdk.services.ssm.model.PingStatus;

/** Fixes what a write through Systems Manager would touch: which instances, and which version of which document. */
final class Resolving {
    /** The most instances of one write whose guard sets no {@code targets: {max: N}}. */
    static final int TARGETS_MAX_DEFAULT = 10;

    /** How long the first instances of a command may take to fetch it; Systems Manager's own console waits as long. */
    static final int DELIVERY_SECONDS = 600;

    private static final String RUN_LIMIT = "executionTimeout";
    private static final String FOLDER = "workingDirectory";

    private final Service service;

    Resolving(Service service) {
        this.service = service;
    }

    Resolution resolve(Request request, Wish wish)
            throws CallFailedException, InterruptedException {
        try {
            return switch (request) {
                case SsmRequest.Commands commands -> commands(commands, wish);
                case SsmRequest.Document document -> document(document, wish);
                case SsmRequest.Automation automation -> automation(automation, wish);
                default -> throw new IllegalArgumentException("changes nothing: " + request);
            };
        } catch (RefusedException e) {
            return e.refused;
        }
    }

    private Resolution commands(SsmRequest.Commands request, Wish wish)
            throws CallFailedException, InterruptedException, RefusedException {
        SsmAction.Run run = request.run();
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        parameters.put("commands", request.commands());
        int runLimit = run.runLimit() == null ? CommandOrder.RUN_SECONDS_DEFAULT : run.runLimit();
        parameters.put(RUN_LIMIT, List.of(Integer.toString(runLimit)));
        if (run.workingDirectory() != null) {
            parameters.put(FOLDER, List.of(run.workingDirectory()));
        }
        return command(CommandOrder.SHELL_DOCUMENT, null, parameters, request.targets(), run, wish);
    }

    private Resolution document(SsmRequest.Document request, Wish wish)
            throws CallFailedException, InterruptedException, RefusedException {
        SsmAction.Run run = request.run();
        Map<String, List<String>> parameters = new LinkedHashMap<>(request.values());
        if (run.runLimit() != null) {
            parameters.putIfAbsent(RUN_LIMIT, List.of(run.runLimit().toString()));
        }
        if (run.workingDirectory() != null) {
            parameters.putIfAbsent(FOLDER, List.of(run.workingDirectory()));
        }
        return command(
                request.document(), request.version(), parameters, request.targets(), run, wish);
    }

    private Resolution command(
            String name,
            @Nullable String version,
            Map<String, List<String>> parameters,
            SsmRequest.Targets targets,
            SsmAction.Run run,
            Wish wish)
            throws CallFailedException, InterruptedException, RefusedException {
        Pinned document = pin(name, version, DocumentType.COMMAND, wish);
        List<String> blastRadius = new ArrayList<>();
        List<String> instances = instances(targets, wish, blastRadius);
        String concurrencyMax =
                Objects.requireNonNull(run.concurrencyMax(), "the loader demands it");
        String errorsMax = Objects.requireNonNull(run.errorsMax(), "the loader demands it");
        int batches = Math.ceilDiv(instances.size(), Shares.of(concurrencyMax, instances.size()));
        // The service ends a command by this and the run limit together, wherever it stands then:
        // instances that wait for others need the others' time too.
        long seconds = DELIVERY_SECONDS + (batches - 1L) * runSeconds(parameters);
        return new Resolution.Resolved(
                new CoreRequest.Ssm(
                        CoreRequest.Ssm.Action.SEND_COMMAND,
                        name,
                        document.version(),
                        document.hash(),
                        parameters,
                        instances,
                        concurrencyMax,
                        errorsMax,
                        (int) Math.min(seconds, CommandOrder.DELIVERY_SECONDS_MAX),
                        wish.attempt()),
                blastRadius);
    }

    private Resolution automation(SsmRequest.Automation request, Wish wish)
            throws CallFailedException, InterruptedException, RefusedException {
        Pinned document = pin(request.document(), request.version(), DocumentType.AUTOMATION, wish);
        return new Resolution.Resolved(
                new CoreRequest.Ssm(
                        CoreRequest.Ssm.Action.START_AUTOMATION,
                        request.document(),
                        document.version(),
                        document.hash(),
                        request.values(),
                        List.of(),
                        null,
                        null,
                        null,
                        wish.attempt()),
                List.of("whatever the steps of this automation name"));
    }

    /** The run limit among {@code parameters}, or the service's own. */
    static long runSeconds(Map<String, List<String>> parameters) {
        String text = String.join("", parameters.getOrDefault(RUN_LIMIT, List.of()));
        return text.matches("[0-9]{1,6}") ? Long.parseLong(text) : CommandOrder.RUN_SECONDS_DEFAULT;
    }

    private record Pinned(String version, String hash) {}

    private Pinned pin(String name, @Nullable String version, DocumentType type, Wish wish)
            throws CallFailedException, InterruptedException, RefusedException {
        DescribeDocumentResponse answer =
                service.read(
                        "DescribeDocument",
                        wish.deadline(),
                        (client, limits) ->
                                client.describeDocument(
                                        describe ->
                                                describe.name(name)
                                                        .documentVersion(version)
                                                        .overrideConfiguration(limits)));
        DocumentDescription document = answer.document();
        if (document == null || document.documentVersion() == null) {
            throw Failures.malformed("DescribeDocument");
        }
        if (document.documentType() != type || document.status() != DocumentStatus.ACTIVE) {
            throw new RefusedException(
                    "DOCUMENT_UNFIT",
                    "document `"
                            + name
                            + "` is of type "
                            + document.documentTypeAsString()
                            + " and "
                            + document.statusAsString(),
                    "name an active document of type " + type);
        }
        if (document.hashType() != DocumentHashType.SHA256
                || !Statuses.text(document.hash()).matches("[0-9a-fA-F]{64}")) {
            throw new RefusedException(
                    "DOCUMENT_UNPINNED",
                    "document `" + name + "` has no SHA-256, so what would run cannot be fixed",
                    "an operator must use a document that has one");
        }
        return new Pinned(document.documentVersion(), document.hash());
    }

    /** The instances, sorted; which of the tagged ones are left out goes into {@code blastRadius}. */
    private List<String> instances(SsmRequest.Targets targets, Wish wish, List<String> blastRadius)
            throws CallFailedException, InterruptedException, RefusedException {
        if (targets.instances().isEmpty() && targets.tags().isEmpty()) {
            throw new RefusedException(
                    "NO_TARGETS", "no instance and no tag is named", "name at least one");
        }
        InventoryReads.Found found = new InventoryReads(service).find(targets, wish.deadline());
        TreeSet<String> online = new TreeSet<>();
        TreeSet<String> offline = new TreeSet<>();
        for (InstanceInformation instance : found.all()) {
            boolean isOnline = instance.pingStatus() == PingStatus.ONLINE;
            (isOnline ? online : offline).add(Statuses.text(instance.instanceId()));
        }
        TreeSet<String> missing = new TreeSet<>(targets.instances());
        missing.removeAll(online);
        if (!missing.isEmpty()) {
            throw new RefusedException(
                    "TARGET_OFFLINE",
                    "not managed here, not online, or without the tags asked for: "
                            + String.join(", ", missing),
                    "list the instances with an inventory tool, and name those that are online");
        }
        if (online.isEmpty()) {
            throw new RefusedException(
                    "NO_TARGETS",
                    "no managed instance with the tags asked for is online",
                    "list the instances with an inventory tool");
        }
        Integer own = wish.tool().guard().targetsMax();
        int most = Math.min(own == null ? TARGETS_MAX_DEFAULT : own, CommandOrder.INSTANCES_MAX);
        if (online.size() > most || !found.whole()) {
            throw new RefusedException(
                    "TOO_MANY_TARGETS",
                    (found.whole() ? "" : "more than ")
                            + online.size()
                            + " instances, this tool reaches at most "
                            + most,
                    own == null
                            ? "narrow by tag, or have an operator set `targets: {max: N}`"
                            : "narrow by tag");
        }
        if (!targets.tags().isEmpty()) {
            blastRadius.add(
                    online.size()
                            + " of "
                            + (online.size() + offline.size())
                            + " instances with the tags asked for are online");
        }
        if (!offline.isEmpty()) {
            blastRadius.add("left out, not online: " + String.join(", ", offline));
        }
        return List.copyOf(online);
    }

    /** It cannot be proposed; it never leaves this class. */
    private static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Resolution.Refused refused;

        RefusedException(String code, String message, String hint) {
            super(message, null, false, false);
            this.refused = new Resolution.Refused(code, message, hint);
        }
    }
}
