package dev.countergate.server.config;

import dev.countergate.policy.catalogue.Action;
import dev.countergate.policy.catalogue.AlertmanagerAction;
import dev.countergate.policy.catalogue.CompositeAction;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.catalogue.SsmAction;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Text;
import java.util.Locale;

/** Tells what a tool does to the world: what its author declares, held against what its action can do. */
final class EffectReader {
    private final Report report;

    EffectReader(Report report) {
        this.report = report;
    }

    Effect read(Block tool, Action action) {
        Text declared = tool.text("effect");
        Effect concluded = Effect.of(action);
        if (declared == null) {
            if (action instanceof CompositeAction && concluded == Effect.WRITE) {
                report.fault(
                        tool.keyAt("requests"),
                        tool.path("requests"),
                        "one of the requests is not a GET, and only one request can be approved at a time",
                        "declare `effect: read` if it only reads, or make tools of their own");
            }
            warnOfWritingGets(tool, action);
            return concluded;
        }
        Effect effect = Effect.valueOf(declared.value().toUpperCase(Locale.ROOT));
        switch (effect) {
            case READ -> checkRead(declared, action, concluded);
            case WRITE -> checkWrite(declared, action, concluded);
            case NOTIFY -> checkNotify(tool, declared, action);
            case FORBIDDEN -> {}
        }
        return effect;
    }

    private void checkRead(Text declared, Action action, Effect concluded) {
        if (concluded == Effect.READ) {
            return;
        }
        if (action instanceof AlertmanagerAction) {
            report.fault(
                    declared.at(),
                    declared.path(),
                    "a silence changes who is told, so it is a write",
                    "remove it");
        } else if (action instanceof SsmAction.Automation) {
            report.fault(
                    declared.at(),
                    declared.path(),
                    "an automation cannot be declared to read",
                    "remove it");
        } else if (action instanceof HttpAction http) {
            report.warn(
                    declared.at(),
                    declared.path(),
                    "a " + http.method() + " is declared to read: agents call it without a person",
                    "make sure that it changes nothing");
        } else if (action instanceof CompositeAction) {
            report.warn(
                    declared.at(),
                    declared.path(),
                    "requests other than GET are declared to read: agents call them without a person",
                    "make sure that they change nothing");
        }
    }

    private void checkWrite(Text declared, Action action, Effect concluded) {
        boolean cannotBeProposed = concluded == Effect.READ && !(action instanceof HttpAction);
        if (cannotBeProposed || action instanceof CompositeAction) {
            report.fault(
                    declared.at(),
                    declared.path(),
                    "this action only reads",
                    "remove it, or declare `effect: forbidden`");
        }
    }

    private void checkNotify(Block tool, Text declared, Action action) {
        if (!(action instanceof HttpAction http) || http.hasSafeMethod()) {
            report.fault(
                    declared.at(),
                    declared.path(),
                    "a notification is a `url` with a body",
                    "give a `method` such as POST");
        } else if (!http.url().parameters().isEmpty()) {
            report.fault(
                    declared.at(),
                    declared.path(),
                    "a notification's destination is fixed, and the url holds the placeholder `{"
                            + http.url().parameters().iterator().next()
                            + "}`",
                    "move it into the body");
        }
        if (tool.has("retry")) {
            report.fault(
                    tool.keyAt("retry"),
                    tool.path("retry"),
                    "a notification is sent once",
                    "remove it");
        }
    }

    private void warnOfWritingGets(Block tool, Action action) {
        String key = action instanceof CompositeAction ? "requests" : "url";
        HttpAction.of(action).stream()
                .filter(http -> http.hasSafeMethod() && http.namesAChange())
                .findFirst()
                .ifPresent(
                        http ->
                                report.warn(
                                        tool.keyAt(key),
                                        tool.path(key),
                                        "a "
                                                + http.method()
                                                + " whose URL sounds like a change is taken for a read",
                                        "declare its `effect`"));
    }
}
