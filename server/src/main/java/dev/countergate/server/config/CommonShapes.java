package dev.countergate.server.config;

import dev.countergate.policy.call.Person;
import dev.countergate.server.yaml.Shape;
import dev.countergate.server.yaml.Shape.Either;
import dev.countergate.server.yaml.Shape.ListOf;
import dev.countergate.server.yaml.Shape.MapOf;
import dev.countergate.server.yaml.Shape.Numeric;
import dev.countergate.server.yaml.Shape.Text;
import dev.countergate.server.yaml.Shape.Whole;

/** Shapes that several kinds of block share. */
final class CommonShapes {
    static final Text TEXT = Text.NOT_BLANK;

    /** Text with placeholders, or a number that stands for its digits. */
    static final Shape SCALAR = Either.of(Text.ANY, new Numeric(Double.NEGATIVE_INFINITY, false));

    /** One text or several. */
    static final Shape TEXTS = Either.of(TEXT, new ListOf(TEXT, 1));

    static final Text TOOL_NAME =
            new Text(
                    "a name of up to 128 letters, digits, `_` and `-` that begins with a letter or"
                            + " `_`",
                    "[A-Za-z_][A-Za-z0-9_-]{0,127}");

    static final Text TOOL_GLOB =
            new Text(
                    "the name of a tool, in which `*` may stand for any letters",
                    "[A-Za-z0-9_*-]{1,128}");

    static final Text NAME =
            new Text(
                    "a name of up to 64 letters, digits, `_`, `-` and `.` that begins with a letter"
                            + " or `_`",
                    "[A-Za-z_][A-Za-z0-9_.-]{0,63}");

    /** The same whether a principal or a key stands for them: else nobody could be behind both. */
    static final Text PERSON =
            new Text(
                    "a name of up to 64 letters, digits, `.`, `_`, `@`, `+` and `-` that begins with"
                            + " a letter or digit",
                    Person.PATTERN);

    static final Text VARIABLE = new Text("the name of an environment variable", "[A-Za-z0-9_]+");

    static final Text DURATION =
            new Text(
                    "a duration such as `90s` or `1h30m`",
                    "(?=[0-9])(?:[0-9]{1,5}y)?(?:[0-9]{1,5}w)?(?:[0-9]{1,5}d)?(?:[0-9]{1,6}h)?"
                            + "(?:[0-9]{1,7}m)?(?:[0-9]{1,9}s)?(?:[0-9]{1,12}ms)?");

    static final Text TIME =
            new Text(
                    "a time such as `2027-01-31T12:00:00Z`",
                    "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})");

    /** Milliseconds as in mcp-http-tools, or a duration. */
    static final Shape TIMEOUT = Either.of(new Numeric(0, true), DURATION);

    static final Text HEADER_NAME = new Text("the name of a header", "[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    static final Shape HEADERS =
            new MapOf(
                    HEADER_NAME, Either.of(Text.ANY, new Numeric(Double.NEGATIVE_INFINITY, false)));

    static final Shape ARGUMENTS =
            new MapOf(
                    Text.NOT_BLANK,
                    Either.of(
                            Text.ANY,
                            new Numeric(Double.NEGATIVE_INFINITY, false),
                            new Shape.Flag()));

    static final Shape COUNT = new Whole(1, Integer.MAX_VALUE);

    private CommonShapes() {}
}
