package dev.countergate.server.config;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.template.Language;
import dev.countergate.policy.template.MatcherTemplate;
import dev.countergate.policy.template.Template;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Parses the templates of one tool and reports their faults where they stand. What is faulty is stood in for by a blank
 * template: a load with faults gives no catalogue, so nothing built from it leaves this package.
 */
final class Templates {
    private final Parameters declared;
    private final Report report;

    Templates(Parameters declared, Report report) {
        this.declared = declared;
        this.report = report;
    }

    Template parse(Language language, Text text) {
        return valid(Template.parse(language, text.value(), declared), text)
                .orElseGet(
                        () -> blank(Template.parse(Language.TEXT, "", Parameters.of(List.of()))));
    }

    @Nullable Template parse(Language language, Block block, String key) {
        Text text = block.text(key);
        return text == null ? null : oneText(parse(language, text), text);
    }

    /** The template under a key known to be given. */
    Template required(Language language, Block block, String key) {
        Text text = block.text(key);
        if (text == null) {
            throw new IllegalStateException("not given: " + block.path(key));
        }
        Template template = parse(language, text);
        if (template.mayBeAbsent()) {
            report.fault(
                    text.at(),
                    text.path(),
                    "`"
                            + text.value()
                            + "` may be left out of a call, and without it there is nothing to send",
                    "make the parameter `required`, or give it a `default`");
        }
        return oneText(template, text);
    }

    /** A list of values fits only where several texts may stand. */
    private Template oneText(Template template, Text text) {
        if (template.isMany()) {
            report.fault(
                    text.at(),
                    text.path(),
                    "`" + text.value() + "` is of type array, and one text stands here",
                    "give the parameter another type");
        }
        return template;
    }

    List<Template> parseAll(Language language, List<Text> texts) {
        return texts.stream().map(text -> parse(language, text)).toList();
    }

    Map<String, Template> parseAll(Language language, Map<String, Text> texts) {
        Map<String, Template> templates = new LinkedHashMap<>();
        texts.forEach((name, text) -> templates.put(name, parse(language, text)));
        return templates;
    }

    List<MatcherTemplate> matchers(List<Text> texts) {
        List<MatcherTemplate> matchers = new ArrayList<>();
        for (Text text : texts) {
            valid(MatcherTemplate.parse(text.value(), declared), text).ifPresent(matchers::add);
        }
        return matchers;
    }

    /** The value of {@code checked}; its faults are reported as those of {@code text}. */
    <T> Optional<T> valid(Checked<T> checked, Text text) {
        return switch (checked) {
            case Checked.Valid<T>(T value) -> Optional.of(value);
            case Checked.Invalid<T>(List<Fault> faults) -> {
                faults.forEach(
                        fault ->
                                report.fault(
                                        text.at(),
                                        text.path(),
                                        problem(fault, text),
                                        fault.remedy()));
                yield Optional.empty();
            }
        };
    }

    private static String problem(Fault fault, Text text) {
        boolean saysMore =
                !fault.subject().isEmpty()
                        && !text.path().endsWith(fault.subject())
                        && !fault.problem().contains("`" + fault.subject() + "`")
                        && !fault.subject().equals(text.value());
        return saysMore ? "`" + fault.subject() + "` " + fault.problem() : fault.problem();
    }

    private static Template blank(Checked<Template> checked) {
        return switch (checked) {
            case Checked.Valid<Template>(Template value) -> value;
            case Checked.Invalid<Template> invalid ->
                    throw new IllegalStateException("the blank template is not valid");
        };
    }
}
