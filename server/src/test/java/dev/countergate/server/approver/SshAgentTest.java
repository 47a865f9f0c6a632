package dev.countergate.server.approver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.token.SshPublicKey;
import dev.countergate.testing.approval.Keys;
import dev.countergate.testing.approval.RunningAgent;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SshAgentTest {
    @TempDir private Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void make_a_key() throws Exception {
        file = Keys.ed25519(folder.resolve("key"), "");
    }

    private SshPublicKey key() throws Exception {
        return KeyChoice.read(Path.of(file + ".pub"));
    }

    private void assertRefused(String socket, String message) throws Exception {
        SshPublicKey key = key();
        assertThatThrownBy(() -> SshAgent.refuse(key, Map.of("SSH_AUTH_SOCK", socket)))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo("KEY_IN_AGENT"))
                .hasMessageContaining(message);
    }

    @Test
    void refuses_a_key_that_a_real_agent_holds_and_no_other() throws Exception {
        SshPublicKey key = key();
        try (RunningAgent agent = new RunningAgent(folder.resolve("agent"))) {
            Map<String, String> environment = Map.of("SSH_AUTH_SOCK", agent.socket());
            assertThatCode(() -> SshAgent.refuse(key, environment)).doesNotThrowAnyException();
            agent.add(Keys.make(folder.resolve("rsa"), "", "rsa", "-b", "2048"));
            agent.add(Keys.ed25519(folder.resolve("other"), ""));
            assertThatCode(() -> SshAgent.refuse(key, environment)).doesNotThrowAnyException();
            agent.add(file);
            assertRefused(agent.socket(), "ssh-add -d");
        }
    }

    @Test
    void an_agent_that_is_gone_holds_nothing() throws Exception {
        SshPublicKey key = key();
        Path stale = folder.resolve("stale");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(stale));
        }
        assertThat(stale).exists();
        for (String socket : new String[] {"", folder.resolve("none").toString(), stale + ""}) {
            assertThatCode(() -> SshAgent.refuse(key, Map.of("SSH_AUTH_SOCK", socket)))
                    .as(socket)
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00000001",
                "0000000105",
                "000000050500000000",
                "ffffffff0c",
                "7fffffff0c00000000",
                "00000005 0c 00000001",
                "00000005 0c ffffffff 00",
                "0000000d 0c 00000001 7fffffff 00000000",
                "0000000d 0c 00000001 ffffffff 00000000",
                "00000009 0c 00000001 00000000",
            })
    void an_agent_that_does_not_say_what_it_holds_may_hold_it(String answer) throws Exception {
        Path socket = folder.resolve("odd");
        byte[] bytes = HexFormat.of().parseHex(answer.replace(" ", ""));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofVirtual().start(() -> answer(server, bytes));
            assertRefused(socket.toString(), "does not say what it holds");
        }
    }

    private static void answer(ServerSocketChannel server, byte[] bytes) {
        try (SocketChannel channel = server.accept()) {
            ByteBuffer question = ByteBuffer.allocate(5);
            while (question.hasRemaining() && channel.read(question) >= 0) {}
            channel.write(ByteBuffer.wrap(bytes));
        } catch (IOException gone) {
            throw new AssertionError(gone);
        }
    }
}
