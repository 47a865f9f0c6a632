package dev.countergate.server.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the connections of one Unix socket, each on a thread of its own. Thread safe. */
final class SocketServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SocketServer.class);

    /** How long connections that were cut off have to notice. */
    private static final Duration CUT_OFF = Duration.ofSeconds(1);

    /** How long, once the daemon is ending, a client may take nothing of what is being written to it. */
    static final Duration STALL = Duration.ofSeconds(2);

    /** How many users may have as many connections as one may, so that none keeps the others out. */
    static final int USERS_MAX = 4;

    /** Deals with one connection; returns when it is over. */
    @FunctionalInterface
    interface Handler {
        /**
         * Serves a connection, which the caller closes, to the local user {@code user}.
         *
         * @throws IOException when the connection breaks
         */
        void serve(InputStream in, OutputStream out, String user)
                throws IOException, InterruptedException;
    }

    /**
     * Somebody who is connected.
     *
     * @param user the name the kernel gave, digits when it has none
     */
    record Connection(long number, String user, Instant since) {}

    private final String name;
    private final BoundSocket socket;
    private final int connectionsOfOneMax;
    private final Handler handler;
    private final InstantSource clock;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<Connection, Line> connections = new ConcurrentHashMap<>();

    /** What a connection is served through. */
    private record Line(SocketChannel channel, WatchedOutput out) {}

    /**
     * A server that takes no connections yet.
     *
     * @param connectionsOfOneMax how many one user may have; all together may have {@value #USERS_MAX} times as many
     */
    SocketServer(
            String name,
            BoundSocket socket,
            int connectionsOfOneMax,
            Handler handler,
            InstantSource clock) {
        this.name = name;
        this.socket = socket;
        this.connectionsOfOneMax = connectionsOfOneMax;
        this.handler = handler;
        this.clock = clock;
    }

    void start() {
        // Virtual threads share few carriers: a flood of calls on the other socket would keep this
        // one waiting for one.
        Thread.ofPlatform().daemon().name(name + "-accept").start(this::accept);
    }

    /** Who is connected, the longest first. */
    List<Connection> connections() {
        return connections.keySet().stream()
                .sorted(Comparator.comparingLong(Connection::number))
                .toList();
    }

    private void accept() {
        while (socket.channel().isOpen()) {
            try {
                welcome(socket.channel().accept());
            } catch (ClosedChannelException closed) {
                return;
            } catch (IOException failure) {
                // Out of file descriptors or threads, say: that passes, and the daemon must not end
                // of it.
                LOG.atWarn().addKeyValue("socket", name).setCause(failure).log("cannot accept");
                pause();
            }
        }
    }

    private void welcome(SocketChannel channel) throws IOException {
        String user;
        try {
            user = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        } catch (IOException goneAlready) {
            channel.close();
            return;
        }
        OptionalInt limit = limitReached(connections.keySet(), user, connectionsOfOneMax);
        if (limit.isPresent()) {
            LOG.atWarn()
                    .addKeyValue("socket", name)
                    .addKeyValue("user", user)
                    .addKeyValue("limit", limit.getAsInt())
                    .log("too many connections");
            refuse(channel, limit.getAsInt());
            return;
        }
        Connection connection = new Connection(numbers.incrementAndGet(), user, clock.instant());
        Line line = new Line(channel, new WatchedOutput(Channels.newOutputStream(channel)));
        connections.put(connection, line);
        // A session reads for as long as it lives: waiting in the kernel itself spares each line
        // two wake-ups.
        Thread thread =
                Thread.ofPlatform()
                        .daemon()
                        .name(name + "-", connection.number())
                        .unstarted(() -> serve(connection, line));
        try {
            thread.start();
        } catch (OutOfMemoryError noThread) {
            connections.remove(connection);
            channel.close();
            throw new IOException("the system gives no thread", noThread);
        }
    }

    /** Which limit keeps {@code user} from one more beside those that are {@code there}, if one does. */
    static OptionalInt limitReached(Collection<Connection> there, String user, int ofOneMax) {
        if (there.stream().filter(each -> each.user().equals(user)).count() >= ofOneMax) {
            return OptionalInt.of(ofOneMax);
        }
        return there.size() >= USERS_MAX * ofOneMax
                ? OptionalInt.of(USERS_MAX * ofOneMax)
                : OptionalInt.empty();
    }

    /** Says why in the framing both sockets have, without waiting for a client that does not read. */
    private static void refuse(SocketChannel channel, int limit) throws IOException {
        String answer =
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":\"too many"
                        + " connections: at most "
                        + limit
                        + "\"}}\n";
        try (channel) {
            channel.configureBlocking(false);
            channel.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private void serve(Connection connection, Line line) {
        try (SocketChannel channel = line.channel()) {
            handler.serve(Channels.newInputStream(channel), line.out(), connection.user());
        } catch (IOException broken) {
            LOG.atDebug().addKeyValue("socket", name).setCause(broken).log("connection broken");
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException bug) {
            LOG.atError().addKeyValue("socket", name).setCause(bug).log("connection failed");
        } finally {
            connections.remove(connection);
        }
    }

    /**
     * Takes no more connections, lets those there are finish within {@code bound}, then cuts them off; who does not read
     * what is written to it holds nothing up for longer than {@link #STALL}.
     */
    void drain(Duration bound) throws IOException, InterruptedException {
        socket.close();
        for (Line line : connections.values()) {
            try {
                line.channel().shutdownInput();
            } catch (IOException goneAlready) {
                // Its thread is about to notice.
            }
        }
        if (!emptyWithin(bound)) {
            LOG.atWarn()
                    .addKeyValue("socket", name)
                    .addKeyValue("connections", connections.size())
                    .log("cut off what did not finish in time");
            close();
            emptyWithin(CUT_OFF);
        }
    }

    private boolean emptyWithin(Duration bound) throws IOException, InterruptedException {
        long end = System.nanoTime() + bound.toNanos();
        while (!connections.isEmpty()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            for (Line line : connections.values()) {
                if (line.out().isStalled(System.nanoTime(), STALL)) {
                    line.channel().close();
                }
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Line line : connections.values()) {
            line.channel().close();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
