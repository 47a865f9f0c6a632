package dev.countergate.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentRecordTest {
    @TempDir private Path folder;
    private Path file = Path.of("unset");

    @BeforeEach
    void record_two_variables() throws IOException {
        file = folder.resolve("environment");
        EnvironmentRecord.write(
                file, Set.of("TOKEN", "URL"), Map.of("TOKEN", "hunter2", "OTHER", "x"));
    }

    @Test
    void finds_no_difference_in_the_same_environment() {
        assertThat(EnvironmentRecord.differences(file, Map.of("TOKEN", "hunter2"))).isEmpty();
    }

    @Test
    void finds_another_value_and_a_value_where_there_was_none() {
        assertThat(EnvironmentRecord.differences(file, Map.of("TOKEN", "hunter3", "URL", "u")))
                .containsExactlyInAnyOrder("TOKEN", "URL");
        assertThat(EnvironmentRecord.differences(file, Map.of("URL", ""))).containsExactly("URL");
    }

    @Test
    void makes_nothing_of_a_variable_that_is_not_set_or_not_named() {
        assertThat(EnvironmentRecord.differences(file, Map.of("OTHER", "y"))).isEmpty();
    }

    @Test
    void makes_nothing_of_a_missing_or_damaged_record() throws IOException {
        assertThat(EnvironmentRecord.differences(folder.resolve("none"), Map.of("URL", "u")))
                .isEmpty();
        Files.writeString(file, "\n\nnonsense\n");
        assertThat(EnvironmentRecord.differences(file, Map.of("URL", "u"))).isEmpty();
    }

    @Test
    void never_holds_a_value_and_is_salted_anew_each_time() throws IOException {
        String first = Files.readString(file);
        String hash = hashOfToken();
        assertThat(first).doesNotContain("hunter2").contains("TOKEN ").contains("URL -");
        EnvironmentRecord.write(file, Set.of("TOKEN"), Map.of("TOKEN", "hunter2"));
        assertThat(hashOfToken()).hasSize(16).isNotEqualTo(hash);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    private String hashOfToken() throws IOException {
        return Files.readString(file)
                .lines()
                .filter(line -> line.startsWith("TOKEN "))
                .findFirst()
                .orElseThrow()
                .substring("TOKEN ".length());
    }
}
