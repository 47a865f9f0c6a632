package dev.countergate.server.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.relay.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real socket in real directories; the requester is an account that stands nowhere on this machine. */
class SeparationsTest {
    private static final PrincipalId AGENT = PrincipalId.unix("agent");
    private static final long AGENT_NUMBER = 4_000_000_001L;
    private static final long AGENT_GROUP = 4_000_000_002L;

    @TempDir private Path folder;
    private StateDirectory state;
    private BoundSocket socket;
    private Optional<Separation> declared = Optional.empty();
    private Account agent = new Account(AGENT_NUMBER, Set.of(AGENT_GROUP));

    @BeforeEach
    void bind() throws IOException {
        open(folder, "rwx--x--x");
        state = StateDirectory.at(folder.resolve("s"), Map.of());
        state.create();
        socket = BoundSocket.bind(state.operatorSocket(), null);
    }

    @AfterEach
    void unbind() throws IOException {
        socket.close();
    }

    private Separation.Found measured(PrincipalId principal) throws InterruptedException {
        return new Separations(
                        state,
                        name -> name.equals("agent") ? Optional.of(agent) : Optional.empty(),
                        () -> declared)
                .of(principal);
    }

    @Test
    void another_account_before_a_closed_socket_is_s1() throws Exception {
        Separation.Found found = measured(AGENT);

        assertThat(found.level()).isEqualTo(Separation.S1);
        assertThat(found.text())
                .isEqualTo(
                        "S1: daemon under its own account and no requester's user can open"
                                + " operator.sock [measured for `agent`]");
    }

    @Test
    void the_daemons_own_account_is_s0() throws Exception {
        String owner = Files.getOwner(state.path()).getName();

        assertThat(measured(PrincipalId.unix(owner)))
                .isEqualTo(
                        new Separation.Found(
                                Separation.S0, "`" + owner + "`: it is the daemon's own account"));
    }

    @Test
    void the_daemons_own_account_under_another_name_is_s0() throws Exception {
        long number = Integer.toUnsignedLong((Integer) Files.getAttribute(folder, "unix:uid"));
        agent = new Account(number, Set.of(AGENT_GROUP));

        assertThat(measured(AGENT).level()).isEqualTo(Separation.S0);
    }

    @Test
    void an_account_nobody_knows_and_a_tokens_owner_are_s0() throws Exception {
        assertThat(measured(PrincipalId.unix("4000000001")).level()).isEqualTo(Separation.S0);
        Separations anybody = new Separations(state, name -> Optional.of(agent), Optional::empty);
        assertThat(anybody.of(new PrincipalId("token:agent")).level()).isEqualTo(Separation.S0);
        assertThat(anybody.of(new PrincipalId("agent")).level()).isEqualTo(Separation.S0);
    }

    @Test
    void is_measured_anew_for_each_call() throws Exception {
        assertThat(measured(AGENT).level()).isEqualTo(Separation.S1);

        open(state.operatorSocket(), "rw-rw-rw-");
        assertThat(measured(AGENT).level()).isEqualTo(Separation.S0);

        open(state.operatorSocket(), "rw-------");
        assertThat(measured(AGENT).level()).isEqualTo(Separation.S1);

        open(state.path(), "rwxrwxrwx");
        assertThat(measured(AGENT).level()).isEqualTo(Separation.S0);

        open(state.path(), "rwx--x--x");
        agent = new Account(AGENT_NUMBER, Set.of(group(state.operatorSocket())));
        open(state.operatorSocket(), "rw-rw----");
        assertThat(measured(AGENT).why()).contains("it may write to").contains("mode 660");
    }

    @Test
    void a_socket_that_is_not_there_is_s0() throws Exception {
        socket.close();

        assertThat(measured(AGENT).level()).isEqualTo(Separation.S0);
    }

    @ParameterizedTest
    @CsvSource({"S0,S1", "S1,S1", "S2,S2", "S3,S3"})
    void what_the_operator_declares_counts_from_s1_on_and_is_called_so(
            Separation level, Separation reached) throws Exception {
        declared = Optional.of(level);
        assertThat(measured(AGENT).level()).isEqualTo(reached);
        assertThat(measured(AGENT).text().contains("declared by the operator"))
                .isEqualTo(reached.compareTo(Separation.S1) > 0);

        open(state.operatorSocket(), "rw-rw-rw-");
        assertThat(measured(AGENT).level()).isEqualTo(Separation.S0);
    }

    @Test
    void the_least_of_many_counts_and_nobody_is_not_measured() throws Exception {
        Separations separations =
                new Separations(
                        state,
                        name ->
                                Optional.of(
                                        new Account(
                                                name.equals("agent") ? AGENT_NUMBER : 0, Set.of())),
                        Optional::empty);

        assertThat(separations.least(List.of("agent")).level()).isEqualTo(Separation.S1);
        assertThat(separations.least(List.of("agent", "toor")).level()).isEqualTo(Separation.S0);
        assertThat(separations.least(List.of()).level()).isEqualTo(Separation.S0);
    }

    @ParameterizedTest
    @CsvSource({"S0,S0,true", "S0,S1,false", "S1,S1,true", "S1,S2,false", "S3,S1,true"})
    void reaches_what_is_not_above_it(Separation level, Separation least, boolean reaches) {
        assertThat(new Separation.Found(level, "").reaches(least)).isEqualTo(reaches);
    }

    private static long group(Path path) throws IOException {
        return Integer.toUnsignedLong((Integer) Files.getAttribute(path, "unix:gid"));
    }

    private static void open(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }
}
