package dev.countergate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.server.audit.AuditFileFuzz;
import dev.countergate.server.backend.alertmanager.AlertmanagerAnswerFuzz;
import dev.countergate.server.backend.loki.LokiAnswerFuzz;
import dev.countergate.server.backend.prometheus.PrometheusAnswerFuzz;
import dev.countergate.server.config.CatalogueFuzz;
import dev.countergate.server.mcp.MessageReaderFuzz;
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
                    Map.entry("AlertmanagerAnswerFuzz", AlertmanagerAnswerFuzz::fuzzerTestOneInput),
                    Map.entry("AuditFileFuzz", AuditFileFuzz::fuzzerTestOneInput),
                    Map.entry("CatalogueFuzz", CatalogueFuzz::fuzzerTestOneInput),
                    Map.entry("LokiAnswerFuzz", LokiAnswerFuzz::fuzzerTestOneInput),
                    Map.entry("MessageReaderFuzz", MessageReaderFuzz::fuzzerTestOneInput),
                    Map.entry("PrometheusAnswerFuzz", PrometheusAnswerFuzz::fuzzerTestOneInput));

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
