package dev.countergate.demo.ssm;

import java.nio.file.Path;
import java.util.Map;

/**
 * A managed instance. Immutable: {@link Fleet#put} replaces one by another of the same id.
 *
 * @param id e.g. {@code i-0123456789abcdef0} or {@code mi-...}
 * @param sandbox the folder its commands run in; programs in its {@code bin} come first on their path
 * @param ignoresCancel its agent runs a command to its end although a cancel was asked
 */
public record SimulatedInstance(
        String id,
        Path sandbox,
        Map<String, String> tags,
        Platform platform,
        Ping ping,
        Delivery delivery,
        boolean ignoresCancel) {
    /** The operating system; only Linux and macOS run {@code AWS-RunShellScript}. */
    public enum Platform {
        LINUX("Linux"),
        MACOS("MacOS"),
        WINDOWS("Windows");

        private final String apiName;

        Platform(String apiName) {
            this.apiName = apiName;
        }

        String apiName() {
            return apiName;
        }
    }

    /** What the service last heard of the agent. A command for an agent that is not online waits until it times out. */
    public enum Ping {
        ONLINE("Online"),
        CONNECTION_LOST("ConnectionLost");

        private final String apiName;

        Ping(String apiName) {
            this.apiName = apiName;
        }

        String apiName() {
            return apiName;
        }
    }

    /** What becomes of a command sent to an online agent. */
    public enum Delivery {
        /** The agent takes it and runs it. */
        REACHED,
        /** The service gives up at once. */
        UNDELIVERABLE,
        /** The agent never fetches it: Delayed, then a delivery timeout. */
        SILENT
    }

    public SimulatedInstance {
        tags = Map.copyOf(tags);
    }

    /** An online Linux instance without tags that behaves. */
    public static SimulatedInstance online(String id, Path sandbox) {
        return new SimulatedInstance(
                id, sandbox, Map.of(), Platform.LINUX, Ping.ONLINE, Delivery.REACHED, false);
    }

    public SimulatedInstance tagged(Map<String, String> newTags) {
        return new SimulatedInstance(id, sandbox, newTags, platform, ping, delivery, ignoresCancel);
    }

    public SimulatedInstance on(Platform newPlatform) {
        return new SimulatedInstance(id, sandbox, tags, newPlatform, ping, delivery, ignoresCancel);
    }

    public SimulatedInstance pinging(Ping newPing) {
        return new SimulatedInstance(id, sandbox, tags, platform, newPing, delivery, ignoresCancel);
    }

    public SimulatedInstance delivering(Delivery newDelivery) {
        return new SimulatedInstance(id, sandbox, tags, platform, ping, newDelivery, ignoresCancel);
    }

    public SimulatedInstance ignoringCancel() {
        return new SimulatedInstance(id, sandbox, tags, platform, ping, delivery, true);
    }

    boolean takesCommands() {
        return ping == Ping.ONLINE && delivery == Delivery.REACHED;
    }
}
