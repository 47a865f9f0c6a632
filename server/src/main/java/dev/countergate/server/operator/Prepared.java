package dev.countergate.server.operator;

import dev.countergate.server.daemon.OperatorListener.RefusedException;
import java.io.IOException;

/**
 * A widening command that can be done as things stand.
 *
 * @param text what would come of it, for the person who is to sign: a line or more
 * @param act does it
 */
record Prepared(String text, Act act) {
    /** Does a command. */
    @FunctionalInterface
    interface Act {
        /**
         * Does it.
         *
         * @param by who asked for it
         * @return what came of it, for people
         */
        String perform(String by) throws RefusedException, IOException;
    }
}
