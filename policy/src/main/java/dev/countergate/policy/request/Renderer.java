package dev.countergate.policy.request;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.catalogue.AlertmanagerAction;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.CompositeAction;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.catalogue.LokiAction;
import dev.countergate.policy.catalogue.PrometheusAction;
import dev.countergate.policy.catalogue.SsmAction;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.Arguments;
import java.util.function.Function;

/** Puts a call's arguments into its tool's action. */
public final class Renderer {
    private Renderer() {}

    /**
     * The request {@code tool} makes of {@code arguments}, or every value that cannot stand where it would have to.
     *
     * @param backends the catalogue's backends, for the headers an HTTP request carries
     */
    public static Checked<Request> render(
            Tool tool, Arguments arguments, Function<BackendName, Backend> backends) {
        Values values = new Values(arguments);
        Request request =
                switch (tool.action()) {
                    case HttpAction action ->
                            new HttpRendering(values, tool.effect(), backends).render(action);
                    case CompositeAction action ->
                            new HttpRendering(values, tool.effect(), backends).render(action);
                    case PrometheusAction action -> PrometheusRendering.render(action, values);
                    case LokiAction action -> LokiRendering.render(action, values);
                    case AlertmanagerAction action -> AlertmanagerRendering.render(action, values);
                    case SsmAction action -> SsmRendering.render(action, values);
                };
        return values.outcome(request);
    }
}
