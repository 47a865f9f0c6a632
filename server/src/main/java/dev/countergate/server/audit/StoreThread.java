package dev.countergate.server.audit;

import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * One thread of the platform's that does one thing after the other. SQLite is native code, and a virtual thread that waits in
 * it for the disk would hold one of the few carriers.
 */
final class StoreThread {
    /** Something to be done there. */
    @FunctionalInterface
    interface Task<T> {
        T run() throws StoreException;
    }

    private final ScheduledThreadPoolExecutor executor;
    private final Thread thread;

    StoreThread(String name) {
        Thread[] made = new Thread[1];
        this.executor =
                new ScheduledThreadPoolExecutor(
                        1,
                        work -> {
                            made[0] = Thread.ofPlatform().name(name).daemon().unstarted(work);
                            return made[0];
                        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.prestartCoreThread();
        this.thread = made[0];
    }

    /** Does {@code task} there and waits for it, interrupted or not: what it does cannot be taken back. */
    <T> T call(Task<T> task) throws StoreException {
        if (Thread.currentThread().equals(thread)) {
            throw new IllegalStateException("a transaction within a transaction");
        }
        Future<T> outcome;
        try {
            outcome = executor.submit(task::run);
        } catch (RejectedExecutionException closed) {
            throw new StoreException("the store is closed");
        }
        boolean isInterrupted = false;
        try {
            for (; ; ) {
                try {
                    return outcome.get();
                } catch (InterruptedException interrupted) {
                    isInterrupted = true;
                }
            }
        } catch (ExecutionException failed) {
            switch (Objects.requireNonNull(failed.getCause())) {
                case StoreException store -> throw store;
                case RuntimeException bug -> throw bug;
                case Error error -> throw error;
                default -> throw new IllegalStateException(failed);
            }
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Does {@code task} there in a while; never, when closed before. */
    void schedule(Runnable task, long delayMillis) {
        try {
            Future<?> _ = executor.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // Whoever closed the store has done what was left to do.
        }
    }

    /** Does {@code last} there after what is under way, and nothing after it. */
    void close(Runnable last) {
        try {
            executor.execute(last);
        } catch (RejectedExecutionException closed) {
            return;
        }
        executor.shutdown();
        executor.close();
    }
}
