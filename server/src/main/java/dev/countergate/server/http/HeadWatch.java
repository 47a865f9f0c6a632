package dev.countergate.server.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/**
 * Closes connections that take too long over the head of a request: a byte now and then keeps a connection from being
 * idle. Thread safe.
 */
final class HeadWatch implements Connection.Listener {
    private final long patienceNanos;
    private final Map<Connection, Progress> connections = new ConcurrentHashMap<>();

    HeadWatch(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    @Override
    public void onOpened(Connection connection) {
        connections.put(connection, new Progress(connection, System.nanoTime()));
    }

    @Override
    public void onClosed(Connection connection) {
        connections.remove(connection);
    }

    /** The head of {@code request} has come; {@code callback} is told of its end. */
    Callback begun(Request request, Callback callback) {
        Progress progress = connections.get(request.getConnectionMetaData().getConnection());
        if (progress == null) {
            return callback;
        }
        progress.busy = true;
        return Callback.from(progress::over, callback);
    }

    /** Closes what has been at it for too long. */
    void look(long now) {
        for (Progress progress : connections.values()) {
            if (progress.isLate(now, patienceNanos)) {
                progress.connection.close();
            }
        }
    }

    /** How far a connection has come. */
    private static final class Progress {
        private final Connection connection;
        private volatile boolean busy;
        private volatile long bytesBefore;

        /** Since when a head is awaited or coming, or 0; the looking thread's alone. */
        private long sinceNanos;

        Progress(Connection connection, long nowNanos) {
            this.connection = connection;
            this.sinceNanos = nowNanos;
        }

        void over() {
            bytesBefore = connection.getBytesIn();
            busy = false;
        }

        /** The first head is awaited from the start, each later one from its first byte on. */
        boolean isLate(long nowNanos, long patienceNanos) {
            if (busy || (bytesBefore > 0 && connection.getBytesIn() == bytesBefore)) {
                sinceNanos = 0;
                return false;
            }
            if (sinceNanos == 0) {
                sinceNanos = nowNanos;
            }
            return nowNanos - sinceNanos > patienceNanos;
        }
    }
}
