package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.ShapeCheck;
import dev.countergate.server.yaml.YamlLimits;
import dev.countergate.server.yaml.YamlParser;
import dev.countergate.server.yaml.YamlValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The schema that editors use accepts exactly what the loader's check of shapes accepts. */
class CatalogueSchemaTest {
    private static final Path ROOT =
            Files.exists(Path.of("tools.yaml")) ? Path.of("") : Path.of("..");
    private static final Path FILE = ROOT.resolve("docs/tools.schema.json");

    private final Schema schema =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(CatalogueSchema.json());

    private static YamlValue parse(String text) {
        Report report = new Report();
        return new YamlParser(YamlLimits.DEFAULT).parse("f.yaml", text, report).orElseThrow();
    }

    @Test
    void the_file_in_the_repository_is_the_schema() throws IOException {
        String text =
                JsonMapper.builder()
                                .enable(SerializationFeature.INDENT_OUTPUT)
                                .build()
                                .writeValueAsString(CatalogueSchema.json())
                                .replace("\r\n", "\n")
                        + "\n";
        if ("write".equals(System.getProperty("golden"))) {
            Files.createDirectories(FILE.toAbsolutePath().getParent());
            Files.writeString(FILE, text);
        }
        assertThat(FILE).as("rewritten by -Dgolden=write").hasContent(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sample.yaml", "their-config.yaml", "generation-b.yaml"})
    void accepts_catalogues_that_load(String name) {
        assertThat(
                        schema.validate(
                                parse(
                                                new String(
                                                        ForeignCataloguesTest.resource(name),
                                                        StandardCharsets.UTF_8))
                                        .json()))
                .isEmpty();
    }

    @Test
    void accepts_the_starting_catalogue() throws IOException {
        assertThat(schema.validate(parse(Files.readString(ROOT.resolve("tools.yaml"))).json()))
                .isEmpty();
    }

    @Test
    void agrees_with_the_loader_on_a_thousand_broken_catalogues() {
        String good =
                new String(ForeignCataloguesTest.resource("sample.yaml"), StandardCharsets.UTF_8);
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 1_000; i++) {
            String text = Mutations.of(good, random);
            Report report = new Report();
            Optional<YamlValue> value =
                    new YamlParser(YamlLimits.DEFAULT).parse("f.yaml", text, report);
            if (value.isEmpty() || report.hasFaults()) {
                continue;
            }
            boolean empty =
                    value.get() instanceof YamlValue.Scalar scalar && scalar.json().isNull();
            if (!empty) {
                new ShapeCheck(report, false).check(value.get(), CatalogueKeys.CATALOGUE, "");
            }
            boolean bySchema = schema.validate(value.get().json()).isEmpty();
            assertThat(bySchema)
                    .as(() -> text + "\n" + report.faults())
                    .isEqualTo(!report.hasFaults());
            refused += bySchema ? 0 : 1;
        }
        assertThat(refused).isGreaterThan(50);
    }
}
