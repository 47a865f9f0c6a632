package dev.countergate.server.cli;

import dev.countergate.server.BackendProbe;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whether this machine's clock is right, as far as that shows from backends' clocks and from the log. */
final class ClockCheck {
    /** Approvals and silences are bound to the minute; clocks kept by NTP differ by far less. */
    private static final Duration MOST = Duration.ofSeconds(30);

    /** A backend's answer and when it came. */
    record Answered(BackendProbe.Outcome outcome, Instant at) {}

    private ClockCheck() {}

    static List<Diagnosis> backends(List<Answered> answers) {
        List<Diagnosis> found = new ArrayList<>();
        int right = 0;
        for (Answered each : answers) {
            Instant theirs = each.outcome().clock();
            if (theirs == null) {
                continue;
            }
            Duration ahead = Duration.between(theirs, each.at());
            // An answer may have been long on its way, and says whole seconds only.
            Duration allowed = MOST.plus(each.outcome().took());
            if (ahead.abs().compareTo(allowed) <= 0) {
                right++;
            } else {
                found.add(
                        Diagnosis.problem(
                                "clock",
                                String.format(
                                        Locale.ROOT,
                                        "%d s %s the clock of backend `%s`",
                                        ahead.abs().toSeconds(),
                                        ahead.isNegative() ? "behind" : "ahead of",
                                        each.outcome().backend().value()),
                                "have both kept by NTP: approvals and silences end by the clock"));
            }
        }
        if (right > 0) {
            found.add(Diagnosis.ok("clock", "as the clocks of " + right + " backends"));
        }
        return found;
    }

    /** Time never goes back in a log: it runs on where the machine's clock is set back. */
    static List<Diagnosis> log(Instant lastLeaf, Instant now) {
        return lastLeaf.isAfter(now.plus(MOST))
                ? List.of(
                        Diagnosis.problem(
                                "clock",
                                "behind the log, whose last leaf is of " + lastLeaf,
                                "set it right; if it is, the log was begun ahead or was once: it"
                                        + " runs on a hundredth slower till the two agree, and"
                                        + " meanwhile silences begin late and no metric is new"
                                        + " enough to make a change VERIFIED"))
                : List.of();
    }
}
