package dev.countergate.server.backend.ssm;

import dev.countergate.policy.request.SsmRequest;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.model.GetParametersByPathResponse;
import software.amazon.awssdk.services.ssm.model.GetParametersResponse;
import software.amazon.awssdk.services.ssm.model.Parameter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The parameter store's names, and the values that are no secrets.
 *
 * <p>INVARIANT: decryption is never asked for, and a value is passed on only of the types named here; so neither a secret
 * nor its ciphertext can leave, also not those of a type yet to be invented.
 */
final class ParameterReads {
    private static final Set<String> OPEN_TYPES = Set.of("String", "StringList");
    private static final int PAGE_MAX = 10;
    private static final int PARAMETERS_MAX = 1_000;
    private static final int PAGES_MAX = 200;

    private final Service service;

    ParameterReads(Service service) {
        this.service = service;
    }

    Reply fetch(SsmRequest.StoreParameter request, Deadline deadline)
            throws CallFailedException, InterruptedException {
        GetParametersResponse answer =
                service.read(
                        "GetParameters",
                        deadline,
                        (client, limits) ->
                                client.getParameters(
                                        get ->
                                                get.names(request.name())
                                                        .withDecryption(false)
                                                        .overrideConfiguration(limits)));
        List<Parameter> found = Statuses.present(answer.parameters());
        if (found.isEmpty()) {
            throw Failures.noParameter();
        }
        Parameter parameter = found.getFirst();
        return new Reply.Answer(
                new Payload.Thing("parameter", form(parameter)), notes(List.of(parameter)));
    }

    Reply fetch(SsmRequest.StoreParameters request, Deadline deadline)
            throws CallFailedException, InterruptedException {
        List<Parameter> found = new ArrayList<>();
        String token = null;
        int pages = 0;
        do {
            // A page may be empty and yet have a next one.
            GetParametersByPathResponse page = page(request.path(), token, deadline);
            found.addAll(Statuses.present(page.parameters()));
            token = page.nextToken();
        } while (token != null
                && !token.isEmpty()
                && found.size() < PARAMETERS_MAX
                && ++pages < PAGES_MAX);
        List<String> notes = new ArrayList<>(notes(found));
        if (token != null && !token.isEmpty()) {
            notes.add(
                    "there are more than the first "
                            + found.size()
                            + " parameters: give a longer path");
        }
        List<JsonNode> rows = found.stream().map(ParameterReads::form).toList();
        return new Reply.Answer(new Payload.Rows("parameters", rows), notes);
    }

    private GetParametersByPathResponse page(String path, @Nullable String token, Deadline deadline)
            throws CallFailedException, InterruptedException {
        return service.read(
                "GetParametersByPath",
                deadline,
                (client, limits) ->
                        client.getParametersByPath(
                                get ->
                                        get.path(path)
                                                .recursive(true)
                                                .withDecryption(false)
                                                .maxResults(PAGE_MAX)
                                                .nextToken(token)
                                                .overrideConfiguration(limits)));
    }

    private static boolean isOpen(Parameter parameter) {
        return OPEN_TYPES.contains(Statuses.text(parameter.typeAsString()));
    }

    private static JsonNode form(Parameter parameter) {
        ObjectNode form = JsonNodeFactory.instance.objectNode();
        form.put("name", Statuses.text(parameter.name()));
        form.put("type", Statuses.text(parameter.typeAsString()));
        if (parameter.version() != null) {
            form.put("version", parameter.version());
        }
        if (parameter.lastModifiedDate() != null) {
            form.put("modified", Times.rfc3339(parameter.lastModifiedDate()));
        }
        if (isOpen(parameter)) {
            form.put("value", Statuses.text(parameter.value()));
        }
        return form;
    }

    private static List<String> notes(List<Parameter> parameters) {
        long secret = parameters.stream().filter(parameter -> !isOpen(parameter)).count();
        return secret == 0
                ? List.of()
                : List.of("values of type SecureString are never read: " + secret + " left out");
    }
}
