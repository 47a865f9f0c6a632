package dev.countergate.server.config;

import dev.countergate.policy.call.NearestWord;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Position;
import dev.countergate.server.yaml.Printable;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Shape;
import dev.countergate.server.yaml.ShapeCheck;
import dev.countergate.server.yaml.Text;
import dev.countergate.server.yaml.YamlLimits;
import dev.countergate.server.yaml.YamlParser;
import dev.countergate.server.yaml.YamlValue;
import dev.countergate.server.yaml.YamlValue.Entry;
import dev.countergate.server.yaml.YamlValue.Mapping;
import dev.countergate.server.yaml.YamlValue.Scalar;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a catalogue's file and all it includes into one {@link RawCatalogue}. For one load; not thread safe. */
final class CatalogueFiles {
    /** How many files a catalogue may have. */
    static final int FILES_MAX = 64;

    /** How deep includes may go. */
    static final int INCLUDE_DEPTH_MAX = 8;

    private final Sources sources;
    private final Report report;
    private final YamlParser parser = new YamlParser(YamlLimits.DEFAULT);
    private final ShapeCheck check;

    private final Set<Path> seen = new HashSet<>();
    private final Map<Path, String> texts = new LinkedHashMap<>();
    private final List<Block> tools = new ArrayList<>();
    private final Map<String, Position> toolNames = new LinkedHashMap<>();
    private final Map<String, Block> backends = new LinkedHashMap<>();
    private final Map<String, Block> guards = new LinkedHashMap<>();
    private final List<Block> principals = new ArrayList<>();
    private @Nullable Path runbooks;
    private @Nullable Position runbooksAt;
    private @Nullable Block policy;

    CatalogueFiles(Sources sources, Report report, boolean lenient) {
        this.sources = sources;
        this.report = report;
        this.check = new ShapeCheck(report, lenient);
    }

    /** What the file and its includes say; what could not be read is reported and left out. */
    RawCatalogue read(Path file) {
        Position start = new Position(file.toString(), 1, 1);
        text(file, start, "").ifPresent(text -> read(file, text, 0));
        return new RawCatalogue(
                List.copyOf(tools), backends, guards, List.copyOf(principals), runbooks, policy);
    }

    /** The text of each file read, by the path it was read from. */
    Map<Path, String> texts() {
        return texts;
    }

    private Optional<String> text(Path file, Position at, String key) {
        seen.add(identity(file));
        try {
            ByteBuffer bytes = ByteBuffer.wrap(sources.read(file));
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            texts.put(file, text);
            return Optional.of(text.startsWith("\uFEFF") ? text.substring(1) : text);
        } catch (CharacterCodingException notText) {
            report.fault(
                    at,
                    key,
                    "`" + Printable.text(file.toString()) + "` is not text in UTF-8",
                    "save it as UTF-8");
        } catch (IOException failure) {
            report.fault(
                    at,
                    key,
                    "`"
                            + Printable.text(file.toString())
                            + "` cannot be read: "
                            + RecordedSources.reason(failure),
                    "mend its path or its mode");
        }
        return Optional.empty();
    }

    private static Path identity(Path file) {
        return file.toAbsolutePath().normalize();
    }

    private void read(Path file, String text, int depth) {
        Optional<YamlValue> document = parser.parse(file.toString(), text, report);
        if (document.isEmpty()
                || (document.get() instanceof Scalar scalar && scalar.json().isNull())) {
            return; // an empty document has no tools
        }
        if (document.get() instanceof Mapping root) {
            unknownKeys(root);
        }
        check.check(document.get(), CatalogueKeys.CATALOGUE, "")
                .ifPresent(
                        root ->
                                add(
                                        new Block((Mapping) root, CatalogueKeys.CATALOGUE, ""),
                                        file,
                                        depth));
    }

    /** Other programs' keys are their own business; what is nearly one of ours is a slip that would lose a guard. */
    private void unknownKeys(Mapping root) {
        Set<String> ours = CatalogueKeys.CATALOGUE.keys().keySet();
        root.entries()
                .forEach(
                        (name, entry) -> {
                            if (ours.contains(name) || name.startsWith("x-")) {
                                return;
                            }
                            Optional<String> meant = NearestWord.of(name, ours);
                            if (meant.isPresent()) {
                                report.fault(
                                        entry.keyAt(),
                                        Printable.text(name),
                                        "there is no such key",
                                        "did you mean `"
                                                + meant.get()
                                                + "`? begin it with `x-` if not");
                            } else {
                                report.warn(
                                        entry.keyAt(),
                                        Printable.text(name),
                                        "there is no such key, and it is ignored",
                                        "begin it with `x-` to say that it is yours");
                            }
                        });
    }

