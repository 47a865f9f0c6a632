package dev.countergate.policy.request;

import dev.countergate.policy.catalogue.LokiAction;

/** Renders reads of a Loki server. */
final class LokiRendering {
    private LokiRendering() {}

    static LokiRequest render(LokiAction action, Values values) {
        return switch (action) {
            case LokiAction.Range range ->
                    new LokiRequest.Range(
                            range.backend(),
                            values.text(range.query()),
                            values.span(range.window()),
                            values.numberIfAny(range.limit()),
                            values.durationIfAny(range.step()),
                            range.forward());
            case LokiAction.Instant instant ->
                    new LokiRequest.Instant(
                            instant.backend(),
                            values.text(instant.query()),
                            values.timeIfAny(instant.time()));
            case LokiAction.Labels labels ->
                    new LokiRequest.Labels(labels.backend(), values.span(labels.window()));
            case LokiAction.LabelValues labelValues ->
                    new LokiRequest.LabelValues(
                            labelValues.backend(),
                            values.text(labelValues.label()),
                            values.textIfAny(labelValues.selector()),
                            values.span(labelValues.window()));
            case LokiAction.Series series ->
                    new LokiRequest.Series(
                            series.backend(),
                            values.atLeastOne(series.match()),
                            values.span(series.window()));
            case LokiAction.Stats stats ->
                    new LokiRequest.Stats(
                            stats.backend(),
                            values.text(stats.selector()),
                            values.span(stats.window()));
        };
    }
}
