package dev.countergate.server.config;

import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.SsmAction;
import dev.countergate.policy.template.Language;
import dev.countergate.policy.template.Template;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Text;
import dev.countergate.server.yaml.YamlValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code ssm} actions. */
final class SsmReader {
    /** How many instances one SendCommand may name (AWS Systems Manager API, SendCommand). */
    static final int INSTANCES_MAX = 50;

    /** How many tags one SendCommand may ask for (likewise). */
    static final int TAGS_MAX = 5;

    private static final Duration RUN_LIMIT_MIN = Duration.ofSeconds(5);
    private static final Duration RUN_LIMIT_MAX = Duration.ofDays(2);

    private static final List<String> VERBS =
            List.of("commands", "document", "automation", "invocation", "inventory", "parameter");
    private static final Set<String> RUN =
            Set.of(
                    "instances",
                    "targets",
                    "max_concurrency",
                    "max_errors",
                    "run_limit",
                    "working_directory");
    private static final Set<String> DOCUMENT =
            Set.of(
                    "instances",
                    "targets",
                    "max_concurrency",
                    "max_errors",
                    "run_limit",
                    "version",
                    "parameters");

    private final Backends backends;
    private final Report report;
    private final Queries queries;

    SsmReader(Backends backends, Report report) {
        this.backends = backends;
        this.report = report;
        this.queries = new Queries(report);
    }

    Optional<SsmAction> read(Block block, Templates templates) {
        return queries.verb(block, VERBS)
                .flatMap(verb -> read(verb, block, templates, backends.of(block, "ssm")));
    }

    private Optional<SsmAction> read(
            String verb, Block block, Templates templates, BackendName backend) {
        return switch (verb) {
            case "commands" -> {
                queries.only(block, verb, RUN);
                yield Optional.of(
                        new SsmAction.Commands(
                                backend,
                                targets(block, templates, true),
                                templates.parseAll(Language.SHELL, block.texts(verb)),
                                run(block)));
            }
            case "document" -> {
                queries.only(block, verb, DOCUMENT);
                yield Optional.of(
                        new SsmAction.Document(
                                backend,
                                targets(block, templates, true),
                                name(block, verb),
                                version(block),
                                values(block, templates),
                                run(block)));
            }
            case "automation" -> {
                queries.only(block, verb, Set.of("version", "parameters"));
                yield Optional.of(
                        new SsmAction.Automation(
                                backend,
                                name(block, verb),
                                version(block),
                                values(block, templates)));
            }
            case "invocation" -> {
                queries.only(block, verb, Set.of());
                Block inner = block.block(verb, ActionKeys.INVOCATION);
                yield inner == null || !inner.has("command_id") || !inner.has("instance")
                        ? Optional.empty() // reported as missing
                        : Optional.of(
                                new SsmAction.Invocation(
                                        backend,
                                        templates.required(Language.SSM_TEXT, inner, "command_id"),
                                        templates.required(Language.SSM_TEXT, inner, "instance")));
            }
            case "inventory" -> {
                queries.only(block, verb, Set.of("instances", "targets"));
                yield Optional.of(
                        new SsmAction.Inventory(backend, targets(block, templates, false)));
            }
            case "parameter" -> {
                queries.only(block, verb, Set.of());
                Block inner = block.block(verb, ActionKeys.PARAMETER_PATH);
                if (inner == null) {
                    yield Optional.of(
                            new SsmAction.StoreParameter(
                                    backend, templates.required(Language.SSM_TEXT, block, verb)));
                }
                yield inner.has("path")
                        ? Optional.of(
                                new SsmAction.StoreParameters(
                                        backend,
                                        templates.required(Language.SSM_TEXT, inner, "path")))
                        : Optional.empty(); // reported as missing
            }
            default -> throw new IllegalStateException("not a verb: " + verb);
        };
    }

    private SsmAction.Targets targets(Block block, Templates templates, boolean needed) {
        List<Text> instances = block.texts("instances");
        Map<String, Text> tags = block.textMembers("targets");
        if (!instances.isEmpty() && !tags.isEmpty()) {
            report.fault(
                    block.keyAt("targets"),
                    block.path("targets"),
                    "`instances` is given as well",
                    "keep one of the two");
        } else if (needed
                && !block.has("instances")
                && !block.has("targets")
                && !report.hasFault(block.path("instances"))
                && !report.hasFault(block.path("targets"))) {
            report.fault(
                    block.at(),
                    block.path(),
                    "says not where to run",
                    "give `instances` or `targets`");
        }
        if (instances.size() > INSTANCES_MAX) {
            report.fault(
                    block.keyAt("instances"),
                    block.path("instances"),
                    String.format(
                            Locale.ROOT,
                            "names more than the %d instances a command may have",
                            INSTANCES_MAX),
                    "use `targets`");
        }
        if (tags.size() > TAGS_MAX) {
            report.fault(
                    block.keyAt("targets"),
                    block.path("targets"),
                    String.format(
                            Locale.ROOT,
                            "names more than the %d tags a command may have",
                            TAGS_MAX),
                    "name fewer");
        }
        return new SsmAction.Targets(
                templates.parseAll(Language.SSM_TEXT, instances),
                templates.parseAll(Language.SSM_TEXT, tags));
    }

    private SsmAction.Run run(Block block) {
        return new SsmAction.Run(
                string(block, "max_concurrency"),
                string(block, "max_errors"),
                runLimit(block),
                string(block, "working_directory"));
    }

    private @Nullable Integer runLimit(Block block) {
        Text text = block.text("run_limit");
        if (text == null) {
            return null;
        }
        Duration limit = Durations.parse(text.value());
        if (limit.compareTo(RUN_LIMIT_MIN) < 0 || limit.compareTo(RUN_LIMIT_MAX) > 0) {
            report.fault(
                    text.at(),
                    text.path(),
                    "must be from 5s to 48h, and is `" + text.value() + "`",
                    "");
            return null;
        }
        return (int) limit.toSeconds();
    }

    /** A document's name is fixed in the catalogue: whoever chooses the document chooses what it does. */
    private String name(Block block, String key) {
        Text text = block.text(key);
        if (text == null || !text.value().matches("[A-Za-z0-9_:/.-]{3,128}")) {
            report.fault(
                    text == null ? block.at() : text.at(),
                    block.path(key),
                    "is no document's name",
                    "write a name or ARN, without placeholders");
            return "";
        }
        return text.value();
    }

    private @Nullable String version(Block block) {
        return string(block, "version");
    }

    private static @Nullable String string(Block block, String key) {
        Text text = block.text(key);
        return text == null ? null : text.value();
    }

    private Map<String, List<Template>> values(Block block, Templates templates) {
        Map<String, List<Template>> values = new LinkedHashMap<>();
        block.members("parameters")
                .forEach(
                        (name, entry) -> {
                            List<Text> texts = new ArrayList<>();
                            String path = block.path("parameters") + "." + name;
                            List<YamlValue> items =
                                    entry.value()
                                                    instanceof
                                                    YamlValue.Sequence(
                                                            List<YamlValue> several,
                                                            var at)
                                            ? several
                                            : List.of(entry.value());
                            for (YamlValue item : items) {
                                if (item instanceof YamlValue.Scalar scalar) {
                                    texts.add(new Text(scalar.text(), scalar.at(), path));
                                }
                            }
                            values.put(name, templates.parseAll(Language.SSM_TEXT, texts));
                        });
        return values;
    }
}
