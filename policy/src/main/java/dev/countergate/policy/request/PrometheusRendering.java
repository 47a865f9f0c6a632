package dev.countergate.policy.request;

import dev.countergate.policy.catalogue.PrometheusAction;
import java.util.List;

/** Renders reads of a Prometheus server. */
final class PrometheusRendering {
    private PrometheusRendering() {}

    static PrometheusRequest render(PrometheusAction action, Values values) {
        return switch (action) {
            case PrometheusAction.Instant instant ->
                    new PrometheusRequest.Instant(
                            instant.backend(),
                            values.text(instant.query()),
                            values.timeIfAny(instant.time()));
            case PrometheusAction.Range range ->
                    new PrometheusRequest.Range(
                            range.backend(),
                            values.text(range.query()),
                            values.span(range.window()),
                            values.durationIfAny(range.step()));
            case PrometheusAction.Series series ->
                    new PrometheusRequest.Series(
                            series.backend(),
                            values.atLeastOne(series.match()),
                            values.span(series.window()));
            case PrometheusAction.Labels labels ->
                    new PrometheusRequest.Labels(
                            labels.backend(),
                            values.texts(labels.match()),
                            values.span(labels.window()));
            case PrometheusAction.LabelValues labelValues ->
                    new PrometheusRequest.LabelValues(
                            labelValues.backend(),
                            values.text(labelValues.label()),
                            values.texts(labelValues.match()),
                            values.span(labelValues.window()));
            case PrometheusAction.Metadata metadata ->
                    new PrometheusRequest.Metadata(
                            metadata.backend(), values.textIfAny(metadata.metric()));
            case PrometheusAction.Targets targets ->
                    new PrometheusRequest.Targets(
                            targets.backend(),
                            values.wordIfAny(targets.state(), List.of("active", "dropped", "any")));
            case PrometheusAction.Rules rules ->
                    new PrometheusRequest.Rules(
                            rules.backend(),
                            values.wordIfAny(rules.type(), List.of("alert", "record")));
            case PrometheusAction.Alerts alerts -> new PrometheusRequest.Alerts(alerts.backend());
        };
    }
}
