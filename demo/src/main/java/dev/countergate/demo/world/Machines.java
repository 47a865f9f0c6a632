package dev.countergate.demo.world;

import dev.countergate.demo.ssm.SimulatedInstance;
import dev.countergate.demo.ssm.SsmSimulator;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The two machines the service runs on, behind a simulated Systems Manager. What is sent to them runs in a folder each. */
final class Machines implements AutoCloseable {
    static final List<String> IDS = List.of("i-0a1c40e1", "i-0a1c40e2");

    private static final int ID_BYTES = 16;

    /** What `systemctl` is on them: nothing there restarts anything. */
    private static final String SYSTEMCTL =
            """
            #!/bin/sh
            # Part of countergate demo: this machine is simulated.
            case $1 in
            status) echo 'checkout.service: active (running), simulated' ;;
            *) echo "systemctl $*: simulated" ;;
            esac
            """;

    /** Two accounts that open nothing but these machines, as the catalogue names them. */
    private static final String CREDENTIALS =
            """
            [reading]
            aws_access_key_id = ID
            aws_secret_access_key = simulated
            [changing]
            aws_access_key_id = ID
            aws_secret_access_key = simulated
            """;

    private final SsmSimulator simulator;
    private final Path credentials;

    Machines(Path folder) throws IOException {
        // What is sent to the machines runs as this user, and every user of this computer reaches
        // their port.
        String accessKeyId = "SIMULATED" + HexFormat.of().formatHex(random(ID_BYTES));
        simulator = SsmSimulator.startFor(accessKeyId);
        credentials =
                Files.writeString(
                        Files.createDirectories(folder).resolve("credentials"),
                        CREDENTIALS.replace("ID", accessKeyId));
        for (String id : IDS) {
            Path sandbox = folder.resolve(id);
            Path bin = Files.createDirectories(sandbox.resolve("bin"));
            Path systemctl = Files.writeString(bin.resolve("systemctl"), SYSTEMCTL);
            Files.setPosixFilePermissions(systemctl, PosixFilePermissions.fromString("rwx------"));
            simulator
                    .fleet()
                    .put(
                            SimulatedInstance.online(id, sandbox)
                                    .tagged(
                                            Map.of(
                                                    "service", Checkout.NAME,
                                                    "env", "prod",
                                                    "simulated", "true")));
        }
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    /** Where the credentials file lies. */
    Path credentials() {
        return credentials;
    }

    URI endpoint() {
        return simulator.endpoint();
    }

    /** How many commands were sent to them. */
    int commands() {
        return simulator.commands().accepted().size();
    }

    @Override
    public void close() {
        simulator.close();
    }
}
