package dev.countergate.policy.request;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.catalogue.SsmAction;
import dev.countergate.policy.template.Template;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Renders reads and changes through AWS Systems Manager. */
final class SsmRendering {
    private SsmRendering() {}

    static SsmRequest render(SsmAction action, Values values) {
        return switch (action) {
            case SsmAction.Commands commands ->
                    new SsmRequest.Commands(
                            commands.backend(),
                            someTargets(commands.targets(), values),
                            values.texts(commands.commands()),
                            commands.run());
            case SsmAction.Document document ->
                    new SsmRequest.Document(
                            document.backend(),
                            someTargets(document.targets(), values),
                            document.document(),
                            document.version(),
                            lists(document.values(), values),
                            document.run());
            case SsmAction.Automation automation ->
                    new SsmRequest.Automation(
                            automation.backend(),
                            automation.document(),
                            automation.version(),
                            lists(automation.values(), values));
            case SsmAction.Invocation invocation ->
                    new SsmRequest.Invocation(
                            invocation.backend(),
                            values.notEmpty(invocation.commandId()),
                            values.notEmpty(invocation.instance()));
            case SsmAction.Inventory inventory ->
                    new SsmRequest.Inventory(
                            inventory.backend(), targets(inventory.targets(), values));
            case SsmAction.StoreParameter storeParameter ->
                    new SsmRequest.StoreParameter(
                            storeParameter.backend(), values.notEmpty(storeParameter.name()));
            case SsmAction.StoreParameters storeParameters ->
                    new SsmRequest.StoreParameters(
                            storeParameters.backend(), values.notEmpty(storeParameters.path()));
        };
    }

    private static SsmRequest.Targets targets(SsmAction.Targets targets, Values values) {
        List<String> instances = values.texts(targets.instances());
        if (instances.contains("")) {
            values.note(new Fault("instances", "holds an empty instance id", "give an id"));
        }
        Map<String, String> tags = new LinkedHashMap<>();
        targets.tags().forEach((key, template) -> tags.put(key, values.notEmpty(template)));
        return new SsmRequest.Targets(instances, tags);
    }

    /** INVARIANT: no command goes out without a target: to Systems Manager's eyes that might mean all. */
    private static SsmRequest.Targets someTargets(SsmAction.Targets targets, Values values) {
        SsmRequest.Targets rendered = targets(targets, values);
        if (rendered.instances().isEmpty() && rendered.tags().isEmpty() && !values.hasFaults()) {
            values.note(new Fault("instances", "names no instance", "give at least one"));
        }
        return rendered;
    }

    private static Map<String, List<String>> lists(
            Map<String, List<Template>> templates, Values values) {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        templates.forEach((name, list) -> lists.put(name, values.texts(list)));
        return lists;
    }
}
