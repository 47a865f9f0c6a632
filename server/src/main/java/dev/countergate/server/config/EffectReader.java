package dev.countergate.server.config;

import dev.countergate.policy.catalogue.Action;
import dev.countergate.policy.catalogue.AlertmanagerAction;
import dev.countergate.policy.catalogue.CompositeAction;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.catalogue.LokiAction;
import dev.countergate.policy.catalogue.PrometheusAction;
import dev.countergate.policy.catalogue.SsmAction;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Text;
import java.util.Locale;
import java.util.regex.Pattern;

/** Tells what a tool does to the world: what its author declares, held against what its action can do. */
final class EffectReader {
    private static final Pattern SMELLS_OF_A_WRITE =
            Pattern.compile(
                    "(?i).*[/_.-](?:delete|remove|restart|reboot|reset|stop|start|kill|terminate|drain|cordon|scale|deploy|rollback|create|update|disable|enable|trigger|execute|purge|flush|shutdown|quit|reload)(?:[/_.?-].*|$)");

    private final Report report;

    EffectReader(Report report) {
        this.report = report;
    }

    Effect read(Block tool, Action action) {
        Text declared = tool.text("effect");
        Effect concluded = concluded(action);
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

    private static Effect concluded(Action action) {
        return switch (action) {
            case HttpAction http -> http.hasSafeMethod() ? Effect.READ : Effect.WRITE;
            case CompositeAction composite ->
                    composite.parts().stream().allMatch(part -> part.action().hasSafeMethod())
                            ? Effect.READ
                            : Effect.WRITE;
            case PrometheusAction query -> Effect.READ;
            case LokiAction query -> Effect.READ;
            case AlertmanagerAction.Silence silence -> Effect.WRITE;
            case AlertmanagerAction.Expire expire -> Effect.WRITE;
            case AlertmanagerAction.Alerts alerts -> Effect.READ;
            case AlertmanagerAction.Groups groups -> Effect.READ;
            case AlertmanagerAction.Silences silences -> Effect.READ;
            case AlertmanagerAction.Status status -> Effect.READ;
            case SsmAction.Commands commands -> Effect.WRITE;
            case SsmAction.Document document -> Effect.WRITE;
            case SsmAction.Automation automation -> Effect.WRITE;
            case SsmAction.Invocation invocation -> Effect.READ;
            case SsmAction.Inventory inventory -> Effect.READ;
            case SsmAction.StoreParameter parameter -> Effect.READ;
            case SsmAction.StoreParameters parameters -> Effect.READ;
        };
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
        Text url = tool.text("url");
        if (url != null
                && action instanceof HttpAction http
                && http.hasSafeMethod()
                && SMELLS_OF_A_WRITE.matcher(withoutQuery(url.value())).matches()) {
            report.warn(
                    url.at(),
                    url.path(),
                    "a " + http.method() + " whose path sounds like a change is taken for a read",
                    "declare its `effect`");
        }
    }

    private static String withoutQuery(String url) {
        int query = url.indexOf('?');
        return query < 0 ? url : url.substring(0, query);
    }
}
