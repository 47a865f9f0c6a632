package dev.countergate.server.operator;

import dev.countergate.server.daemon.OperatorListener.RefusedException;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A widening command that can be done as things stand.
 *
 * @param text what would come of it, for the person who is to sign: a line or more
 * @param leaves what the log is to hold besides, before it is done
 * @param act does it
 */
record Prepared(String text, List<Map<String, String>> leaves, Act act) {
    Prepared {
        leaves = List.copyOf(leaves);
    }

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
