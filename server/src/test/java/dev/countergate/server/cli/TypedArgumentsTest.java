package dev.countergate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TypedArgumentsTest {
    private static final JsonNode SCHEMA =
            new JsonMapper()
                    .readTree(
                            """
                            {"properties": {"n": {"type": "integer"}, "f": {"type": "number"},
                             "b": {"type": "boolean"}, "s": {"type": "string"},
                             "a": {"type": "array", "items": {"type": "integer"}}, "o": {"type": "object"}}}
                            """);

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "n=5 ; {\"n\":5}",
                "f=-0.50 ; {\"f\":-0.50}",
                "b=True ; {\"b\":true}",
                "s=5 ; {\"s\":\"5\"}",
                "s= ; {\"s\":\"\"}",
                "s=a=b ; {\"s\":\"a=b\"}",
                "a=[1,2] ; {\"a\":[1,2]}",
                "a=1 a=2 ; {\"a\":[1,2]}",
                "o={\"x\":[1]} ; {\"o\":{\"x\":[1]}}",
                "n=five ; {\"n\":\"five\"}",
                "n=NaN ; {\"n\":\"NaN\"}",
                "b=yes ; {\"b\":\"yes\"}",
                "a=[1 ; {\"a\":\"[1\"}",
                "o=x ; {\"o\":\"x\"}",
                "unknown=1 ; {\"unknown\":\"1\"}",
                "s=1 s=2 ; {\"s\":\"2\"}",
            })
    void sends_what_an_agent_would(String typed, String expected) {
        assertThat(TypedArguments.of(SCHEMA, List.of(typed.split(" "))).toString())
                .isEqualTo(expected);
    }
}
