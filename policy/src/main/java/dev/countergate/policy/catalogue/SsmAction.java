package dev.countergate.policy.catalogue;

import dev.countergate.policy.template.Template;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A read or a change through AWS Systems Manager. */
public sealed interface SsmAction extends Action {
    /** The backend it reaches. */
    BackendName backend();

    @Override
    default Set<BackendName> backends() {
        return Set.of(backend());
    }

    /**
     * The instances meant: by id, by tag, or both left empty for an inventory of all.
     *
     * @param instances ids; a placeholder of an array parameter stands for several
     * @param tags by filter key, such as {@code tag:service}
     */
    record Targets(List<Template> instances, Map<String, Template> tags) {
        public Targets {
            instances = List.copyOf(instances);
            tags = Map.copyOf(tags);
        }

        Stream<Template> templates() {
            return Stream.concat(instances.stream(), tags.values().stream());
        }
    }

    /**
     * How a command runs.
     *
     * @param concurrencyMax instances at once, a number or a percentage, or null where the effect is read
     * @param errorsMax failed instances after which no more are begun, a number or a percentage, or null likewise
     * @param runLimit in seconds, or null for {@code executionTimeout}'s default of 3,600
     * @param workingDirectory or null
     */
    record Run(
            @Nullable String concurrencyMax,
            @Nullable String errorsMax,
            @Nullable Integer runLimit,
            @Nullable String workingDirectory) {}

    /** Shell commands by {@code AWS-RunShellScript}. */
    record Commands(BackendName backend, Targets targets, List<Template> commands, Run run)
            implements SsmAction {
        public Commands {
            commands = List.copyOf(commands);
        }

        @Override
        public Set<String> parameters() {
            return Used.by(Stream.concat(targets.templates(), commands.stream()));
        }
    }

    /**
     * A command document.
     *
     * @param version a number, or null for the default version
     * @param values the document's parameters, each a list of texts
     */
    record Document(
            BackendName backend,
            Targets targets,
            String document,
            @Nullable String version,
            Map<String, List<Template>> values,
            Run run)
            implements SsmAction {
        public Document {
            values = Map.copyOf(values);
        }

        @Override
        public Set<String> parameters() {
            return Used.by(
                    Stream.concat(
                            targets.templates(), values.values().stream().flatMap(List::stream)));
        }
    }

    /** An automation document. */
    record Automation(
            BackendName backend,
            String document,
            @Nullable String version,
            Map<String, List<Template>> values)
            implements SsmAction {
        public Automation {
            values = Map.copyOf(values);
        }

        @Override
        public Set<String> parameters() {
            return Used.by(values.values().stream().flatMap(List::stream));
        }
    }

    /** The outcome of an earlier command on one instance ({@code GetCommandInvocation}). */
    record Invocation(BackendName backend, Template commandId, Template instance)
            implements SsmAction {
        @Override
        public Set<String> parameters() {
            return Used.by(commandId, instance);
        }
    }

    /** The managed instances ({@code DescribeInstanceInformation}). */
    record Inventory(BackendName backend, Targets targets) implements SsmAction {
        @Override
        public Set<String> parameters() {
            return Used.by(targets.templates());
        }
    }

    /** One parameter of the store, by name; a SecureString's value is never read. */
    record StoreParameter(BackendName backend, Template name) implements SsmAction {
        @Override
        public Set<String> parameters() {
            return Used.by(name);
        }
    }

    /** The parameters of the store below a path; a SecureString's value is never read. */
    record StoreParameters(BackendName backend, Template path) implements SsmAction {
        @Override
        public Set<String> parameters() {
            return Used.by(path);
        }
    }
}
