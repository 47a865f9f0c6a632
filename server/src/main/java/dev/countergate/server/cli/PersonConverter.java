package dev.countergate.server.cli;

import dev.countergate.policy.call.Person;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a person's name from the command line. */
final class PersonConverter implements ITypeConverter<Person> {
    @Override
    public Person convert(String typed) {
        if (!Person.isValid(typed)) {
            throw new TypeConversionException(
                    "`"
                            + typed
                            + "` is no person's name: letters, digits and . _ @ + - only, at most "
                            + Person.LENGTH_MAX);
        }
        return new Person(typed);
    }
}