    private void add(Block root, Path file, int depth) {
        for (Text include : root.texts("include")) {
            include(include, file, depth);
        }
        for (Block tool : root.blocks("tools", ToolKeys.TOOL)) {
            Text name = tool.text("name");
            Position earlier = name == null ? null : toolNames.putIfAbsent(name.value(), name.at());
            if (name != null && earlier != null) {
                report.fault(
                        name.at(),
                        name.path(),
                        "there is a tool `" + name.value() + "` already, at " + earlier,
                        "give each a name of its own");
            } else if (name != null) {
                tools.add(tool);
            }
        }
        addAll(root, "backends", CatalogueKeys.BACKEND, backends);
        addAll(root, "guards", GuardKeys.GUARD, guards);
        principals.addAll(root.blocks("principals", CatalogueKeys.PRINCIPAL));
        Text ownRunbooks = root.text("runbooks");
        if (ownRunbooks != null) {
            runbooks(ownRunbooks, file);
        }
        Block ownPolicy = root.block("policy", CatalogueKeys.POLICY);
        if (ownPolicy != null && policy != null) {
            report.fault(
                    root.keyAt("policy"),
                    "policy",
                    "there is a policy already, at " + policy.at(),
                    "keep one");
        } else if (ownPolicy != null) {
            policy = ownPolicy;
        }
    }

    private void runbooks(Text folder, Path from) {
        if (runbooksAt != null) {
            report.fault(
                    folder.at(),
                    folder.path(),
                    "there is a folder of runbooks already, at " + runbooksAt,
                    "keep one");
            return;
        }
        runbooksAt = folder.at();
        try {
            runbooks = from.resolveSibling(folder.value());
        } catch (InvalidPathException invalid) {
            report.fault(folder.at(), folder.path(), noPath(folder), "");
            return;
        }
        if (!sources.isFolder(runbooks)) {
            report.fault(
                    folder.at(),
                    folder.path(),
                    "there is no folder `" + Printable.text(runbooks.toString()) + "`",
                    "make it, or name another");
        }
    }

    private static String noPath(Text text) {
        return "`" + Printable.text(text.value()) + "` is no path";
    }

    private void addAll(Block root, String key, Shape.Block shape, Map<String, Block> all) {
        for (Map.Entry<String, Entry> entry : root.members(key).entrySet()) {
            if (entry.getValue().value() instanceof Mapping mapping) {
                Block block = new Block(mapping, shape, key + "." + entry.getKey());
                Block earlier = all.putIfAbsent(entry.getKey(), block);
                if (earlier != null) {
                    report.fault(
                            entry.getValue().keyAt(),
                            block.path(),
                            "it is defined already, at " + earlier.at(),
                            "define it once");
                }
            }
        }
    }

    private void include(Text include, Path from, int depth) {
        Path file;
        try {
            file = from.resolveSibling(include.value());
        } catch (InvalidPathException invalid) {
            report.fault(include.at(), include.path(), noPath(include), "");
            return;
        }
        if (depth >= INCLUDE_DEPTH_MAX) {
            report.fault(
                    include.at(),
                    include.path(),
                    String.format(
                            Locale.ROOT,
                            "includes go deeper than the %d levels allowed",
                            INCLUDE_DEPTH_MAX),
                    "include it from a file further up");
        } else if (seen.contains(identity(file))) {
            report.fault(
                    include.at(),
                    include.path(),
                    "`" + Printable.text(include.value()) + "` is part of this catalogue already",
                    "include each file once");
        } else if (seen.size() >= FILES_MAX) {
            report.fault(
                    include.at(),
                    include.path(),
                    String.format(
                            Locale.ROOT, "more than the %d files a catalogue may have", FILES_MAX),
                    "join some of them");
        } else {
            text(file, include.at(), include.path()).ifPresent(text -> read(file, text, depth + 1));
        }
    }
}
