package dev.countergate.server.config;

import dev.countergate.policy.call.NearestWord;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Policy;
import dev.countergate.policy.catalogue.Principals;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Position;
import dev.countergate.server.yaml.Report;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a valid catalogue of a raw one. For one load; not thread safe. */
final class CatalogueReader {
    private final Report report;
    private final Interpolation interpolation;
    private final UrlReader urls;
    private final Backends backends;

    /**
     * A reader.
     *
     * @param shown values that texts come to whatever the sources say, by their places
     */
    CatalogueReader(Sources sources, Report report, boolean lenient, Map<String, String> shown) {
        this.report = report;
        this.interpolation = new Interpolation(sources, report, lenient, new Meanings(shown));
        this.urls = new UrlReader(interpolation, report);
        this.backends = new Backends(report);
    }

    /** What shows of the values put in, by place. */
    Map<String, String> shown() {
        return interpolation.meanings().shown();
    }

    /** The catalogue; to be used only when nothing was reported as a fault, since stubs stand in for what was. */
    Catalogue toValid(RawCatalogue raw) {
        BackendReader backendReader = new BackendReader(interpolation, urls, report);
        raw.backends()
                .forEach(
                        (name, block) ->
                                backends.add(
                                        name,
                                        block.string("type", ""),
                                        backendReader.read(name, block)));
        Map<String, Block> blocks = new LinkedHashMap<>();
        Map<String, Tool> tools = new LinkedHashMap<>();
        ToolReader toolReader = new ToolReader(interpolation, urls, backends, report);
        for (Block block : raw.tools()) {
            String name = block.string("name", "");
            blocks.put(name, block);
            toolReader.read(block).ifPresent(tool -> tools.put(name, tool));
        }
        Map<String, Block> guards = new LinkedHashMap<>();
        List<Tool> guarded = guarded(raw, blocks, tools, guards);
        Policy policy =
                raw.policy() == null
                        ? Policy.DEFAULT
                        : new PolicyReader(urls, report)
                                .read(raw.policy(), guarded, blocks.keySet());
        warnOfSharedCredentials(blocks, tools);
        Principals principals =
                new PrincipalsReader(blocks.keySet(), report).read(raw.principals());
        return report.hasFaults()
                ? Catalogue.EMPTY
                : new Catalogue(
                        guarded,
                        backends.all(),
                        principals,
                        policy,
                        interpolation.secrets(),
                        new EntriesReader(interpolation.meanings()).read(raw, guards));
    }

    private List<Tool> guarded(
            RawCatalogue raw,
            Map<String, Block> blocks,
            Map<String, Tool> tools,
            Map<String, Block> guards) {
        Set<String> names = blocks.keySet();
        raw.guards()
                .forEach(
                        (name, guard) -> {
                            if (!names.contains(name)) {
                                report.fault(
                                        guard.at(),
                                        guard.path(),
                                        "there is no tool `" + name + "`",
                                        NearestWord.remedy(name, names));
                            }
                        });
        GuardReader reader =
                new GuardReader(
                        tools,
                        names,
                        (name, argument) -> {
                            Block block = blocks.get(name);
                            return block == null ? Duration.ZERO : QueryRange.of(block, argument);
                        },
                        report);
        List<Tool> guarded = new ArrayList<>();
        tools.forEach(
                (name, tool) -> {
                    Block guard = guard(raw, name, blocks.get(name));
                    if (guard != null) {
                        guards.put(name, guard);
                    }
                    guarded.add(guard == null ? tool : tool.withGuard(reader.read(guard, tool)));
                });
        return guarded;
    }

    private @Nullable Block guard(RawCatalogue raw, String name, @Nullable Block tool) {
        Block inTool = tool == null ? null : tool.block("guard", GuardKeys.GUARD);
        Block byName = raw.guards().get(name);
        if (inTool != null && byName != null) {
            report.fault(
                    byName.at(),
                    byName.path(),
                    "the tool has a guard already, at " + inTool.at(),
                    "keep one of the two");
        }
        return byName == null ? inTool : byName;
    }

    /** Reads that run under a credential that may change things are one mistake away from changing them. */
    private void warnOfSharedCredentials(Map<String, Block> blocks, Map<String, Tool> tools) {
        Map<Credential, String> readers = new LinkedHashMap<>();
        tools.forEach(
                (name, tool) -> {
                    if (tool.effect() == Effect.READ) {
                        credentials(tool)
                                .forEach(credential -> readers.putIfAbsent(credential, name));
                    }
                });
        tools.forEach(
                (name, tool) -> {
                    Block block = blocks.get(name);
                    if (tool.effect() == Effect.WRITE && block != null) {
                        for (Credential credential : credentials(tool)) {
                            String reader = readers.remove(credential);
                            if (reader != null) {
                                Position at = block.keyAt("name");
                                report.warn(
                                        at,
                                        block.path(),
                                        "changes AWS with the credential that `"
                                                + reader
                                                + "` reads with",
                                        "give writes a backend with a `profile` or `role_arn` of"
                                                + " its own");
                            }
                        }
                    }
                });
    }

    private record Credential(@Nullable String profile, @Nullable String roleArn) {}

    private List<Credential> credentials(Tool tool) {
        List<Credential> credentials = new ArrayList<>();
        for (Backend backend : backends.all()) {
            if (backend instanceof Backend.Ssm ssm
                    && tool.action().backends().contains(ssm.name())) {
                credentials.add(new Credential(ssm.profile(), ssm.roleArn()));
            }
        }
        return credentials;
    }
}
