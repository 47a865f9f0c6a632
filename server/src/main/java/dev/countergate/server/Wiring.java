package dev.countergate.server;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.token.Digest;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.audit.Leaf;
import dev.countergate.server.audit.PacedStore;
import dev.countergate.server.audit.SqliteStore;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreClock;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.Approvers;
import dev.countergate.server.authority.FreezeFile;
import dev.countergate.server.authority.Freezes;
import dev.countergate.server.backend.ReadFollower;
import dev.countergate.server.call.CallPipeline;
import dev.countergate.server.call.ResultPages;
import dev.countergate.server.config.CatalogueLoader;
import dev.countergate.server.config.CatalogueSchema;
import dev.countergate.server.config.Loading;
import dev.countergate.server.config.Snapshot;
import dev.countergate.server.config.Sources;
import dev.countergate.server.daemon.DaemonProcess.Built;
import dev.countergate.server.daemon.DaemonSettings;
import dev.countergate.server.daemon.OperatorListener.Operation;
import dev.countergate.server.daemon.Separation;
import dev.countergate.server.daemon.Separations;
import dev.countergate.server.daemon.SystemAccounts;
import dev.countergate.server.http.HttpSettings;
import dev.countergate.server.notice.WebhookNotices;
import dev.countergate.server.operator.FreezeLeaves;
import dev.countergate.server.operator.KeyLeaves;
import dev.countergate.server.operator.OperatorLog;
import dev.countergate.server.operator.OperatorPlane;
import dev.countergate.server.operator.ProposalChanges;
import dev.countergate.server.operator.ProposalOperations;
import dev.countergate.server.operator.StoredOperatorLog;
import dev.countergate.server.proposal.Proposals;
import dev.countergate.server.runbook.Runbooks;
import dev.countergate.server.yaml.Finding;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Builds all objects by constructor, top to bottom; nothing else knows all of them. */
public final class Wiring {
    private static final String NO_TOKEN =
            "`--http`: the catalogue names no token, and whoever reaches the port could call: name one with"
                    + " `countergate token add NAME`";

    /** Agents' questions and steps at the store at a time: what an operator's may have to wait for. */
    private static final int AGENTS_AT_STORE_MAX = 8;

    private Wiring() {}

    /** Reads a catalogue without serving it. */
    public static CatalogueReport check(
            Path catalogue, boolean lenient, Map<String, String> environment) {
        return switch (load(catalogue, lenient, environment)) {
            case Loading.Loaded(
                            Catalogue loaded,
                            List<Finding> warnings,
                            Loading.Origins origins,
                            Snapshot snapshot) ->
                    new CatalogueReport(
                            loaded,
                            List.of(),
                            text(warnings),
                            origins.variables(),
                            origins.files().keySet());
            case Loading.Faulty(
                            List<Finding> faults,
                            List<Finding> warnings,
                            Loading.Origins origins) ->
                    new CatalogueReport(
                            null,
                            text(faults),
                            text(warnings),
                            origins.variables(),
                            origins.files().keySet());
        };
    }

    /** The JSON Schema of a catalogue file. */
    public static JsonNode schema() {
        return CatalogueSchema.json();
    }

    /**
     * Builds what a daemon serves.
     *
     * @param http how it is to be served over HTTP, or null
     * @param metrics where its metrics are to be served, or null: then nothing is counted
     * @throws IOException when its store cannot be opened
     */
    public static Built daemon(
            DaemonSettings settings,
            boolean lenient,
            @Nullable HttpSettings http,
            @Nullable InetSocketAddress metrics,
            Map<String, String> environment)
            throws IOException {
        Sources sources = Sources.of(environment::get);
        CatalogueLoader loader = new CatalogueLoader(sources, lenient);
        return switch (loader.load(settings.catalogue())) {
            case Loading.Faulty faulty -> new Built.Faulty(text(faulty.faults()));
            case Loading.Loaded first
                    when http != null && !first.catalogue().principals().haveTokens() ->
                    new Built.Faulty(List.of(NO_TOKEN));
            case Loading.Loaded first -> {
                OwnMetrics own =
                        metrics == null ? null : new OwnMetrics(metrics, Clock.systemUTC());
                ServedCatalogue served =
                        new ServedCatalogue(
                                settings.catalogue(),
                                loader,
                                sources,
                                first,
                                new AcceptedCatalogue(settings.state().path()),
                                Clock.systemUTC(),
                                own == null ? ReadFollower.NONE : own.metrics());
                try {
                    yield serving(settings, http, own, environment, served);
                } catch (StoreException failed) {
                    served.close();
                    throw new IOException(failed.getMessage(), failed);
                }
            }
        };
    }

