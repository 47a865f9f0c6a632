package dev.countergate.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.countergate.server.Main;
import dev.countergate.testing.approval.Keys;
import dev.countergate.testing.approval.Pty;
import dev.countergate.testing.process.Workplace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands against the daemon as it is, from an agent's call to what its backend received. */
@Tag("long")
class RealDaemonTest {
    private static final String PASSPHRASE = "correct horse";

    @TempDir private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private HttpServer backend;
    private Process daemon;

    @BeforeAll
    static void need_a_terminal() throws Exception {
        Pty.require();
    }

    @BeforeEach
    void start() throws Exception {
        backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        backend.createContext(
                "/",
                exchange -> {
                    received.add(
                            exchange.getRequestMethod()
                                    + " "
                                    + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
                    byte[] answer = "{\"taken\":true}".getBytes(UTF_8);
                    exchange.getResponseHeaders().add("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        backend.start();
        Files.writeString(
                folder.resolve("tools.yaml"),
                """
                tools:
                  - name: restart
                    url: http://127.0.0.1:%d/restart
                    method: POST
                    params: [{name: service, pattern: "[a-z]{1,20}", required: true}]
                guards:
                  restart: {risk: moderate, environment: prod}
                """
                        .formatted(backend.getAddress().getPort()));
        environment.put("HOME", folder.toString());
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("XDG_STATE_HOME", folder.resolve("s").toString());
        ProcessBuilder builder =
                new ProcessBuilder(command("serve", "--state", folder.resolve("d") + ""))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("daemon.out").toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        daemon = builder.start();
        environment.put("COUNTERGATE_STATE", folder.resolve("d").toString());
        Workplace.await("the daemon", () -> run("status").code() == 0);
    }

    @AfterEach
    void stop() throws InterruptedException {
        daemon.destroy();
        daemon.waitFor();
        backend.stop(0);
    }

    private static List<String> command(String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private Typed run(String... arguments) {
        return Typed.run(folder, environment, arguments);
    }

    private Pty at(String... arguments) throws IOException {
        return Pty.start(command(arguments), folder, environment);
    }

    private String propose(String service) {
        Typed call =
                run("call", "restart", "service=" + service, "--socket", folder + "/d/agent.sock");
        assertThat(call.code()).as(call.out() + call.err()).isEqualTo(2);
        return run("pending", "--json").json().path(0).path("proposal").asString();
    }

    @Test
    void a_write_is_sent_when_a_person_has_signed_for_it_and_not_before() throws Exception {
        Path key = Keys.ed25519(folder.resolve(".ssh/approvals"), PASSPHRASE);
        Typed enrolled = run("approver", "add", "ana", key + ".pub");
        assertThat(enrolled.code()).as(enrolled.err()).isZero();

        String first = propose("checkout");
        assertThat(run("show", first).out()).contains("environment: prod");
        assertThat(received).isEmpty();
        try (Pty pty = at("approve", first)) {
            pty.await("type the environment's name");
            assertThat(received).isEmpty();
            pty.type("prod");
            pty.await("Enter passphrase");
            pty.type(PASSPHRASE);
            // Its guard declares no look at the effect, and the view said so.
            assertThat(pty.exitCode()).as(pty.said()).isZero();
            assertThat(pty.said()).contains("UNVERIFIED: it was sent; NOBODY KNOWS");
        }
        assertThat(received).hasSize(1);
        assertThat(received.getFirst()).startsWith("POST ").contains("checkout");

        // The second approval finds the log it remembers.
        String second = propose("payments");
        try (Pty pty = at("reject", second, "--json")) {
            pty.await("r rejects it");
            pty.type("r");
            pty.await("Enter passphrase");
            pty.type(PASSPHRASE);
            assertThat(pty.exitCode()).as(pty.said()).isZero();
            assertThat(pty.said())
                    .contains("\"state\" : \"REJECTED\"")
                    .doesNotContain("REJECTED: ");
        }
        assertThat(received).hasSize(1);
        assertThat(run("pending").out()).isEqualTo("nothing waits for a person\n");
    }

    @Test
    void what_is_signed_elsewhere_or_done_by_hand_and_frozen_is_the_same_daemons()
            throws Exception {
        Path key = Keys.ed25519(folder.resolve("elsewhere/key"), "");
        assertThat(run("approver", "add", "ana", key + ".pub").code()).isZero();
        assertThat(run("approver", "list").out()).contains("ana");
        String id = propose("checkout");
        String statement = run("statement", id, "--approver", "ana", "--reject").out();
        Path text = Files.writeString(folder.resolve("text"), statement);
        Path signature =
                Files.writeString(
                        folder.resolve("text.sig"), Keys.sign(key, statement.getBytes(UTF_8)));
        Typed submit =
                run(
                        "submit",
                        id,
                        "--statement",
                        text + "",
                        "--signature",
                        signature + "",
                        "--json");
        assertThat(submit.json().path("state").asString()).isEqualTo("REJECTED");
        Typed again = run("submit", id, "--statement", text + "", "--signature", signature + "");
        assertThat(again.code()).isEqualTo(2);

        String byHand = propose("payments");
        Typed done = run("done", byHand, "--note", "from the bastion");
        assertThat(done.code()).as(done.err()).isZero();
        assertThat(done.out()).startsWith("DONE_BY_HAND");
        assertThat(run("cancel", byHand).code()).isEqualTo(1);

        assertThat(run("freeze", "--reason", "incident").code()).isZero();
        Typed thaw = run("thaw");
        assertThat(thaw.code()).isEqualTo(2);
        assertThat(thaw.err()).contains("[");
        assertThat(run("reload").out()).isEqualTo("no catalogue change is held\n");
        assertThat(received).isEmpty();
    }
}
