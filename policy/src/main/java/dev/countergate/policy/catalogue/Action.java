package dev.countergate.policy.catalogue;

import java.util.Set;

/** What a tool does when it is called: one request, with placeholders where its parameters stand. */
public sealed interface Action
        permits HttpAction,
                CompositeAction,
                PrometheusAction,
                LokiAction,
                AlertmanagerAction,
                SsmAction {
    /** The names of the parameters it uses, in no particular order. */
    Set<String> parameters();

    /** The names of the backends it reaches. */
    Set<BackendName> backends();
}