    /** Beside the user's catalogue, which no copy of a state directory brings back; nowhere when nothing can be written there. */
    private static List<Path> headsElsewhere(
            StateDirectory state, Map<String, String> environment) {
        Path heads = StateDirectory.userCatalogue(environment).resolveSibling("heads");
        try {
            Files.createDirectories(heads);
        } catch (IOException closed) {
            return List.of();
        }
        return Files.isWritable(heads) ? List.of(heads.resolve(headName(state.path()))) : List.of();
    }

    /** The last checkpoints of logs that were in this state directory, and are gone. */
    public static List<Path> headsOfLostLogs(
            StateDirectory state, Map<String, String> environment) {
        Path folder = StateDirectory.userCatalogue(environment).resolveSibling("heads");
        String gone = headName(state.path()) + ".gone-";
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> heads =
                Files.newDirectoryStream(
                        folder, each -> String.valueOf(each.getFileName()).startsWith(gone))) {
            heads.forEach(found::add);
        } catch (IOException none) {
            return List.of();
        }
        return found;
    }

    /** Told from the head of every other state directory, whatever their last names are. */
    private static String headName(Path state) {
        return state.getFileName()
                + "-"
                + Digest.of(state.toString().getBytes(StandardCharsets.UTF_8)).code();
    }

    private static Built.Ready serving(
            DaemonSettings settings,
            @Nullable HttpSettings http,
            @Nullable OwnMetrics metrics,
            Map<String, String> environment,
            ServedCatalogue served)
            throws StoreException, IOException {
        StoreClock clock = StoreClock.system();
        SecureRandom random = new SecureRandom();
        StateDirectory state = settings.state();
        Store store =
                SqliteStore.open(
                        state.path(),
                        headsElsewhere(state, environment),
                        () -> served.current().now().redactor(),
                        clock);
        Store agents = new PacedStore(store, AGENTS_AT_STORE_MAX);
        OperatorLog log = new StoredOperatorLog(store, clock);
        Freezes freezes =
                new Freezes(
                        new FreezeFile(state.freeze()),
                        new FreezeFile(StateDirectory.freezeOfAll(environment)),
                        new FreezeLeaves(log));
        Approvers approvers =
                new Approvers(state.approvers(), ZoneId.systemDefault(), new KeyLeaves(log));
        Separations separations =
                new Separations(state, new SystemAccounts(), () -> declared(served));
        WebhookNotices notices = new WebhookNotices(Version.TEXT, System::nanoTime);
        served.follow(notices::follow);
        Proposals proposals =
                new Proposals(
                        new Proposals.Parts(
                                store,
                                agents,
                                served.current(),
                                approvers,
                                freezes,
                                separations::of,
                                random,
                                clock,
                                System::nanoTime,
                                notices));
        OperatorPlane plane =
                new OperatorPlane(
                        proposals.serverId(),
                        Files.getOwner(state.path()).getName(),
                        approvers,
                        freezes,
                        served,
                        new ProposalChanges(proposals),
                        log,
                        random,
                        clock);
        CallPipeline tools =
                new CallPipeline(
                        served.current(),
                        new ResultPages(random, System::nanoTime),
                        proposals,
                        agents,
                        clock,
                        System::nanoTime);
        Runbooks runbooks =
                new Runbooks(
                        () -> served.catalogue().runbooks().map(Path::of),
                        () -> served.current().now().redactor(),
                        (caller, uri) ->
                                store.later(
                                        new Leaf(
                                                "read",
                                                clock.instant(),
                                                Map.of(
                                                        "principal",
                                                        caller.principal().value(),
                                                        "resource",
                                                        uri))),
                        System::nanoTime);
        if (metrics != null) {
            metrics.follow(served, store, proposals, tools);
        }
        proposals.start();
        served.announceTo(announced(new CatalogueLeaves(log), metrics));
        served.watch();
        Map<String, Operation> operations = new HashMap<>(plane.operations());
        operations.putAll(new ProposalOperations(proposals).operations());
        return new Built.Ready(
                new AgentService(
                        served, tools, runbooks, proposals, plane, notices, store, http, metrics),
                operations);
    }

    private static CatalogueEvent.Listener announced(
            CatalogueLeaves leaves, @Nullable OwnMetrics metrics) {
        return metrics == null
                ? leaves
                : event -> {
                    leaves.on(event);
                    metrics.on(event);
                };
    }

    /** What the operator declares beyond what is measured. */
    static Optional<Separation> declared(ServedCatalogue served) {
        return Optional.ofNullable(served.catalogue().policy().separation())
                .map(Separation::valueOf)
                .filter(level -> level.compareTo(Separation.S1) > 0);
    }

    private static Loading load(Path catalogue, boolean lenient, Map<String, String> environment) {
        return new CatalogueLoader(Sources.of(environment::get), lenient).load(catalogue);
    }

    private static List<String> text(List<Finding> findings) {
        return findings.stream().map(Finding::text).toList();
    }
}
