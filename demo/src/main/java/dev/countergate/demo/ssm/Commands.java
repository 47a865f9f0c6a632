package dev.countergate.demo.ssm;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Run Command: what was accepted, how it goes, and the API over it. Thread safe. */
public final class Commands {
    private static final int INSTANCES_MAX = 50;
    private static final int COMMENT_CHARS_MAX = 100;
    private static final int COMMAND_ID_CHARS = 36;
    private static final int DELIVERY_TIMEOUT_DEFAULT = 3600;

    private final Timeline timeline;
    private final Fleet fleet;
    private final DocumentLibrary documents;
    private final ParameterStore parameters;
    private final CommandRunner runner;
    private final Map<String, Command> commands = new LinkedHashMap<>();
    private CommandForms forms = new CommandForms(false);
    private int lookupsHidden;
    private Duration hiddenFor = Duration.ZERO;

    Commands(Timeline timeline, Fleet fleet, DocumentLibrary documents, ParameterStore parameters) {
        this.timeline = timeline;
        this.fleet = fleet;
        this.documents = documents;
        this.parameters = parameters;
        this.runner = new CommandRunner(timeline, fleet);
        fleet.onChange(this::instanceChanged);
    }

    /** Every command taken on, oldest first. */
    public List<AcceptedCommand> accepted() {
        return timeline.within(() -> commands.values().stream().map(Command::accepted).toList());
    }

    /** Every start of a script, oldest first. */
    public List<Execution> executions() {
        return timeline.within(runner::executions);
    }

    /** Waits in real time until so many commands were accepted; false when {@code most} passed before. */
    public boolean awaitAccepted(int count, Duration most) throws InterruptedException {
        return timeline.await(() -> commands.size() >= count, most);
    }

    /** Waits in real time until every invocation of every command has ended; false when {@code most} passed before. */
    public boolean awaitEnded(Duration most) throws InterruptedException {
        return timeline.await(
                () -> commands.values().stream().allMatch(one -> one.state().terminal()), most);
    }

    /** Waits in real time until so many scripts were started; false when {@code most} passed before. */
    public boolean awaitExecutions(int count, Duration most) throws InterruptedException {
        return timeline.await(() -> runner.executions().size() >= count, most);
    }

    /** Commands accepted from now on are found only after so many lookups in vain. */
    public void hideForLookups(int lookups) {
        timeline.run(() -> lookupsHidden = lookups);
    }

    /** Commands accepted from now on are found only when so much time has passed. */
    public void hideFor(Duration time) {
        timeline.run(() -> hiddenFor = time);
    }

    /** Agents fetch what is delivered from now on only after so much time: Pending until then. */
    public void pickUpAfter(Duration delay) {
        timeline.run(() -> runner.pickUpAfter(delay));
    }

    /** Whether status details are spelt with spaces from now on; without at first. */
    public void spellDetailsSpaced(boolean spaced) {
        timeline.run(() -> forms = new CommandForms(spaced));
    }

    private void instanceChanged(SimulatedInstance instance) {
        for (Command command : List.copyOf(commands.values())) {
            command.invocation(instance.id()).ifPresent(one -> runner.deliver(command, one));
        }
    }

    ObjectNode sendCommand(Fields request) {
        DocumentVersion document = document(request);
        Map<String, List<String>> given = request.textLists("Parameters");
        Map<String, List<String>> bound =
                new LinkedHashMap<>(document.bind(given, "InvalidParameters"));
        bound.replaceAll(
                (name, values) ->
                        values.stream()
                                .map(
                                        value ->
                                                Substitution.parameterReferences(
                                                        value, parameters::reference))
                                .toList());
        Instant now = timeline.now();
        AcceptedCommand accepted =
                new AcceptedCommand(
                        UUID.randomUUID().toString(),
                        now,
                        document.name(),
                        document.version(),
                        given,
                        instances(request),
                        comment(request),
                        Duration.ofSeconds(
                                request.integer(
                                        "TimeoutSeconds", 30, 2_592_000, DELIVERY_TIMEOUT_DEFAULT)),
                        share(request, "MaxConcurrency", "50"),
                        share(request, "MaxErrors", "0"),
                        request.object().toString());
        Command command =
                new Command(accepted, document, bound, now.plus(hiddenFor), lookupsHidden);
        commands.put(command.id(), command);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.set("Command", forms.command(command));
        runner.dispatch(command);
        return answer;
    }

