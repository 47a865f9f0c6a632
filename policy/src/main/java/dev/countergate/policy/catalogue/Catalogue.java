package dev.countergate.policy.catalogue;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.template.Template;
import dev.countergate.policy.token.Digest;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A whole catalogue, consistent in itself: every backend a tool names is there, every tool a guard names is there.
 * Tools keep the order of the file.
 */
public final class Catalogue {
    /** No tools at all. */
    public static final Catalogue EMPTY =
            new Catalogue(
                    List.of(),
                    List.of(),
                    Principals.NONE,
                    Policy.DEFAULT,
                    List.of(),
                    Entries.EMPTY);

    private final Map<ToolName, Tool> tools;
    private final Map<BackendName, Backend> backends;
    private final Principals principals;
    private final Policy policy;
    private final List<Secret> secrets;
    private final Entries entries;

    /**
     * A catalogue of these parts.
     *
     * @param tools in the order of the file, names distinct
     * @param backends names distinct
     * @param principals who is who
     * @param secrets every value that must never be shown
     * @param entries what the files say of each of these
     */
    public Catalogue(
            List<Tool> tools,
            Collection<Backend> backends,
            Principals principals,
            Policy policy,
            List<Secret> secrets,
            Entries entries) {
        Map<ToolName, Tool> toolsByName = new LinkedHashMap<>();
        tools.forEach(tool -> toolsByName.put(tool.name(), tool));
        Map<BackendName, Backend> backendsByName = new LinkedHashMap<>();
        backends.forEach(backend -> backendsByName.put(backend.name(), backend));
        for (Tool tool : tools) {
            if (!backendsByName.keySet().containsAll(tool.action().backends())) {
                throw new IllegalArgumentException(
                        "tool `" + tool.name() + "` names a backend that is not there");
            }
        }
        this.tools = Collections.unmodifiableMap(toolsByName);
        this.backends = Collections.unmodifiableMap(backendsByName);
        this.principals = principals;
        this.policy = policy;
        this.secrets = List.copyOf(secrets);
        this.entries = entries;
    }

    /** The tool of that name, forbidden ones included. */
    public Optional<Tool> find(ToolName name) {
        return Optional.ofNullable(tools.get(name));
    }

    /** All tools in the order of the file, forbidden ones included. */
    public Collection<Tool> tools() {
        return tools.values();
    }

    /** All backends in the order of the file. */
    public Collection<Backend> backends() {
        return backends.values();
    }

    /**
     * The backend of that name.
     *
     * @throws IllegalArgumentException when no backend has it; a tool's own backends are always there
     */
    public Backend backend(BackendName name) {
        Backend backend = backends.get(name);
        if (backend == null) {
            throw new IllegalArgumentException("no backend `" + name + "`");
        }
        return backend;
    }

    /** The person behind {@code principal}, where the catalogue maps it to one. */
    public Optional<String> person(PrincipalId principal) {
        return principals.person(principal);
    }

    /** Where a call acts: what its guard says, else what its backend belongs to, else empty. */
    public String environment(Tool tool, Arguments arguments) {
        Template declared = tool.guard().environment();
        if (declared != null) {
            return declared.render(arguments) instanceof Checked.Valid<String>(String environment)
                    ? environment
                    : "";
        }
        for (BackendName name : tool.action().backends()) {
            String environment = backend(name).environment();
            if (environment != null) {
                return environment;
            }
        }
        return "";
    }

    /** Who is who. */
    public Principals principals() {
        return principals;
    }

    /** The absolute path of the folder whose runbooks agents may read, where there is one. */
    public Optional<String> runbooks() {
        return Optional.ofNullable(entries.runbooks());
    }

    /** What holds for all tools. */
    public Policy policy() {
        return policy;
    }

    /** Every value that must never be shown. */
    public List<Secret> secrets() {
        return secrets;
    }

    /** What the files say. */
    public Entries entries() {
        return entries;
    }

    /**
     * The digests of what the files say of a tool.
     *
     * @throws IllegalArgumentException when there is no such tool
     */
    public Digests digests(ToolName name) {
        Tool tool = tools.get(name);
        if (tool == null) {
            throw new IllegalArgumentException("no tool `" + name + "`");
        }
        return new EntryDigests(this).of(tool);
    }

    /** The digest of all that the files say. */
    public Digest digest() {
        return new EntryDigests(this).ofAll();
    }
}
