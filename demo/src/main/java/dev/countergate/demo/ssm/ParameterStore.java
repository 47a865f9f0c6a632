package dev.countergate.demo.ssm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The parameter store: every version of every parameter. Thread safe. */
public final class ParameterStore {
    /** What a parameter holds; the value of a secure string leaves in the clear only with {@code WithDecryption}. */
    public enum Type {
        STRING("String"),
        STRING_LIST("StringList"),
        SECURE_STRING("SecureString");

        private final String apiName;

        Type(String apiName) {
            this.apiName = apiName;
        }

        static Type named(String apiName) {
            return Stream.of(values())
                    .filter(type -> type.apiName.equals(apiName))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    ApiException.of(
                                            "UnsupportedParameterType",
                                            "no such type: " + apiName));
        }
    }

    private record Version(String name, Type type, String value, int number, Instant modified) {}

    private static final int NAMES_MAX = 10;
    private static final int STANDARD_CHARS_MAX = 4096;

    private final Timeline timeline;
    private final TreeMap<String, List<Version>> parameters = new TreeMap<>();
    private int emptyPages;
    private int decryptionsAsked;

    ParameterStore(Timeline timeline) {
        this.timeline = timeline;
    }

    /** Adds a version of a parameter and answers its number. */
    public int put(String name, Type type, String value) {
        return timeline.within(
                () -> {
                    List<Version> versions =
                            parameters.computeIfAbsent(name, key -> new ArrayList<>());
                    versions.add(
                            new Version(name, type, value, versions.size() + 1, timeline.now()));
                    return versions.size();
                });
    }

    /** The next so many pages of {@code GetParametersByPath} are empty but carry a token, as the service may do. */
    public void answerEmptyPages(int pages) {
        timeline.run(() -> emptyPages = pages);
    }

    /** How many reads asked for secure strings in the clear. */
    public int decryptionsAsked() {
        return timeline.within(() -> decryptionsAsked);
    }

    private boolean decrypted(Fields request) {
        boolean asked = request.flag("WithDecryption");
        decryptionsAsked += asked ? 1 : 0;
        return asked;
    }

    /** What {@code {{ssm:name}}} inside a command's parameters stands for. */
    String reference(String name) {
        Version version =
                find(name)
                        .orElseThrow(
                                () ->
                                        ApiException.of(
                                                "InvalidParameters",
                                                "the parameter store has no `" + name + "`"));
        if (version.type() == Type.SECURE_STRING) {
            throw ApiException.of(
                    "InvalidParameters", "a SecureString cannot be referred to: `" + name + "`");
        }
        return version.value();
    }

    /** By name, or {@code name:version}. */
    private Optional<Version> find(String selector) {
        int colon = selector.lastIndexOf(':');
        List<Version> versions =
                parameters.getOrDefault(
                        colon < 0 ? selector : selector.substring(0, colon), List.of());
        if (colon < 0) {
            return versions.isEmpty() ? Optional.empty() : Optional.of(versions.getLast());
        }
        String number = selector.substring(colon + 1);
        return versions.stream()
                .filter(version -> Integer.toString(version.number()).equals(number))
                .findFirst();
    }

    ObjectNode putParameter(Fields request) {
        String name = request.needText("Name");
        String value = request.needText("Value");
        List<Version> versions = parameters.getOrDefault(name, List.of());
        if (!versions.isEmpty() && !request.flag("Overwrite")) {
            throw ApiException.of(
                    "ParameterAlreadyExists",
                    "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.");
        }
        if (value.length() > STANDARD_CHARS_MAX) {
            throw ApiException.of(
                    "ValidationException",
                    "Standard tier parameters support a maximum parameter value of "
                            + STANDARD_CHARS_MAX
                            + " characters.");
        }
        Type type =
                request.text("Type")
                        .map(Type::named)
                        .orElseGet(
                                () -> versions.isEmpty() ? Type.STRING : versions.getLast().type());
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("Version", put(name, type, value));
        answer.put("Tier", "Standard");
        return answer;
    }

    ObjectNode getParameter(Fields request) {
        String name = request.needText("Name");
        Version version =
                find(name)
                        .orElseThrow(
                                () ->
                                        ApiException.of(
                                                "ParameterNotFound",
                                                "Parameter " + name + " not found."));
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.set("Parameter", form(version, decrypted(request)));
        return answer;
    }

    ObjectNode getParameters(Fields request) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode found = answer.putArray("Parameters");
        ArrayNode invalid = answer.putArray("InvalidParameters");
        for (String name : request.texts("Names", NAMES_MAX)) {
            Optional<Version> version = find(name);
            if (version.isPresent()) {
                found.add(form(version.get(), decrypted(request)));
            } else {
                invalid.add(name);
            }
        }
        return answer;
    }

    ObjectNode getParametersByPath(Fields request) {
        String path = request.needText("Path");
        boolean decrypted = decrypted(request);
        List<Version> found =
                latest().filter(version -> under(version.name(), path, request.flag("Recursive")))
                        .toList();
        Page<Version> page = Page.of(found, request, 1, 10);
        if (emptyPages > 0 && page.hasMore()) {
            emptyPages--;
            page = Page.emptyBefore(page.nextOffset() - page.items().size());
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        page.writeTo(answer, "Parameters", version -> form(version, decrypted));
        return answer;
    }

    ObjectNode describeParameters(Fields request) {
        List<Fields> filters = request.objects("ParameterFilters", 50);
        List<Version> found =
                latest().filter(
                                version ->
                                        filters.stream()
                                                .allMatch(filter -> passes(filter, version)))
                        .toList();
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        Page.of(found, request, 1, 50).writeTo(answer, "Parameters", ParameterStore::metadata);
        return answer;
    }

    private Stream<Version> latest() {
        return parameters.values().stream().map(List::getLast);
    }

    private static boolean passes(Fields filter, Version version) {
        List<String> values = filter.texts("Values", 50);
        String option = filter.text("Option").orElse("Equals");
        return switch (filter.needText("Key")) {
            case "Name" ->
                    values.stream()
                            .anyMatch(
                                    value ->
                                            switch (option) {
                                                case "Equals" -> version.name().equals(value);
                                                case "BeginsWith" ->
                                                        version.name().startsWith(value);
                                                case "Contains" -> version.name().contains(value);
                                                default ->
                                                        throw ApiException.of(
                                                                "InvalidFilterOption",
                                                                "The specified filter option isn't valid.");
                                            });
            case "Path" ->
                    values.stream()
                            .anyMatch(
                                    value ->
                                            under(
                                                    version.name(),
                                                    value,
                                                    option.equals("Recursive")));
            case "Type" -> values.contains(version.type().apiName);
            default -> throw ApiException.of("InvalidFilterKey", "The specified key is not valid.");
        };
    }

    private static boolean under(String name, String path, boolean recursive) {
        String folder = path.endsWith("/") ? path : path + "/";
        return name.startsWith(folder) && (recursive || name.indexOf('/', folder.length()) < 0);
    }

    private static ObjectNode form(Version version, boolean decrypted) {
        ObjectNode form = metadata(version);
        boolean clear = decrypted || version.type() != Type.SECURE_STRING;
        form.put("Value", clear ? version.value() : ciphertext(version));
        return form;
    }

    /** Looks like a KMS blob and holds nothing of the value. */
    private static String ciphertext(Version version) {
        String blob =
                "simulated ciphertext of version " + version.number() + " of " + version.name();
        return "AQICAH" + Base64.getEncoder().encodeToString(blob.getBytes(UTF_8));
    }

    private static ObjectNode metadata(Version version) {
        ObjectNode form = JsonNodeFactory.instance.objectNode();
        form.put("Name", version.name());
        form.put("Type", version.type().apiName);
        form.put("Version", version.number());
        form.put("LastModifiedDate", Times.seconds(version.modified()));
        form.put(
                "ARN",
                "arn:aws:ssm:us-east-1:123456789012:parameter"
                        + (version.name().startsWith("/") ? "" : "/")
                        + version.name());
        form.put("DataType", "text");
        return form;
    }
}
