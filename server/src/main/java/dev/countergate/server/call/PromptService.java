package dev.countergate.server.call;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.Checked;
import java.util.List;
import java.util.Map;

/** What a protocol needs of prompts: which there are, and their texts. Thread safe. */
public interface PromptService {
    /** All there are, for everybody the same. */
    List<Prompt> all();

    /**
     * The text of {@code prompt} for {@code caller}, or every fault of what it was filled in with.
     *
     * @param prompt one of {@link #all()}
     */
    Checked<String> text(Prompt prompt, Caller caller, Map<String, String> values);

    /**
     * A prompt as advertised.
     *
     * @param name unique
     */
    record Prompt(String name, String title, String description, List<Argument> arguments) {
        public Prompt {
            arguments = List.copyOf(arguments);
        }
    }

    /** What a prompt takes, all of it text. */
    record Argument(String name, String description, boolean required) {}
}
