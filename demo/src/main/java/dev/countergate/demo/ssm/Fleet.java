package dev.countergate.demo.ssm;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The managed instances, in order of their ids: {@code DescribeInstanceInformation} and targets. Thread safe. */
public final class Fleet {
    private static final int TARGETS_MAX = 5;
    private static final int FILTERS_MAX = 50;

    private final Timeline timeline;
    private final TreeMap<String, SimulatedInstance> instances = new TreeMap<>();
    private Consumer<SimulatedInstance> changed = instance -> {};

    Fleet(Timeline timeline) {
        this.timeline = timeline;
    }

    void onChange(Consumer<SimulatedInstance> listener) {
        changed = listener;
    }

    /** Adds the instance, or replaces the one of its id: a command waiting for it goes on if it is online now. */
    public void put(SimulatedInstance instance) {
        timeline.run(
                () -> {
                    instances.put(instance.id(), instance);
                    changed.accept(instance);
                });
    }

    /** The instance is managed no longer; false if it was not. */
    public boolean remove(String id) {
        return timeline.within(() -> instances.remove(id) != null);
    }

    Optional<SimulatedInstance> find(String id) {
        return Optional.ofNullable(instances.get(id));
    }

    /** The instances every one of the targets selects; of one target's values any will do. */
    List<SimulatedInstance> resolve(Fields request) {
        List<Fields> targets = request.objects("Targets", TARGETS_MAX);
        return targets.isEmpty()
                ? List.of()
                : instances.values().stream()
                        .filter(
                                instance ->
                                        targets.stream()
                                                .allMatch(target -> selects(target, instance)))
                        .toList();
    }

    private static boolean selects(Fields target, SimulatedInstance instance) {
        String key = target.needText("Key");
        List<String> values = target.texts("Values", 50);
        if (key.equals("InstanceIds")) {
            return values.contains(instance.id());
        }
        if (key.startsWith("tag:")) {
            return tagged(instance, key.substring("tag:".length()), values);
        }
        throw ApiException.of("InvalidTarget", "the target key `" + key + "` is not simulated");
    }

    ObjectNode describeInstanceInformation(Fields request) {
        List<Fields> filters = request.objects("Filters", FILTERS_MAX);
        List<SimulatedInstance> found = new ArrayList<>();
        for (SimulatedInstance instance : instances.values()) {
            if (filters.stream().allMatch(filter -> passes(filter, instance))) {
                found.add(instance);
            }
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        Instant now = timeline.now();
        Page.of(found, request, 5, 50)
                .writeTo(answer, "InstanceInformationList", one -> information(one, now));
        return answer;
    }

    private static boolean passes(Fields filter, SimulatedInstance instance) {
        String key = filter.needText("Key");
        List<String> values = filter.texts("Values", 100);
        if (key.startsWith("tag:")) {
            return tagged(instance, key.substring("tag:".length()), values);
        }
        return switch (key) {
            case "InstanceIds" -> values.contains(instance.id());
            case "PingStatus" -> values.contains(instance.ping().apiName());
            case "PlatformTypes" -> values.contains(instance.platform().apiName());
            case "tag-key" -> values.stream().anyMatch(instance.tags()::containsKey);
            default -> throw ApiException.of("InvalidFilterKey", "The specified key is not valid.");
        };
    }

    private static boolean tagged(SimulatedInstance instance, String tag, List<String> values) {
        String value = instance.tags().get(tag);
        return value != null && values.contains(value);
    }

    private static ObjectNode information(SimulatedInstance instance, Instant now) {
        ObjectNode form = JsonNodeFactory.instance.objectNode();
        form.put("InstanceId", instance.id());
        form.put("PingStatus", instance.ping().apiName());
        form.put("LastPingDateTime", Times.seconds(now));
        form.put("AgentVersion", "3.3.3598.0");
        form.put("IsLatestVersion", true);
        form.put("PlatformType", instance.platform().apiName());
        form.put("PlatformName", "Simulated " + instance.platform().apiName());
        form.put("PlatformVersion", "1");
        form.put(
                "ResourceType",
                instance.id().startsWith("mi-") ? "ManagedInstance" : "EC2Instance");
        form.put("IPAddress", "192.0.2.1");
        form.put("ComputerName", instance.id() + ".simulated.invalid");
        return form;
    }

    /** Every instance by id, for tests that look. */
    public Map<String, SimulatedInstance> all() {
        return timeline.within(() -> Map.copyOf(instances));
    }
}
