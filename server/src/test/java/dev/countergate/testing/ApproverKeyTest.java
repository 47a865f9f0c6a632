package dev.countergate.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the tests' own signer against the real {@code ssh-keygen}. */
class ApproverKeyTest {
    private static final String NAMESPACE = "approval-v1@countergate.dev";

    @TempDir private Path folder;

    @Test
    void stock_tools_take_its_signatures_and_no_others() throws Exception {
        String path = System.getenv().getOrDefault("PATH", "");
        assumeTrue(
                Arrays.stream(path.split(File.pathSeparator, -1))
                        .anyMatch(each -> Files.isExecutable(Path.of(each, "ssh-keygen"))));
        ApproverKey key = new ApproverKey();
        byte[] message = "a statement".getBytes(UTF_8);
        Files.writeString(folder.resolve("signers"), key.line("ana", "") + "\n");

        assertThat(verifies(message, key.sign(message))).isTrue();
        assertThat(verifies("another".getBytes(UTF_8), key.sign(message))).isFalse();
        assertThat(verifies(message, key.sign(message, "file"))).isFalse();
        assertThat(verifies(message, new ApproverKey().sign(message))).isFalse();
    }

    private boolean verifies(byte[] message, String signature) throws Exception {
        Path file = Files.writeString(folder.resolve("signature"), signature);
        Process process =
                new ProcessBuilder(
                                "ssh-keygen",
                                "-Y",
                                "verify",
                                "-I",
                                "ana",
                                "-f",
                                folder.resolve("signers").toString(),
                                "-n",
                                NAMESPACE,
                                "-s",
                                file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (var input = process.getOutputStream()) {
            input.write(message);
        }
        return process.waitFor() == 0;
    }
}
