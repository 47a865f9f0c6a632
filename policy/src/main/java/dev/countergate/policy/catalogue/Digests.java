package dev.countergate.policy.catalogue;

import dev.countergate.policy.token.Digest;
import java.util.Map;

/**
 * What a catalogue said of a tool, as digests: another text with the same meaning has the same ones.
 *
 * @param tool of the tool's entry, without its guard
 * @param guard of its guard, and of all that the guard looks at: the entries of the tools it names, and their backends
 * @param backends of each backend the tool reaches
 */
public record Digests(Digest tool, Digest guard, Map<BackendName, Digest> backends) {
    public Digests {
        backends = Map.copyOf(backends);
    }
}
