package dev.countergate.server.backend.ssm;

import dev.countergate.policy.request.SsmRequest;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.Deadline;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.model.DescribeInstanceInformationResponse;
import software.amazon.awssdk.services.ssm.model.InstanceInformation;
import software.amazon.awssdk.services.ssm.model.InstanceInformationStringFilter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The managed instances. */
final class InventoryReads {
    /** What one filter takes (API reference, InstanceInformationStringFilter). */
    private static final int FILTER_VALUES_MAX = 100;

    private static final int PAGE_MAX = 50;
    private static final int INSTANCES_MAX = 2_000;

    /** Pages may be empty and yet go on. */
    private static final int PAGES_MAX = 200;

    private final Service service;

    InventoryReads(Service service) {
        this.service = service;
    }

    /**
     * The instances found.
     *
     * @param all in the service's order
     * @param whole whether there are no more
     */
    record Found(List<InstanceInformation> all, boolean whole) {
        Found {
            all = List.copyOf(all);
        }
    }

    Reply fetch(SsmRequest.Targets targets, Deadline deadline)
            throws CallFailedException, InterruptedException {
        Found found = find(targets, deadline);
        List<String> notes = new ArrayList<>();
        if (!found.whole()) {
            notes.add(
                    "there are more than the first "
                            + found.all().size()
                            + " instances: narrow by tag");
        }
        Set<String> missing = new HashSet<>(targets.instances());
        found.all().forEach(instance -> missing.remove(instance.instanceId()));
        if (!missing.isEmpty() && targets.tags().isEmpty()) {
            notes.add("not managed here: " + String.join(", ", missing.stream().sorted().toList()));
        }
        return new Reply.Answer(
                new Payload.Rows(
                        "instances", found.all().stream().map(InventoryReads::row).toList()),
                notes);
    }

    /** The managed instances {@code targets} names, page by page. */
    Found find(SsmRequest.Targets targets, Deadline deadline)
            throws CallFailedException, InterruptedException {
        List<InstanceInformation> all = new ArrayList<>();
        boolean whole = true;
        for (List<InstanceInformationStringFilter> filters : filters(targets)) {
            String token = null;
            int pages = 0;
            do {
                DescribeInstanceInformationResponse page = page(filters, token, deadline);
                all.addAll(Statuses.present(page.instanceInformationList()));
                token = page.nextToken();
            } while (token != null
                    && !token.isEmpty()
                    && all.size() < INSTANCES_MAX
                    && ++pages < PAGES_MAX);
            whole &= token == null || token.isEmpty();
        }
        return new Found(all, whole);
    }

    /** One list of filters for each call: ids beyond one filter's values go into further calls. */
    private static List<List<InstanceInformationStringFilter>> filters(SsmRequest.Targets targets) {
        List<InstanceInformationStringFilter> tags = new ArrayList<>();
        for (Map.Entry<String, String> tag : targets.tags().entrySet()) {
            tags.add(filter(tag.getKey(), List.of(tag.getValue())));
        }
        List<String> ids = targets.instances().stream().distinct().toList();
        List<List<InstanceInformationStringFilter>> calls = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += FILTER_VALUES_MAX) {
            List<InstanceInformationStringFilter> filters = new ArrayList<>(tags);
            int to = Math.min(ids.size(), from + FILTER_VALUES_MAX);
            filters.add(filter("InstanceIds", ids.subList(from, to)));
            calls.add(filters);
        }
        return calls.isEmpty() ? List.of(tags) : calls;
    }

    private static InstanceInformationStringFilter filter(String key, List<String> values) {
        return InstanceInformationStringFilter.builder().key(key).values(values).build();
    }

    private DescribeInstanceInformationResponse page(
            List<InstanceInformationStringFilter> filters,
            @Nullable String token,
            Deadline deadline)
            throws CallFailedException, InterruptedException {
        return service.read(
                "DescribeInstanceInformation",
                deadline,
                (client, limits) ->
                        client.describeInstanceInformation(
                                describe ->
                                        describe.filters(filters)
                                                .maxResults(PAGE_MAX)
                                                .nextToken(token)
                                                .overrideConfiguration(limits)));
    }

    private static JsonNode row(InstanceInformation instance) {
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        row.put("instance", Statuses.text(instance.instanceId()));
        row.put("ping", Statuses.text(instance.pingStatusAsString()));
        if (instance.lastPingDateTime() != null) {
            row.put("last_ping", Times.rfc3339(instance.lastPingDateTime()));
        }
        row.put("type", Statuses.text(instance.resourceTypeAsString()));
        row.put("name", Statuses.text(instance.computerName()));
        row.put("address", Statuses.text(instance.ipAddress()));
        row.put("platform", Statuses.text(instance.platformTypeAsString()));
        row.put("platform_name", Statuses.text(instance.platformName()));
        row.put("platform_version", Statuses.text(instance.platformVersion()));
        row.put("agent_version", Statuses.text(instance.agentVersion()));
        if (instance.isLatestVersion() != null) {
            row.put("agent_latest", instance.isLatestVersion());
        }
        return row;
    }
}