    private DocumentVersion document(Fields request) {
        String name = request.needText("DocumentName");
        if (!documents.has(name)) {
            throw ApiException.of(
                    "InvalidDocument", "Document with name " + name + " does not exist.");
        }
        DocumentVersion document =
                documents
                        .find(name, request.text("DocumentVersion"))
                        .filter(found -> !found.isAutomation())
                        .orElseThrow(
                                () ->
                                        ApiException.of(
                                                "InvalidDocumentVersion",
                                                "the document has no such version"));
        Optional<String> hash = request.text("DocumentHash");
        if (hash.isPresent() && !hash.get().equalsIgnoreCase(document.sha256())) {
            throw ApiException.of(
                    "InvalidDocument", "the hash is not that of the document's version");
        }
        return document;
    }

    private List<String> instances(Fields request) {
        List<String> ids = request.texts("InstanceIds", INSTANCES_MAX);
        boolean targeted = request.object().has("Targets");
        if (ids.isEmpty() && !targeted) {
            throw ApiException.of("InvalidInstanceId", "neither InstanceIds nor Targets are given");
        }
        if (Set.copyOf(ids).size() < ids.size()) {
            throw ApiException.of("DuplicateInstanceId", "an instance id is given twice");
        }
        List<SimulatedInstance> chosen =
                ids.isEmpty()
                        ? fleet.resolve(request)
                        : ids.stream()
                                .map(
                                        id ->
                                                fleet.find(id)
                                                        .orElseThrow(
                                                                () ->
                                                                        ApiException.of(
                                                                                "InvalidInstanceId",
                                                                                "Instances [["
                                                                                        + id
                                                                                        + "]] not in a valid state for account 123456789012")))
                                .toList();
        for (SimulatedInstance instance : chosen) {
            if (instance.platform() == SimulatedInstance.Platform.WINDOWS) {
                throw ApiException.of(
                        "UnsupportedPlatformType", "the document does not run on " + instance.id());
            }
        }
        return chosen.stream().map(SimulatedInstance::id).toList();
    }

    private static String comment(Fields request) {
        String comment = request.text("Comment").orElse("");
        if (comment.length() > COMMENT_CHARS_MAX) {
            throw ApiException.validation(
                    "comment", comment, "have length less than or equal to " + COMMENT_CHARS_MAX);
        }
        return comment;
    }

    private static String share(Fields request, String name, String otherwise) {
        String share = request.text(name).orElse(otherwise);
        if (!share.matches("\\d{1,6}|\\d{1,2}%|100%")) {
            throw ApiException.validation(name, share, "be a count or a percentage");
        }
        return share;
    }

    ObjectNode getCommandInvocation(Fields request) {
        String id = commandId(request);
        Command command =
                find(id).orElseThrow(
                                () ->
                                        ApiException.of(
                                                "InvocationDoesNotExist",
                                                "The command ID and managed node ID you specified did not match"));
        Invocation invocation =
                command.invocation(request.needText("InstanceId"))
                        .orElseThrow(
                                () ->
                                        ApiException.of(
                                                "InvocationDoesNotExist",
                                                "The command ID and managed node ID you specified did not match"));
        Optional<String> plugin = request.text("PluginName");
        if (plugin.isEmpty() && invocation.steps().size() > 1) {
            throw ApiException.of(
                    "InvalidPluginName", "the document has more than one step: name one");
        }
        Invocation.Step step =
                plugin.map(invocation::step)
                        .orElse(Optional.of(invocation.steps().getFirst()))
                        .orElseThrow(
                                () ->
                                        ApiException.of(
                                                "InvalidPluginName",
                                                "The plugin name isn't valid."));
        return forms.single(command, invocation, step);
    }

