package dev.countergate.server.daemon;

import dev.countergate.policy.call.PrincipalId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** What a daemon makes reachable. Thread safe. */
public interface Service extends AutoCloseable {
    /**
     * Serves one connection of an agent on the calling thread, framed as MCP's stdio transport, until its input ends
     * and everything in flight was answered.
     *
     * @param principal who connected, as the kernel says
     * @throws IOException when the connection breaks
     * @throws InterruptedException when the calling thread was interrupted
     */
    void serve(InputStream in, OutputStream out, PrincipalId principal)
            throws IOException, InterruptedException;

    /** Further ways in to it, not begun. The daemon starts, drains and closes them. */
    default List<Listener> listeners() {
        return List.of();
    }

    /** How many calls run at this moment. */
    int running();

    /** How many things wait for somebody, such as proposals; while there are any, the daemon does not end by itself. */
    int open();

    /** The separation the operator declares beyond what can be measured, if any. */
    default Optional<Separation> declaredSeparation() {
        return Optional.empty();
    }

    /** The names of the environment variables that the catalogue reads, one that could not be loaded too. */
    Set<String> variables();

    /** Has {@code listener} run after each further load of the catalogue: {@link #variables()} may be others. */
    default void onLoad(Runnable listener) {}

    /** Adds what an operator wants to know to the answer of {@code status}. */
    void describe(ObjectNode status);

    /** Ends what runs and frees what is held. */
    @Override
    void close();
}
