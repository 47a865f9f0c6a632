package dev.countergate.server.backend.ssm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Backend;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A daemon that never calls Systems Manager never loads its SDK. */
final class LazyLoadingTest {
    /** What runs in a virtual machine of its own: a backend from start to end without a call. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            new SsmBackend(
                            SsmBackendFixture.declared(
                                    URI.create("http://127.0.0.1:1"),
                                    Backend.Limits.DEFAULT,
                                    null,
                                    null))
                    .close();
        }
    }

    @Test
    void loads_nothing_of_the_sdk_before_the_first_call() throws Exception {
        Process process =
                new ProcessBuilder(
                                List.of(
                                        ProcessHandle.current().info().command().orElseThrow(),
                                        "-Xshare:auto",
                                        "-Xlog:class+load:stdout",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        Program.class.getName()))
                        .redirectErrorStream(true)
                        .start();
        List<String> loaded = process.inputReader().lines().toList();
        assertThat(process.waitFor()).isZero();
        assertThat(loaded).anyMatch(line -> line.contains(SsmBackend.class.getName()));
        assertThat(loaded).noneMatch(line -> line.contains("software.amazon"));
    }
}
