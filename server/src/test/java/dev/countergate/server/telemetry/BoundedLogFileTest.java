package dev.countergate.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundedLogFileTest {
    @TempDir private Path folder;

    @Test
    void keeps_the_file_and_one_before_within_the_bound() throws IOException {
        Path file = Files.writeString(folder.resolve("daemon.log"), "before\n");
        OutputStream descriptor = Files.newOutputStream(file, StandardOpenOption.APPEND);
        try (BoundedLogFile log = new BoundedLogFile(descriptor, file, 100)) {
            for (int i = 0; i < 50; i++) {
                log.write("line %02d\n".formatted(i).getBytes(StandardCharsets.US_ASCII));
                assertThat(Files.size(file)).isLessThanOrEqualTo(100);
            }
        }
        String kept = Files.readString(folder.resolve("daemon.log.1")) + Files.readString(file);
        assertThat(kept).endsWith("line 48\nline 49\n").doesNotContain("before");
        assertThat(kept.length()).isLessThanOrEqualTo(200);
    }
}
