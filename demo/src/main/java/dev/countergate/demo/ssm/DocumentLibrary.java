package dev.countergate.demo.ssm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Documents and their versions; {@code AWS-RunShellScript} is always there. Thread safe. */
public final class DocumentLibrary {
    private static final String RUN_SHELL_SCRIPT =
            """
            {
              "schemaVersion": "1.2",
              "description": "Run a shell script or specify the commands to run.",
              "parameters": {
                "commands": {"type": "StringList", "description": "(Required) Specify a shell script or a command to run."},
                "workingDirectory": {"type": "String", "default": "", "description": "(Optional) The path to the working directory on your instance."},
                "executionTimeout": {"type": "String", "default": "3600", "description": "(Optional) The time in seconds for a command to complete before it is considered to have failed.",
                  "allowedPattern": "([1-9][0-9]{0,4})|(1[0-6][0-9]{4})|(17[0-1][0-9]{3})|(172[0-7][0-9]{2})|(172800)"}
              },
              "mainSteps": [{"name": "aws:runShellScript", "action": "aws:runShellScript",
                "inputs": {"runCommand": "{{ commands }}", "workingDirectory": "{{ workingDirectory }}", "timeoutSeconds": "{{ executionTimeout }}"}}]
            }
            """;

    private final Timeline timeline;
    private final Map<String, List<DocumentVersion>> documents = new HashMap<>();
    private final Map<String, Integer> defaultVersions = new HashMap<>();

    DocumentLibrary(Timeline timeline) {
        this.timeline = timeline;
        define("AWS-RunShellScript", RUN_SHELL_SCRIPT);
    }

    /**
     * Adds a version of a document; the first is its default version.
     *
     * @param content JSON of schema 2.2 (command) or 0.3 (automation)
     * @return the number of the version
     */
    public int define(String name, String content) {
        return timeline.within(
                () -> {
                    List<DocumentVersion> versions =
                            documents.computeIfAbsent(name, key -> new ArrayList<>());
                    versions.add(DocumentVersion.parse(name, versions.size() + 1, content));
                    defaultVersions.putIfAbsent(name, 1);
                    return versions.size();
                });
    }

    /** Makes an existing version the default. */
    public void setDefault(String name, int version) {
        timeline.run(() -> defaultVersions.put(name, version));
    }

    /** The version asked for: a number, {@code $LATEST}, {@code $DEFAULT} or nothing; empty if there is none. */
    Optional<DocumentVersion> find(String name, Optional<String> version) {
        List<DocumentVersion> versions = documents.getOrDefault(name, List.of());
        if (versions.isEmpty()) {
            return Optional.empty();
        }
        String wanted = version.orElse("$DEFAULT");
        return switch (wanted) {
            case "$DEFAULT" -> Optional.of(versions.get(defaultVersions.getOrDefault(name, 1) - 1));
            case "$LATEST" -> Optional.of(versions.getLast());
            default -> versions.stream().filter(one -> one.version().equals(wanted)).findFirst();
        };
    }

    boolean has(String name) {
        return documents.containsKey(name);
    }

    private DocumentVersion need(Fields request) {
        String name = request.needText("Name");
        if (!has(name)) {
            throw ApiException.of(
                    "InvalidDocument", "Document with name " + name + " does not exist.");
        }
        return find(name, request.text("DocumentVersion"))
                .orElseThrow(
                        () ->
                                ApiException.of(
                                        "InvalidDocumentVersion",
                                        "the document has no such version"));
    }

    ObjectNode describeDocument(Fields request) {
        DocumentVersion document = need(request);
        List<DocumentVersion> versions = documents.getOrDefault(document.name(), List.of());
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ObjectNode form = answer.putObject("Document");
        form.put("Hash", document.sha256());
        form.put("HashType", "Sha256");
        form.put("Name", document.name());
        form.put("Owner", document.name().startsWith("AWS-") ? "Amazon" : "123456789012");
        form.put("CreatedDate", Times.seconds(timeline.now()));
        form.put("Status", "Active");
        form.put("DocumentVersion", document.version());
        form.put("Description", document.content().path("description").asString(""));
        form.put("DocumentType", document.isAutomation() ? "Automation" : "Command");
        form.put("SchemaVersion", document.schemaVersion());
        form.put("LatestVersion", versions.getLast().version());
        form.put(
                "DefaultVersion",
                Integer.toString(defaultVersions.getOrDefault(document.name(), 1)));
        form.put("DocumentFormat", "JSON");
        form.putArray("PlatformTypes").add("Linux").add("MacOS");
        ArrayNode parameters = form.putArray("Parameters");
        for (Map.Entry<String, JsonNode> declared :
                document.content().path("parameters").properties()) {
            ObjectNode parameter = parameters.addObject();
            parameter.put("Name", declared.getKey());
            parameter.put("Type", declared.getValue().path("type").asString("String"));
            parameter.put("Description", declared.getValue().path("description").asString(""));
            JsonNode value = declared.getValue().path("default");
            if (!value.isMissingNode()) {
                parameter.put(
                        "DefaultValue", value.isString() ? value.stringValue() : value.toString());
            }
        }
        return answer;
    }

    ObjectNode getDocument(Fields request) {
        DocumentVersion document = need(request);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("Name", document.name());
        answer.put("DocumentVersion", document.version());
        answer.put("Status", "Active");
        answer.put("Content", document.text());
        answer.put("DocumentType", document.isAutomation() ? "Automation" : "Command");
        answer.put("DocumentFormat", "JSON");
        return answer;
    }
}
