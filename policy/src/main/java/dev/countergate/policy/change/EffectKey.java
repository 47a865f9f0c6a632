package dev.countergate.policy.change;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.token.CanonicalJson;
import dev.countergate.policy.token.Digest;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a proposal would do, whoever asks for it and whenever: equal for two that would do the same.
 *
 * @param digest over tool, backend, targets, and the request without attempt id and clock times
 */
public record EffectKey(Digest digest) {
    private static final byte[] DOMAIN = "countergate/effect/v1\0".getBytes(UTF_8);

    /** The key of {@code request}, or why it has no canonical form. */
    public static Checked<EffectKey> of(
            ToolName tool, String backend, List<String> targets, CoreRequest request) {
        ObjectNode effect = JsonNodeFactory.instance.objectNode();
        effect.put("tool", tool.value());
        effect.put("backend", backend);
        targets.stream().sorted().distinct().forEach(effect.putArray("targets")::add);
        effect.set("request", request.essence());
        return CanonicalJson.write(effect)
                .then(bytes -> Checked.valid(new EffectKey(Digest.of(DOMAIN, bytes))));
    }
}
