package dev.countergate.server.backend;

import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.result.Reply;
import java.time.Duration;

/** Is told what backends answered to reads and notifications, on the threads that asked. Returns at once, and throws nothing. */
@FunctionalInterface
public interface ReadFollower {
    /** Nobody follows. */
    ReadFollower NONE = (backend, reply, took) -> {};

    /** {@code backend} answered so, after that long. */
    void answered(BackendName backend, Reply reply, Duration took);
}
