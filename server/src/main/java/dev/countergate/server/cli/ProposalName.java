package dev.countergate.server.cli;

import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What a person types to mean a proposal: its id, or the 8 digits of its code.
 *
 * @param text one of the two
 */
record ProposalName(String text) {
    /** Whether this is the code: then it means the one that waits and has it, or the one that was decided. */
    boolean isCode() {
        return !ProposalId.isValid(text);
    }

    /** Reads it from the command line. */
    static final class Converter implements ITypeConverter<ProposalName> {
        @Override
        public ProposalName convert(String typed) {
            if (!ProposalId.isValid(typed) && !Digest.isCode(typed)) {
                throw new TypeConversionException(
                        "`"
                                + typed
                                + "` is no proposal: give its id (p- and 26 characters) or its code"
                                + " (8 hexadecimal digits) whole");
            }
            return new ProposalName(typed);
        }
    }
}