    private static String commandId(Fields request) {
        String id = request.needText("CommandId");
        if (id.length() != COMMAND_ID_CHARS) {
            throw ApiException.of("InvalidCommandId", "Invalid command id.");
        }
        return id;
    }

    /** The command, unless it hides from this lookup. */
    private Optional<Command> find(String id) {
        return Optional.ofNullable(commands.get(id))
                .filter(command -> command.lookUp(timeline.now()));
    }

    ObjectNode listCommands(Fields request) {
        List<Command> found = matching(request).toList();
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        Page.of(found, request, 1, 50).writeTo(answer, "Commands", forms::command);
        return answer;
    }

    ObjectNode listCommandInvocations(Fields request) {
        record Row(Command command, Invocation invocation) {}
        boolean details = request.flag("Details");
        Optional<String> instanceId = request.text("InstanceId");
        List<Row> rows = new ArrayList<>();
        matching(request)
                .forEach(
                        command ->
                                command.invocations().stream()
                                        .filter(
                                                one ->
                                                        instanceId.isEmpty()
                                                                || one.instanceId()
                                                                        .equals(instanceId.get()))
                                        .forEach(one -> rows.add(new Row(command, one))));
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        Page.of(rows, request, 1, 50)
                .writeTo(
                        answer,
                        "CommandInvocations",
                        row -> forms.listed(row.command(), row.invocation(), details));
        return answer;
    }

    /** Newest first, as the service lists them. */
    private Stream<Command> matching(Fields request) {
        Optional<String> id =
                request.object().has("CommandId")
                        ? Optional.of(commandId(request))
                        : Optional.empty();
        Optional<String> instanceId = request.text("InstanceId");
        List<Fields> filters = request.objects("Filters", 5);
        Instant now = timeline.now();
        return commands.values().stream()
                .filter(command -> id.isEmpty() || id.get().equals(command.id()))
                .filter(
                        command ->
                                instanceId.isEmpty()
                                        || command.invocation(instanceId.get()).isPresent())
                .filter(command -> filters.stream().allMatch(filter -> passes(filter, command)))
                .filter(command -> command.lookUp(now))
                .sorted(
                        Comparator.comparing((Command command) -> command.accepted().at())
                                .reversed());
    }

    private static boolean passes(Fields filter, Command command) {
        String value = filter.needText("value");
        return switch (filter.needText("key")) {
            case "InvokedAfter" -> !command.accepted().at().isBefore(Instant.parse(value));
            case "InvokedBefore" -> command.accepted().at().isBefore(Instant.parse(value));
            case "Status" -> command.state().status().equals(value);
            case "DocumentName" -> command.accepted().documentName().equals(value);
            default -> throw ApiException.of("InvalidFilterKey", "The specified key is not valid.");
        };
    }

    ObjectNode cancelCommand(Fields request) {
        Command command =
                Optional.ofNullable(commands.get(commandId(request)))
                        .orElseThrow(
                                () -> ApiException.of("InvalidCommandId", "Invalid command id."));
        List<String> ids = request.texts("InstanceIds", INSTANCES_MAX);
        command.askCancel();
        for (Invocation invocation : command.invocations()) {
            if (ids.isEmpty() || ids.contains(invocation.instanceId())) {
                runner.cancel(command, invocation);
            }
        }
        return JsonNodeFactory.instance.objectNode();
    }

    /** The state of a command, hidden or not: for automations that ran it. */
    InvocationState stateOf(String id) {
        Command command = commands.get(id);
        return command == null ? InvocationState.FAILED : command.state();
    }

    void cancelQuietly(String id) {
        Command command = commands.get(id);
        if (command != null) {
            command.askCancel();
            command.invocations().forEach(one -> runner.cancel(command, one));
        }
    }

    void killAll() {
        timeline.run(runner::killAll);
    }
}
