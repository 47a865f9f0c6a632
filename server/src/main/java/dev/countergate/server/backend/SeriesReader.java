package dev.countergate.server.backend;

import dev.countergate.policy.result.Payload.Sample;
import dev.countergate.policy.result.Payload.TimeSeries;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads the {@code result} of a metric query as Prometheus and Loki both write it (Prometheus HTTP API, "Expression query
 * result formats"): a vector, a matrix, or the bare pair of a scalar or a string. Values stay the text they are. What is
 * beyond the limits is passed over and counted. Not thread safe.
 */
public final class SeriesReader {
    /** How many series are kept. */
    public static final int SERIES_MAX = 5_000;

    /** After how many samples no further series is kept. */
    public static final int SAMPLES_MAX = 250_000;

    private final int seriesMax;
    private final int samplesMax;
    private final List<TimeSeries> series = new ArrayList<>();
    private int samples;
    private int passedOver;
    private int onlyHistograms;

    /** Keeps {@value #SERIES_MAX} series and about {@value #SAMPLES_MAX} samples. */
    public SeriesReader() {
        this(SERIES_MAX, SAMPLES_MAX);
    }

    SeriesReader(int seriesMax, int samplesMax) {
        this.seriesMax = seriesMax;
        this.samplesMax = samplesMax;
    }

    /** Reads the array that {@code reader} stands on. */
    public void read(JsonReader reader) throws UnreadableAnswer {
        reader.startArray();
        while (reader.nextItem()) {
            if (!reader.isObject()) {
                series.add(new TimeSeries(Map.of(), List.of(restOfPair(reader))));
                return;
            }
            if (series.size() < seriesMax && samples < samplesMax) {
                readSeries(reader);
            } else {
                reader.skip();
                passedOver++;
            }
        }
    }

    /** The series kept, in the backend's order; each has a sample. */
    public List<TimeSeries> series() {
        return series;
    }

    /** What was left out, one line each. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (passedOver > 0) {
            notes.add(
                    "kept the first "
                            + series.size()
                            + " of "
                            + (series.size() + passedOver)
                            + " series, as many as are read at once: narrow the selector, or aggregate with sum by (...) or topk(...)");
        }
        if (onlyHistograms > 0) {
            notes.add(
                    "left out "
                            + onlyHistograms
                            + " series of native histograms, which have no single value: read them with histogram_quantile(), histogram_count() or histogram_sum()");
        }
        return notes;
    }

    private void readSeries(JsonReader reader) throws UnreadableAnswer {
        Map<String, String> labels = Map.of();
        List<Sample> values = new ArrayList<>();
        boolean histograms = false;
        reader.startObject();
        while (reader.nextMember()) {
            switch (reader.name()) {
                case "metric" -> labels = reader.strings();
                case "value" -> values.add(pair(reader));
                case "values" -> {
                    reader.startArray();
                    while (reader.nextItem()) {
                        values.add(pair(reader));
                    }
                }
                case "histogram", "histograms" -> {
                    histograms = true;
                    reader.skip();
                }
                default -> reader.skip();
            }
        }
        if (!values.isEmpty()) {
            series.add(new TimeSeries(labels, values));
            samples += values.size();
        } else if (histograms) {
            onlyHistograms++;
        }
    }

    private static Sample pair(JsonReader reader) throws UnreadableAnswer {
        reader.startArray();
        reader.demandItem();
        return restOfPair(reader);
    }

    private static Sample restOfPair(JsonReader reader) throws UnreadableAnswer {
        Instant time = BackendTime.ofSeconds(reader.number());
        reader.demandItem();
        Sample sample = new Sample(time, reader.string());
        reader.skipItems();
        return sample;
    }
}
