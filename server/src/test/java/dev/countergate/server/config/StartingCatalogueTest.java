package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.server.yaml.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The catalogue at the top of the repository. */
class StartingCatalogueTest {
    private static final Path FILE =
            Files.exists(Path.of("tools.yaml")) ? Path.of("tools.yaml") : Path.of("../tools.yaml");

    private static Loading load(String variable, String value) {
        return new CatalogueLoader(Sources.of(name -> name.equals(variable) ? value : null), false)
                .load(FILE);
    }

    private static Catalogue catalogue() {
        return switch (load("", "")) {
            case Loading.Loaded loaded -> loaded.catalogue();
            case Loading.Faulty faulty ->
                    throw new AssertionError(
                            String.join(
                                    "\n", faulty.faults().stream().map(Finding::text).toList()));
        };
    }

    @Test
    void loads_with_no_variable_set() {
        assertThat(catalogue().tools()).hasSizeGreaterThan(15);
    }

    @Test
    void only_remarks_that_aws_is_changed_with_the_credential_it_is_read_with() {
        assertThat(load("", "").warnings())
                .extracting(Finding::problem)
                .containsExactly("changes AWS with the credential that `instances` reads with");
        assertThat(load("AWS_CHANGE_PROFILE", "changes").warnings()).isEmpty();
    }

    @Test
    void guards_each_tool_that_changes_something() {
        assertThat(catalogue().tools())
                .filteredOn(tool -> tool.effect() == Effect.WRITE)
                .extracting(tool -> tool.name().value())
                .containsExactly("silence_alert", "expire_silence", "restart_service");
        assertThat(catalogue().tools())
                .filteredOn(tool -> tool.effect() == Effect.WRITE)
                .extracting(Tool::guard)
                .doesNotContain(Guard.NONE);
    }

    @Test
    void describes_every_tool() {
        assertThat(catalogue().tools()).extracting(Tool::description).doesNotContain("");
    }
}
