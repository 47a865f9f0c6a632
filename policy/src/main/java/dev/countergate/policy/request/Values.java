package dev.countergate.policy.request;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.catalogue.Window;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.PrometheusDuration;
import dev.countergate.policy.parameter.TimeText;
import dev.countergate.policy.template.Matcher;
import dev.countergate.policy.template.MatcherTemplate;
import dev.countergate.policy.template.Template;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rendered parts of one request under way, and the faults found in them so far. Where there are faults a harmless
 * value stands in, and {@link #outcome} gives the faults instead of the request.
 */
final class Values {
    private final Arguments arguments;
    private final List<Fault> faults = new ArrayList<>();

    Values(Arguments arguments) {
        this.arguments = arguments;
    }

    Arguments arguments() {
        return arguments;
    }

    /** The value of {@code checked}, or {@code standIn} and its faults noted. */
    <T> T take(Checked<T> checked, T standIn) {
        return switch (checked) {
            case Checked.Valid<T>(T value) -> value;
            case Checked.Invalid<T>(List<Fault> found) -> {
                found.forEach(this::note);
                yield standIn;
            }
        };
    }

    void note(Fault fault) {
        if (!faults.contains(fault)) {
            faults.add(fault);
        }
    }

    String text(Template template) {
        return take(template.render(arguments), "");
    }

    /** The text; null where there is no template, or it is a placeholder left without a value. */
    @Nullable String textIfAny(@Nullable Template template) {
        return template == null || template.isAbsent(arguments) ? null : text(template);
    }

    List<String> texts(List<Template> templates) {
        return take(Template.renderAll(templates, arguments), List.of());
    }

    /** The texts; none at all is a fault. */
    List<String> atLeastOne(List<Template> templates) {
        List<String> texts = texts(templates);
        if (texts.isEmpty() && faults.isEmpty()) {
            note(new Fault("", "nothing to match was given", "give at least one selector"));
        }
        return texts;
    }

    /** The text; an empty one is a fault. */
    String notEmpty(Template template) {
        String text = text(template);
        if (text.isEmpty() && faults.isEmpty()) {
            note(new Fault(String.join(", ", template.parameters()), "is empty", "give a text"));
        }
        return text;
    }

    boolean hasFaults() {
        return !faults.isEmpty();
    }

    List<Matcher> matchers(List<MatcherTemplate> templates) {
        return templates.stream()
                .map(template -> take(template.render(arguments), new Matcher("", "", false, true)))
                .toList();
    }

    Duration duration(Template template) {
        return PrometheusDuration.parse(text(template)).orElse(Duration.ZERO);
    }

    @Nullable Duration durationIfAny(@Nullable Template template) {
        return template == null || template.isAbsent(arguments) ? null : duration(template);
    }

    @Nullable Instant timeIfAny(@Nullable Template template) {
        String text = textIfAny(template);
        return text == null ? null : TimeText.parse(text).orElse(null);
    }

    @Nullable Integer numberIfAny(@Nullable Template template) {
        String text = textIfAny(template);
        return text == null || text.isEmpty() ? null : Integer.valueOf(text);
    }

    /** One of a few words; null where there is no value. */
    @Nullable String wordIfAny(@Nullable Template template, List<String> words) {
        String text = textIfAny(template);
        if (template != null && text != null && faults.isEmpty() && !words.contains(text)) {
            note(
                    new Fault(
                            String.join(", ", template.parameters()),
                            "is none of the words that can stand here",
                            "use one of " + String.join(", ", words)));
        }
        return text;
    }

    Span span(Window window) {
        Span span =
                new Span(
                        durationIfAny(window.since()),
                        timeIfAny(window.start()),
                        timeIfAny(window.end()));
        if (span.start() != null && span.end() != null && !span.start().isBefore(span.end())) {
            note(new Fault("", "the window ends before it begins", "give an end after the start"));
        }
        return span;
    }

    Checked<Request> outcome(Request request) {
        return faults.isEmpty() ? Checked.valid(request) : Checked.invalid(faults);
    }
}
