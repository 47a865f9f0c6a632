package dev.countergate.server.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;

/**
 * Notices clients that hang up while they are being answered: Jetty reads nothing from a connection then, so it is looked
 * at from time to time. Thread safe.
 *
 * <p>Only requests whose body was read to its end may be watched.
 */
final class Departures {
    private final Set<Watched> watched = ConcurrentHashMap.newKeySet();

    /** Runs {@code onGone}, once, if the client of {@code request} hangs up before the watch is ended. */
    Watched watch(Request request, Runnable onGone) {
        Watched watch = new Watched(request.getConnectionMetaData().getConnection(), onGone);
        watched.add(watch);
        return watch;
    }

    /** Looks at every connection watched. */
    void look() {
        watched.forEach(Watched::look);
    }

    /** A connection being watched. */
    final class Watched {
        private final Connection connection;
        private final Runnable onGone;
        private boolean ended;

        private Watched(Connection connection, Runnable onGone) {
            this.connection = connection;
            this.onGone = onGone;
        }

        /** Ends the watch: from here on the connection is Jetty's alone. Must be called before the response's last byte. */
        synchronized void end() {
            ended = true;
            watched.remove(this);
        }

        private void look() {
            synchronized (this) {
                if (ended || isThere()) {
                    return;
                }
                end();
            }
            onGone.run();
        }

        private boolean isThere() {
            EndPoint endPoint = connection.getEndPoint();
            ByteBuffer early = BufferUtil.allocate(1);
            try {
                int count = endPoint.fill(early);
                if (count > 0) {
                    // The client's next request: given back to be read in its turn.
                    end();
                    giveBack(early);
                }
                return count >= 0;
            } catch (IOException gone) {
                return false;
            }
        }

        private void giveBack(ByteBuffer early) {
            if (connection instanceof Connection.UpgradeTo reader) {
                reader.onUpgradeTo(early);
            }
            if (early.hasRemaining()) {
                connection.getEndPoint().close();
            }
        }
    }
}
