package dev.countergate.server.backend.ssm;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the service's statuses mean, whichever way their details are spelt. */
final class Statuses {
    private static final Set<String> OVER =
            Set.of(
                    "Success",
                    "Failed",
                    "TimedOut",
                    "Cancelled",
                    "DeliveryTimedOut",
                    "ExecutionTimedOut",
                    "Undeliverable",
                    "Terminated",
                    "InvalidPlatform",
                    "AccessDenied",
                    "NoInstancesInTag",
                    "Incomplete",
                    "RateExceeded");
    private static final Set<String> NEVER_DELIVERED = Set.of("Undeliverable", "DeliveryTimedOut");
    private static final Set<String> CUT_MARKS =
            Set.of("--output truncated--", "---Output truncated---");

    private Statuses() {}

    /** The details without spaces, or the status where there are none that say more. */
    static String name(@Nullable String status, @Nullable String details) {
        String detailed = details == null ? "" : details.replace(" ", "");
        String plain = status == null ? "Unknown" : status;
        return detailed.isEmpty() || (OVER.contains(plain) && !OVER.contains(detailed))
                ? plain
                : detailed;
    }

    /** Whether the status, or its details alone, say that nothing more will come. */
    static boolean isOver(@Nullable String status, @Nullable String details) {
        return OVER.contains(name(status, details)) || (status != null && OVER.contains(status));
    }

    static boolean neverDelivered(String name) {
        return NEVER_DELIVERED.contains(name);
    }

    /** The service gives a negative code until a script has run to an end. */
    static @Nullable Integer exitCode(@Nullable Integer responseCode) {
        return responseCode == null || responseCode < 0 ? null : responseCode;
    }

    /** Whether the agent cut the text. */
    static boolean isCut(String text) {
        return CUT_MARKS.stream().anyMatch(text.stripTrailing()::endsWith);
    }

    static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** A list of the service's without the nothings that JSON allows in it. */
    static <T> List<T> present(List<? extends @Nullable T> list) {
        List<T> present = new ArrayList<>();
        for (@Nullable T one : list) {
            if (one != null) {
                present.add(one);
            }
        }
        return List.copyOf(present);
    }
}
