package dev.countergate.server.yaml;

import java.util.Locale;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;

/** Reads a YAML document within bounds. Does no I/O. */
public final class YamlParser {
    private final YamlLimits limits;

    /** A parser that refuses what is larger than {@code limits}. */
    public YamlParser(YamlLimits limits) {
        this.limits = limits;
    }

    /**
     * The value of the document in {@code text}; empty when there is none, or when it could not be read, which {@code
     * report} then says. Faults that leave the rest readable are reported all at once.
     *
     * @param file how positions call it
     */
    public Optional<YamlValue> parse(String file, String text, Report report) {
        Position start = new Position(file, 1, 1);
        if (text.length() > limits.charactersMax()) {
            report.fault(
                    start,
                    "",
                    String.format(
                            Locale.ROOT,
                            "the file has %,d characters, more than the %,d allowed",
                            text.length(),
                            limits.charactersMax()),
                    "split it with `include`");
            return Optional.empty();
        }
        try {
            return document(file, text, report);
        } catch (Composer.Abandoned abandoned) {
            return Optional.empty(); // reported where it was found
        } catch (MarkedYAMLException failure) {
            Position at =
                    failure.getProblemMark() == null
                            ? start
                            : Composer.position(file, failure.getProblemMark());
            report.fault(
                    at,
                    "",
                    "not readable as YAML: " + oneLine(String.valueOf(failure.getProblem())),
                    "mend it here, or quote the value");
        } catch (ReaderException failure) {
            Position at = positionOf(file, text, failure.getPosition());
            report.fault(
                    at,
                    "",
                    String.format(
                            Locale.ROOT,
                            "not readable as YAML: the character U+%04X is not allowed in a file",
                            failure.getCodePoint()),
                    "write it as an escape in double quotes");
        } catch (YAMLException failure) {
            report.fault(
                    start,
                    "",
                    "not readable as YAML: " + oneLine(String.valueOf(failure.getMessage())),
                    "");
        }
        return Optional.empty();
    }

    private Optional<YamlValue> document(String file, String text, Report report) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(Integer.MAX_VALUE);
        ParserImpl events = new ParserImpl(new StreamReader(text), options);
        events.getEvent(); // the stream's start
        if (events.checkEvent(Event.ID.StreamEnd)) {
            return Optional.empty();
        }
        events.getEvent(); // the document's start
        YamlValue value = new Composer(file, events, limits, report).value();
        events.getEvent(); // the document's end
        if (!events.checkEvent(Event.ID.StreamEnd)) {
            report.fault(
                    Composer.position(file, events.peekEvent().getStartMark()),
                    "",
                    "a second document begins here, and a file holds one",
                    "move it to a file of its own and `include` that");
        }
        return Optional.of(value);
    }

    private static Position positionOf(String file, String text, int index) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < Math.min(index, text.length()); i++) {
            boolean lineEnds = text.charAt(i) == '\n';
            line += lineEnds ? 1 : 0;
            column = lineEnds ? 1 : column + 1;
        }
        return new Position(file, line, column);
    }

    private static String oneLine(String message) {
        String line = message.replaceAll("\\s+", " ").strip();
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }
}
