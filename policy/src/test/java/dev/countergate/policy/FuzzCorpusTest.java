package dev.countergate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.log.NoteFuzz;
import dev.countergate.policy.template.LogqlFuzz;
import dev.countergate.policy.template.MatcherFuzz;
import dev.countergate.policy.template.PromqlFuzz;
import dev.countergate.policy.template.ShellFuzz;
import dev.countergate.policy.token.AllowedSignersFuzz;
import dev.countergate.policy.token.CanonicalJsonFuzz;
import dev.countergate.policy.token.SshPublicKeyFuzz;
import dev.countergate.policy.token.SshSignatureFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What `scripts/fuzz` has found worth keeping, tried again: an input a line in base64, a file for each target. A target is a
 * class `XFuzz` whose `fuzzerTestOneInput` takes bytes and throws where its promise is broken.
 */
class FuzzCorpusTest {
    private static final Path CORPUS = Path.of("src/test/fuzz");

    private static final Map<String, Consumer<byte[]>> TARGETS =
            Map.ofEntries(
                    Map.entry("AllowedSignersFuzz", AllowedSignersFuzz::fuzzerTestOneInput),
                    Map.entry("CanonicalJsonFuzz", CanonicalJsonFuzz::fuzzerTestOneInput),
                    Map.entry("LogqlFuzz", LogqlFuzz::fuzzerTestOneInput),
                    Map.entry("MatcherFuzz", MatcherFuzz::fuzzerTestOneInput),
                    Map.entry("NoteFuzz", NoteFuzz::fuzzerTestOneInput),
                    Map.entry("PromqlFuzz", PromqlFuzz::fuzzerTestOneInput),
                    Map.entry("ShellFuzz", ShellFuzz::fuzzerTestOneInput),
                    Map.entry("SshPublicKeyFuzz", SshPublicKeyFuzz::fuzzerTestOneInput),
                    Map.entry("SshSignatureFuzz", SshSignatureFuzz::fuzzerTestOneInput));

    static Stream<String> targets() {
        return TARGETS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void keeps_its_promise_for_every_input_kept(String target) throws IOException {
        List<String> lines = Files.readAllLines(CORPUS.resolve(target + ".corpus"));

        Consumer<byte[]> keeping = Objects.requireNonNull(TARGETS.get(target));
        assertThat(lines).isNotEmpty();
        for (String line : lines) {
            try {
                keeping.accept(Base64.getDecoder().decode(line));
            } catch (RuntimeException | AssertionError broken) {
                throw new AssertionError(target + " broke its promise for " + line, broken);
            }
        }
    }

    @Test
    void every_corpus_has_its_target() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())).sorted())
                    .containsExactlyElementsOf(
                            new TreeSet<>(TARGETS.keySet())
                                    .stream().map(name -> name + ".corpus").toList());
        }
    }
}
