package dev.countergate.server;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.rule.Rules;
import dev.countergate.policy.rule.Vocabulary;
import dev.countergate.server.call.CurrentCatalogue;
import dev.countergate.server.call.Serving;
import dev.countergate.server.config.CatalogueLoader;
import dev.countergate.server.config.CatalogueWatcher;
import dev.countergate.server.config.Loading;
import dev.countergate.server.config.Sources;
import dev.countergate.server.yaml.Finding;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The catalogue being served, kept up with its files: each good change is served from its first complete look on, a
 * faulty one is told and the last good catalogue stays. Thread safe.
 */
final class ServedCatalogue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServedCatalogue.class);

    private final BackendClients clients;
    private final CurrentCatalogue current;
    private final CatalogueWatcher watcher;

    private final List<Consumer<Catalogue>> followers = new CopyOnWriteArrayList<>();
    private final AtomicLong revision = new AtomicLong(1);

    /**
     * Serves {@code first} from now on.
     *
     * @param file the catalogue's file
     * @param loader what made {@code first} of it
     * @param clock tells queries what "now" is
     */
    ServedCatalogue(
            Path file, CatalogueLoader loader, Sources sources, Loading.Loaded first, Clock clock) {
        this.clients = new BackendClients(clock);
        this.current = new CurrentCatalogue(serving(first.catalogue()));
        this.watcher = new CatalogueWatcher(file, loader, sources, first, this::reloaded);
        first.warnings().forEach(ServedCatalogue::warn);
        watcher.start();
    }

    CurrentCatalogue current() {
        return current;
    }

    /** The catalogue being served. */
    Catalogue catalogue() {
        return watcher.current().catalogue();
    }

    /** Hands {@code follower} what is served, now and after each change. */
    void follow(Consumer<Catalogue> follower) {
        followers.add(follower);
        follower.accept(catalogue());
    }

    /** The names of the environment variables the catalogue reads. */
    Set<String> variables() {
        return watcher.current().origins().variables();
    }

    /** Adds what an operator wants to know of it. */
    void describe(ObjectNode status) {
        ObjectNode described = status.putObject("catalogue_in_use");
        described.put("revision", revision.get());
        described.put("tools", watcher.current().catalogue().tools().size());
        watcher.failure()
                .ifPresent(
                        failure -> {
                            ArrayNode faults = described.putArray("reload_faults");
                            failure.faults().forEach(fault -> faults.add(fault.text()));
                        });
    }

    private void reloaded(Loading loading) {
        switch (loading) {
            case Loading.Loaded(
                            Catalogue catalogue,
                            List<Finding> warnings,
                            Loading.Origins origins) -> {
                warnings.forEach(ServedCatalogue::warn);
                revision.incrementAndGet();
                Serving next = serving(catalogue);
                current.replace(next, clients.withoutOthersThan(catalogue));
                followers.forEach(follower -> follower.accept(catalogue));
                LOG.atInfo().addKeyValue("revision", revision.get()).log("catalogue reloaded");
            }
            case Loading.Faulty(
                            List<Finding> faults,
                            List<Finding> warnings,
                            Loading.Origins origins) ->
                    faults.forEach(
                            fault ->
                                    LOG.atError()
                                            .addKeyValue("at", fault.text())
                                            .log("catalogue not reloaded"));
        }
    }

    private Serving serving(Catalogue catalogue) {
        if (!(Rules.compile(catalogue.policy(), Vocabulary.of(catalogue.tools()))
                instanceof Checked.Valid<Rules>(Rules rules))) {
            throw new IllegalStateException("the loader has compiled these rules already");
        }
        return new Serving(revision.get(), catalogue, rules, clients.of(catalogue));
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
