package dev.countergate.server.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.server.daemon.SocketServer.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SocketServerTest {
    private final List<Connection> there = new ArrayList<>();

    private void connect(String user, int times) {
        for (int each = 0; each < times; each++) {
            there.add(new Connection(there.size(), user, Instant.EPOCH));
        }
    }

    private OptionalInt limit(String user) {
        return SocketServer.limitReached(there, user, 10);
    }

    @Test
    void one_user_keeps_no_other_out() {
        connect("ana", 9);
        assertThat(limit("ana")).isEmpty();
        connect("ana", 1);
        assertThat(limit("ana")).hasValue(10);
        assertThat(limit("ben")).isEmpty();
    }

    @Test
    void all_users_together_are_bounded_too() {
        for (String user : List.of("ana", "ben", "cleo", "dan")) {
            assertThat(limit("eve")).isEmpty();
            connect(user, 10);
        }
        assertThat(limit("eve")).hasValue(40);
    }
}
