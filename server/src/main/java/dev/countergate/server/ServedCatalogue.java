package dev.countergate.server;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.revision.Revision;
import dev.countergate.policy.rule.Rules;
import dev.countergate.policy.rule.Vocabulary;
import dev.countergate.policy.token.Digest;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.DurableFile;
import dev.countergate.server.backend.ReadFollower;
import dev.countergate.server.call.CurrentCatalogue;
import dev.countergate.server.call.Serving;
import dev.countergate.server.config.CatalogueLoader;
import dev.countergate.server.config.CatalogueWatcher;
import dev.countergate.server.config.Loading;
import dev.countergate.server.config.Snapshot;
import dev.countergate.server.config.Sources;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import dev.countergate.server.operator.HeldCatalogue;
import dev.countergate.server.yaml.Finding;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The catalogue being served, kept up with its files. A good change that loosens nothing is served from its first complete
 * look on; one that could loosen something is held until a person accepts exactly it; a faulty one is told. Until then what
 * was accepted last is served, also across a restart. Thread safe.
 */
final class ServedCatalogue implements HeldCatalogue, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServedCatalogue.class);

    /** The most lines of one list that {@code status} shows, and the most characters of each. */
    static final int LINES_MAX = 50;

    static final int LINE_LENGTH_MAX = 500;

    private final CatalogueLoader loader;
    private final AcceptedCatalogue kept;
    private final Clock clock;
    private final BackendClients clients;
    private final CurrentCatalogue current;
    private final CatalogueWatcher watcher;
    private final List<Consumer<Catalogue>> followers = new CopyOnWriteArrayList<>();
    private final List<CatalogueEvent> untold = new ArrayList<>();

    private final List<Runnable> loads = new CopyOnWriteArrayList<>();
    private volatile @Nullable Waiting waiting;
    private volatile Set<String> variables = Set.of();
    private CatalogueEvent.@Nullable Listener listener;

    /** What a person is to accept. */
    private record Waiting(Instant since, Digest change, List<String> lines, Loading.Loaded next) {}

    /**
     * Serves what was accepted last, or {@code first} where that loosens nothing of it or nothing was ever accepted.
     *
     * @param file the catalogue's file
     * @param loader what made {@code first} of it
     * @param kept what was accepted last
     * @param clock tells queries what "now" is
     * @param reads told what backends answer
     */
    ServedCatalogue(
            Path file,
            CatalogueLoader loader,
            Sources sources,
            Loading.Loaded first,
            AcceptedCatalogue kept,
            Clock clock,
            ReadFollower reads) {
        this.loader = loader;
        this.kept = kept;
        this.clock = clock;
        this.clients = new BackendClients(clock, reads);
        first.warnings().forEach(ServedCatalogue::warn);
        this.variables = first.origins().variables();
        this.current = new CurrentCatalogue(atStart(first));
        this.watcher = new CatalogueWatcher(file, loader, sources, first, this::reloaded);
    }

    /** Has {@code listener} told what the start came to, and each event from then on. */
    synchronized void announceTo(CatalogueEvent.Listener listener) {
        this.listener = listener;
        untold.forEach(this::tell);
        untold.clear();
    }

    /** Begins to keep up with the files. */
    void watch() {
        watcher.start();
    }

    CurrentCatalogue current() {
        return current;
    }

    /** Hands {@code follower} what is served, now and after each change. */
    void follow(Consumer<Catalogue> follower) {
        followers.add(follower);
        follower.accept(catalogue());
    }

    /** What is served now. */
    Catalogue catalogue() {
        return current.now().catalogue();
    }

    /** The names of the environment variables that what is served reads, and what the files came to last. */
    Set<String> variables() {
        return variables;
    }

    /** Has {@code listener} run after each load of the files: {@link #variables()} may be others. */
    void onLoad(Runnable listener) {
        loads.add(listener);
    }

    /** Adds what an operator wants to know of it. */
    void describe(ObjectNode status) {
        ObjectNode described = status.putObject("catalogue_in_use");
        Serving serving = current.now();
        described.put("revision", serving.revision());
        described.put("tools", serving.catalogue().tools().size());
        watcher.failure()
                .ifPresent(
                        failure -> putLines(described, "reload_faults", texts(failure.faults())));
        Waiting held = waiting;
        if (held != null) {
            ObjectNode change = described.putObject("held");
            change.put("since", held.since().toString());
            change.put("digest", held.change().hex());
            putLines(change, "lines", held.lines());
        }
    }

    /** As many as an answer of {@code status} has room for. */
    private static void putLines(ObjectNode holder, String name, List<String> lines) {
        ArrayNode shown = holder.putArray(name);
        lines.stream().limit(LINES_MAX).map(ServedCatalogue::shortened).forEach(shown::add);
        if (lines.size() > LINES_MAX) {
            holder.put(name + "_left_out", lines.size() - LINES_MAX);
        }
    }

    private static String shortened(String line) {
        if (line.length() <= LINE_LENGTH_MAX) {
            return line;
        }
        boolean splits = Character.isHighSurrogate(line.charAt(LINE_LENGTH_MAX - 1));
        String start = line.substring(0, splits ? LINE_LENGTH_MAX - 1 : LINE_LENGTH_MAX);
        return start + "... (" + line.length() + " characters)";
    }

    @Override
    public Optional<Held> held() {
        Waiting held = waiting;
        return held == null
                ? Optional.empty()
                : Optional.of(new Held(held.change(), String.join("\n", held.lines())));
    }

    @Override
    public synchronized void accept(Digest digest, String by) throws RefusedException {
        Waiting held = waiting;
        if (held == null) {
            throw new RefusedException("NOTHING_HELD", "no catalogue change is held");
        }
        if (!held.change().equals(digest)) {
            throw new RefusedException(
                    "OTHER_DIGEST", "another change is held by now: `countergate reload` shows it");
        }
        Catalogue next = held.next().catalogue();
        Serving serving = serving(revisionAfter(), next);
        // The log says of nothing that it was accepted before the disk has taken it, and nothing
        // takes
        // the place of what was accepted before the log says so.
        try (DurableFile.Written record = kept.written(held.next().snapshot())) {
            Objects.requireNonNull(listener, "nobody takes note of an acceptance yet")
                    .on(new CatalogueEvent.Accepted(digest, next.digest(), by));
            record.putInPlace();
        } catch (StoreException failure) {
            throw new RefusedException(
                    "NOT_RECORDED",
                    "the log cannot be written, so the change is not served: "
                            + failure.getMessage());
        } catch (IOException failure) {
            throw new RefusedException(
                    "NOT_KEPT",
                    "the change cannot be kept in the state directory, so it is not served: "
                            + failure.getMessage());
        }
        waiting = null;
        serve(serving);
    }

    /** What to serve at a start; anything else of {@code first} is held. */
    private Serving atStart(Loading.Loaded first) {
        Snapshot snapshot;
        try {
            snapshot = kept.read().orElse(null);
        } catch (IOException unreadable) {
            return nothing(first, List.of(String.valueOf(unreadable.getMessage())));
        }
        // The usual start finds what it kept: loading the same texts and values again would only
        // take time.
        if (snapshot == null || snapshot.equals(first.snapshot())) {
            Serving serving = serving(1, first.catalogue());
            if (snapshot == null) {
                keep(first.snapshot());
            }
            tell(new CatalogueEvent.Loaded(first.catalogue().digest(), List.of()));
            return serving;
        }
        return switch (loader.load(snapshot)) {
            case Loading.Faulty faulty -> nothing(first, texts(faulty.faults()));
            case Loading.Loaded accepted ->
                    taken(accepted.catalogue(), first, 1)
                            .orElseGet(
                                    () -> {
                                        alsoReads(accepted);
                                        return serving(1, accepted.catalogue());
                                    });
        };
    }

    private void alsoReads(Loading more) {
        Set<String> all = new TreeSet<>(variables);
        all.addAll(more.origins().variables());
        variables = Set.copyOf(all);
    }

    /** Serves nothing at all, since what was accepted cannot be had again, and nothing else was accepted. */
    private Serving nothing(Loading.Loaded first, List<String> reasons) {
        Revision change = Revision.between(Catalogue.EMPTY, first.catalogue());
        List<String> lines = new ArrayList<>();
        reasons.forEach(
                reason ->
                        lines.add(
                                "nothing is served: the catalogue accepted last cannot be loaded again: "
                                        + reason));
        lines.addAll(change.lines());
        hold(change.digest(), lines, first);
        return serving(1, Catalogue.EMPTY);
    }

    /** What is to take the place of {@code accepted} at once; empty where {@code next} is held instead. */
    private Optional<Serving> taken(Catalogue accepted, Loading.Loaded next, long revision) {
        Revision change = Revision.between(accepted, next.catalogue());
        if (change.loosens()) {
            hold(change.digest(), change.lines(), next);
            return Optional.empty();
        }
        Serving serving = serving(revision, next.catalogue());
        waiting = null;
        keep(next.snapshot());
        tell(new CatalogueEvent.Loaded(next.catalogue().digest(), change.lines()));
        return Optional.of(serving);
    }

    private void hold(Digest change, List<String> lines, Loading.Loaded next) {
        waiting = new Waiting(clock.instant(), change, List.copyOf(lines), next);
        LOG.atWarn().addKeyValue("change", change.code()).log("catalogue change held");
        tell(new CatalogueEvent.Held(change, lines));
    }

    /** What loosens nothing is served even where it cannot be kept: the next start compares with what was kept before. */
    private void keep(Snapshot snapshot) {
        try {
            kept.keep(snapshot);
        } catch (IOException failure) {
            LOG.atError().setCause(failure).log("the catalogue in use cannot be kept");
        }
    }

    /** Takes what the files came to, as the watcher found it. */
    synchronized void reloaded(Loading loading) {
        alsoReads(loading);
        take(loading);
        loads.forEach(Runnable::run);
    }

    private void take(Loading loading) {
        switch (loading) {
            case Loading.Loaded next -> {
                next.warnings().forEach(ServedCatalogue::warn);
                taken(catalogue(), next, revisionAfter())
                        .ifPresent(
                                serving -> {
                                    variables = next.origins().variables();
                                    serve(serving);
                                });
            }
            case Loading.Faulty faulty -> {
                waiting = null; // the files do not say it any more
                faulty.faults()
                        .forEach(
                                fault ->
                                        LOG.atError()
                                                .addKeyValue("at", fault.text())
                                                .log("catalogue not reloaded"));
                tell(new CatalogueEvent.Failed(texts(faulty.faults())));
            }
        }
    }

    private void serve(Serving next) {
        Catalogue catalogue = next.catalogue();
        current.replace(next, clients.withoutOthersThan(catalogue));
        followers.forEach(follower -> follower.accept(catalogue));
        LOG.atInfo().addKeyValue("revision", next.revision()).log("catalogue reloaded");
    }

    private long revisionAfter() {
        return current.now().revision() + 1;
    }

    /** All that a catalogue needs to be served; made before anything says or keeps that it is, since it may fail. */
    private Serving serving(long revision, Catalogue catalogue) {
        if (!(Rules.compile(catalogue.policy(), Vocabulary.of(catalogue.tools()))
                instanceof Checked.Valid<Rules>(Rules rules))) {
            throw new IllegalStateException("the loader has compiled these rules already");
        }
        return new Serving(revision, catalogue, rules, clients.of(catalogue));
    }

    /** What has happened is not undone for want of a note of it. */
    private void tell(CatalogueEvent event) {
        if (listener == null) {
            untold.add(event);
            return;
        }
        try {
            listener.on(event);
        } catch (StoreException failure) {
            LOG.atError().setCause(failure).log("a catalogue event could not be noted");
        }
    }

    private static List<String> texts(List<Finding> findings) {
        return findings.stream().map(Finding::text).toList();
    }

    private static void warn(Finding warning) {
        LOG.atWarn().addKeyValue("at", warning.text()).log("catalogue warning");
    }

    @Override
    public void close() {
        watcher.close();
        clients.withoutOthersThan(Catalogue.EMPTY).run();
    }
}
