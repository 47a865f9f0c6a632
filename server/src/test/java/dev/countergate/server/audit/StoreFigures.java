package dev.countergate.server.audit;

import dev.countergate.policy.secret.Redactor;
import dev.countergate.policy.secret.Secret;
import java.io.BufferedOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures the store on the disk of the directory it is given: what a call pays to be recorded, a transaction, an opening and
 * a verification. {@code java -cp ... dev.countergate.server.audit.StoreFigures DIRECTORY}
 */
final class StoreFigures {
    private static final int CALLS = 100_000;
    private static final int PACE_NANOS = 200_000;
    private static final int WRITES = 500;
    private static final int LEAVES = 10_000;

    private StoreFigures() {}

    public static void main(String[] arguments) throws Exception {
        Path place = Files.createTempDirectory(Path.of(arguments[0]), "figures");
        Redactor redactor =
                Redactor.of(List.of(new Secret("TOKEN", "a-token-of-some-length-3141592653")));
        try (SqliteStore store = SqliteStore.open(place, redactor)) {
            later(store, 20_000);
            print("later, per call", later(store, CALLS));
            print("write transaction", write(store, WRITES));
        }
        Path large = Files.createTempDirectory(Path.of(arguments[0]), "figures");
        try (SqliteStore store = SqliteStore.open(large, redactor)) {
            store.write(
                    in -> {
                        for (int i = 0; i < LEAVES; i++) {
                            in.append(leaf(i));
                        }
                        return true;
                    });
        }
        print("open " + LEAVES + " leaves", open(large, redactor));
        Path copy = large.resolve("log.jsonl");
        try (SqliteStore store = SqliteStore.open(large, redactor);
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(copy))) {
            long start = System.nanoTime();
            store.export(out);
            print("export " + LEAVES + " leaves", new long[] {System.nanoTime() - start});
        }
        long start = System.nanoTime();
        System.out.println(StoredLog.verify(large).orElseThrow());
        print("verify " + LEAVES + " leaves", new long[] {System.nanoTime() - start});
        try (InputStream in = Files.newInputStream(copy)) {
            System.out.printf(Locale.ROOT, "%d bytes of log%n", in.readAllBytes().length);
        }
    }

    /** Calls at the pace of an agent in a hurry, so that the queue does not fill. */
    private static long[] later(SqliteStore store, int calls) {
        long[] nanos = new long[calls];
        for (int i = 0; i < calls; i++) {
            long start = System.nanoTime();
            store.later(leaf(i));
            boolean isWell = store.trouble().isEmpty();
            nanos[i] = System.nanoTime() - start;
            if (!isWell) {
                throw new IllegalStateException(store.trouble().orElseThrow());
            }
            while (System.nanoTime() - start < PACE_NANOS) {
                Thread.onSpinWait();
            }
        }
        return nanos;
    }

    private static long[] write(SqliteStore store, int writes) throws StoreException {
        long[] nanos = new long[writes];
        for (int i = 0; i < writes; i++) {
            int number = i;
            long start = System.nanoTime();
            store.write(in -> in.append(leaf(number)));
            nanos[i] = System.nanoTime() - start;
        }
        return nanos;
    }

    private static long[] open(Path place, Redactor redactor) throws StoreException {
        long[] nanos = new long[20];
        for (int i = 0; i < nanos.length; i++) {
            long start = System.nanoTime();
            SqliteStore store = SqliteStore.open(place, redactor);
            nanos[i] = System.nanoTime() - start;
            store.close();
        }
        return nanos;
    }

    private static Leaf leaf(int number) {
        return new Leaf(
                "read",
                Instant.now(),
                Map.of(
                        "tool", "query_metrics",
                        "requester", "unix:ana",
                        "session", "claude-code 2.1",
                        "decision", "permit",
                        "arguments",
                                "{\"promql\":\"rate(http_requests_total[5m])\",\"n\":"
                                        + number
                                        + "}",
                        "outcome", "ok"));
    }

    private static void print(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "%-24s p50 %10.1f us   p99 %10.1f us   max %10.1f us%n",
                what,
                nanos[nanos.length / 2] / 1e3,
                nanos[nanos.length * 99 / 100] / 1e3,
                nanos[nanos.length - 1] / 1e3);
    }
}
