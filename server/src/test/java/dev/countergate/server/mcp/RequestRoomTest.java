package dev.countergate.server.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.server.mcp.RequestRoom.Share;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestRoomTest {
    private final RequestRoom room = new RequestRoom();

    private Share of(String user) {
        return room.share(PrincipalId.unix(user));
    }

    @Test
    void gives_one_principal_its_share_over_all_it_sends_and_others_theirs() {
        Share first = of("ana");
        Share second = of("ana");
        assertThat(first.resize(RequestRoom.BYTES_OF_ONE_MAX)).isTrue();
        assertThat(second.resize(1)).isFalse();
        assertThat(of("bob").resize(RequestRoom.BYTES_OF_ONE_MAX)).isTrue();

        assertThat(first.resize(RequestRoom.BYTES_OF_ONE_MAX - 1)).isTrue();
        assertThat(second.resize(1)).isTrue();
        assertThat(second.resize(2)).isFalse();
    }

    @Test
    void gives_all_of_them_together_no_more_than_there_is() {
        List<Share> given = new ArrayList<>();
        for (int user = 0; user < RequestRoom.BYTES_MAX / RequestRoom.BYTES_OF_ONE_MAX; user++) {
            given.add(of("user" + user));
            assertThat(given.getLast().resize(RequestRoom.BYTES_OF_ONE_MAX)).isTrue();
        }
        Share late = of("late");
        assertThat(late.resize(1)).isFalse();

        given.forEach(Share::close);
        given.forEach(Share::close);
        // What was refused took nothing of its principal's share either.
        assertThat(late.resize(RequestRoom.BYTES_OF_ONE_MAX)).isTrue();
        assertThat(late.resize(RequestRoom.BYTES_OF_ONE_MAX + 1)).isFalse();
    }
}
