package dev.countergate.server.cli;

import dev.countergate.policy.token.WideningCommand;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a text that stands in a log for people: one line that shows all it holds. */
final class Sentence implements ITypeConverter<String> {
    @Override
    public String convert(String typed) {
        if (!WideningCommand.isText(typed)) {
            throw new TypeConversionException(
                    "give one line of at most "
                            + WideningCommand.TEXT_MAX
                            + " characters, all of them visible");
        }
        return typed;
    }
}
