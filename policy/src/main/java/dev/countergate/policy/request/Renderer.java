package dev.countergate.policy.request;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.Arguments;
import java.util.function.Function;

/** Puts a call's arguments into its tool's action. */
@SuppressWarnings("DoNotCallSuggester")
public final class Renderer {
    private Renderer() {}

    /**
     * The request {@code tool} makes of {@code arguments}, or every value that cannot stand where it would have to.
     *
     * @param backends the catalogue's backends, for the headers an HTTP request carries
     */
    public static Checked<Request> render(
            Tool tool, Arguments arguments, Function<BackendName, Backend> backends) {
        throw dev.countergate.policy.call.Unwritten.yet();
    }
}
