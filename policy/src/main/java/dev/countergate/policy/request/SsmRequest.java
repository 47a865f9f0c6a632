package dev.countergate.policy.request;

import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.SsmAction;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A rendered read or change through AWS Systems Manager. Components as in {@code SsmAction}. */
public sealed interface SsmRequest extends Request {
    /** The backend it reaches. */
    BackendName backend();

    /** The instances meant, by id or by tag. */
    record Targets(List<String> instances, Map<String, String> tags) {
        public Targets {
            instances = List.copyOf(instances);
            tags = Map.copyOf(tags);
        }
    }

    /** Shell commands by {@code AWS-RunShellScript}. */
    record Commands(BackendName backend, Targets targets, List<String> commands, SsmAction.Run run)
            implements SsmRequest {
        public Commands {
            commands = List.copyOf(commands);
        }
    }

    /** A command document. */
    record Document(
            BackendName backend,
            Targets targets,
            String document,
            @Nullable String version,
            Map<String, List<String>> values,
            SsmAction.Run run)
            implements SsmRequest {
        public Document {
            values = Map.copyOf(values);
        }
    }

    /** An automation document. */
    record Automation(
            BackendName backend,
            String document,
            @Nullable String version,
            Map<String, List<String>> values)
            implements SsmRequest {
        public Automation {
            values = Map.copyOf(values);
        }
    }

    /** {@code GetCommandInvocation}. */
    record Invocation(BackendName backend, String commandId, String instance)
            implements SsmRequest {}

    /** {@code DescribeInstanceInformation}. */
    record Inventory(BackendName backend, Targets targets) implements SsmRequest {}

    /** {@code GetParameters}, one name, never decrypted. */
    record StoreParameter(BackendName backend, String name) implements SsmRequest {}

    /** {@code GetParametersByPath}, never decrypted. */
    record StoreParameters(BackendName backend, String path) implements SsmRequest {}
}
