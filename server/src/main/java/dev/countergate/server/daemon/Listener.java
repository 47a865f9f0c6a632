package dev.countergate.server.daemon;

import java.io.IOException;
import java.time.Duration;
import tools.jackson.databind.node.ObjectNode;

/** A way in besides the sockets. Thread safe. */
public interface Listener extends AutoCloseable {
    /**
     * Takes connections from now on.
     *
     * @throws IOException when it cannot listen; the message says why
     */
    void start() throws IOException;

    /** How many agents are connected, or have a session open. */
    int sessions();

    /** Takes nothing more, and waits until what is in flight is answered, at most {@code bound}. */
    void drain(Duration bound) throws InterruptedException;

    /** Adds what an operator wants to know to the answer of {@code status}. */
    void describe(ObjectNode status);

    /** Ends at once what is left. */
    @Override
    void close();
}
