package dev.countergate.server.cli;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.BackendProbe;
import dev.countergate.server.cli.ClockCheck.Answered;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Whether the backends answer: one read of each, all at once, each with its own deadline. */
final class BackendCheck {
    private static final Duration ALLOWED = Duration.ofSeconds(10);

    private BackendCheck() {}

    /**
     * Reads from each of {@code backends}.
     *
     * @param told of each as it comes
     * @return what was answered
     */
    static List<Answered> of(Collection<Backend> backends, Consumer<Diagnosis> told)
            throws InterruptedException {
        List<Answered> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ExecutorCompletionService<Answered> reads = new ExecutorCompletionService<>(threads);
            for (Backend each : backends) {
                Duration own = each.limits().timeout();
                Duration allowed = own.compareTo(ALLOWED) < 0 ? own : ALLOWED;
                reads.submit(() -> new Answered(BackendProbe.of(each, allowed), Instant.now()));
            }
            for (int i = 0; i < backends.size(); i++) {
                Answered answered = reads.take().get();
                answers.add(answered);
                told.accept(diagnosis(answered.outcome()));
            }
        } catch (ExecutionException bug) {
            throw new IllegalStateException("a read of a backend failed unforeseen", bug);
        }
        return answers;
    }

    private static Diagnosis diagnosis(BackendProbe.Outcome outcome) {
        String read = "`" + outcome.backend().value() + "`: " + outcome.what();
        Reply.Failure trouble = outcome.trouble();
        return trouble == null
                ? Diagnosis.ok(
                        "backend",
                        String.format(
                                Locale.ROOT,
                                "%s answered in %d ms",
                                read,
                                outcome.took().toMillis()))
                : Diagnosis.problem(
                        "backend",
                        read + ": " + trouble.message(),
                        trouble.hint().isEmpty()
                                ? "mend its URL or credentials in the catalogue"
                                : trouble.hint());
    }
}
