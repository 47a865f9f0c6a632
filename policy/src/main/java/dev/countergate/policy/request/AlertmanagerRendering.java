package dev.countergate.policy.request;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.catalogue.AlertmanagerAction;
import dev.countergate.policy.template.Template;
import java.time.Duration;

/** Renders reads and changes at an Alertmanager. */
final class AlertmanagerRendering {
    private AlertmanagerRendering() {}

    static AlertmanagerRequest render(AlertmanagerAction action, Values values) {
        return switch (action) {
            case AlertmanagerAction.Alerts alerts ->
                    new AlertmanagerRequest.Alerts(
                            alerts.backend(), filter(alerts.filter(), values));
            case AlertmanagerAction.Groups groups ->
                    new AlertmanagerRequest.Groups(
                            groups.backend(), filter(groups.filter(), values));
            case AlertmanagerAction.Silences silences ->
                    new AlertmanagerRequest.Silences(
                            silences.backend(), values.matchers(silences.matchers()));
            case AlertmanagerAction.Status status ->
                    new AlertmanagerRequest.Status(status.backend());
            case AlertmanagerAction.Silence silence ->
                    new AlertmanagerRequest.Silence(
                            silence.backend(),
                            values.matchers(silence.matchers()),
                            positive(silence.duration(), values),
                            values.text(silence.comment()));
            case AlertmanagerAction.Expire expire ->
                    new AlertmanagerRequest.Expire(expire.backend(), values.notEmpty(expire.id()));
        };
    }

    private static AlertmanagerRequest.Filter filter(
            AlertmanagerAction.Filter filter, Values values) {
        return new AlertmanagerRequest.Filter(
                values.matchers(filter.matchers()),
                values.textIfAny(filter.receiver()),
                filter.active(),
                filter.silenced(),
                filter.inhibited());
    }

    private static Duration positive(Template template, Values values) {
        Duration duration = values.duration(template);
        if (duration.isZero() && !values.hasFaults()) {
            values.note(
                    new Fault(
                            String.join(", ", template.parameters()),
                            "a silence of no length silences nothing",
                            "give a duration, such as 1h"));
        }
        return duration;
    }
}
