package dev.countergate.policy.change;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.parameter.JsonText;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.policy.template.Matcher;
import dev.countergate.policy.token.UtcTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The exact thing that would be sent, resolved: what stands in a core as {@code request}.
 *
 * <p>What is sent is always resolved anew, and only where {@link #differences} finds none: so it is what the core says,
 * while the values of its secrets, which no core holds, are those of the catalogue now. {@link #read} gives what was sent
 * before, to be looked for, resumed, stopped or shown.
 */
public sealed interface CoreRequest {
    /** What it does, as the backend calls it. */
    String verb();

    /** Everything it acts on, sorted, each once; empty where that is the URL alone. */
    List<String> targets();

    /** The member {@code request}; a secret is {@code [secret NAME]} in it. */
    ObjectNode json();

    /** The same without attempt id and clock times: two that are equal do the same thing. */
    ObjectNode essence();

    /** The id of the one attempt it is sent as. */
    UUID attempt();

    /** This, or why a core cannot hold it: a plain text of it looks like {@code [secret NAME]}. */
    default Checked<CoreRequest> checked() {
        return Checked.valid(this);
    }

    /** The members in which {@code frozen}, a core's {@code request}, differs from this one's, sorted; empty where none does. */
    default List<String> differences(JsonNode frozen) {
        ObjectNode own = json();
        Set<String> names = new TreeSet<>(own.propertyNames());
        names.addAll(frozen.propertyNames());
        return names.stream()
                .filter(name -> !Objects.equals(own.get(name), frozen.get(name)))
                .toList();
    }

    /**
     * The request of a core: a {@link Ssm} or a {@link Recorded}, whose {@link #json()} is {@code request} again.
     *
     * @param request the core's member of that name
     * @param attempt of the core's proposal
     */
    static Checked<CoreRequest> read(JsonNode request, UUID attempt) {
        return CoreRequestReader.read(request, attempt);
    }

    /**
     * A request over HTTP.
     *
     * @param method in upper case
     * @param url absolute, encoded
     * @param headers as sent, the later of two of one name holds
     * @param body the exact text, or null for none
     * @param attemptHeader the name of the header that carries the attempt id, or null where the backend takes none
     * @param attempt the id
     */
    record Http(
            String method,
            SecretText url,
            List<Backend.Header> headers,
            @Nullable String body,
            @Nullable String attemptHeader,
            UUID attempt)
            implements CoreRequest {
        public Http {
            headers = List.copyOf(headers);
        }

        @Override
        public String verb() {
            return method;
        }

        @Override
        public List<String> targets() {
            return List.of();
        }

        /** The headers as sent, by name: the later of two of one name, and the attempt id's before any other. */
        public List<Backend.Header> sent() {
            List<Backend.Header> all = new ArrayList<>(headers);
            if (attemptHeader != null) {
                all.add(new Backend.Header(attemptHeader, SecretText.plain(attempt.toString())));
            }
            return lastOfEachName(all);
        }

        @Override
        public Checked<CoreRequest> checked() {
            return ShownSecrets.check(this, url, headers);
        }

        @Override
        public ObjectNode json() {
            return http(method, url, sent(), body);
        }

        @Override
        public ObjectNode essence() {
            return http(method, url, lastOfEachName(headers), body);
        }
    }

    /**
     * A request over HTTP as a core records it: a secret in it is its name alone, so it can be looked for and shown, and
     * never sent.
     *
     * @param method in upper case
     * @param url absolute, encoded
     * @param headers by name, that of the attempt id among them
     * @param body the exact text, or null for none
     * @param attempt the id
     */
    record Recorded(
            String method,
            String url,
            Map<String, String> headers,
            @Nullable String body,
            UUID attempt)
            implements CoreRequest {
        public Recorded {
            headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        }

        @Override
        public String verb() {
            return method;
        }

        @Override
        public List<String> targets() {
            return List.of();
        }

        @Override
        public ObjectNode json() {
            ObjectNode request = JsonNodeFactory.instance.objectNode();
            request.put("method", method);
            request.put("url", url);
            headers.forEach(request.putObject("headers")::put);
            request.put("body", body);
            return request;
        }

        /** All of it: which header carries the attempt id is not recorded. */
        @Override
        public ObjectNode essence() {
            return json();
        }
    }

    /**
     * A new silence at an Alertmanager. Its times are absolute, so that what is approved late is not longer silenced.
     *
     * @param url of the silences
     * @param headers as sent
     * @param matchers all of which must match
     * @param start when the proposal is made
     * @param duration how long
     * @param createdBy who is named as its author
     * @param comment why
     * @param attempt the id that stands behind the comment
     */
    record Silence(
            SecretText url,
            List<Backend.Header> headers,
            List<Matcher> matchers,
            Instant start,
            Duration duration,
            String createdBy,
            String comment,
            UUID attempt)
            implements CoreRequest {
        public Silence {
            headers = List.copyOf(headers);
            matchers = List.copyOf(matchers);
        }

        @Override
        public String verb() {
            return "CreateSilence";
        }

        @Override
        public List<String> targets() {
            return matchers.stream().map(Matcher::text).sorted().distinct().toList();
        }

        /** What stands at the end of the comment of the attempt's silence, and of no other. */
        public static String mark(UUID attempt) {
            return "[countergate " + attempt + "]";
        }

        /** The same as it is sent. */
        public Http http() {
            ObjectNode silence = body();
            silence.put("startsAt", UtcTime.text(start));
            silence.put("endsAt", UtcTime.text(start.plus(duration)));
            silence.put("createdBy", createdBy);
            silence.put("comment", comment + " " + mark(attempt));
            return new Http("POST", url, headers, text(silence), null, attempt);
        }

        @Override
        public Checked<CoreRequest> checked() {
            return ShownSecrets.check(this, url, headers);
        }

        @Override
        public ObjectNode json() {
            return http().json();
        }

        @Override
        public ObjectNode essence() {
            // How long, by whom and why may differ: the alerts that fall silent are what two
            // proposals would both do.
            return new Http("POST", url, headers, text(body()), null, attempt).json();
        }

        private ObjectNode body() {
            ObjectNode silence = JsonNodeFactory.instance.objectNode();
            ArrayNode list = silence.putArray("matchers");
            for (Matcher matcher : matchers) {
                list.addObject()
                        .put("name", matcher.name())
                        .put("value", matcher.value())
                        .put("isRegex", matcher.isRegex())
                        .put("isEqual", matcher.isEqual());
            }
            return silence;
        }
    }

    /**
     * A command or automation of Systems Manager.
     *
     * @param action {@code SendCommand} or {@code StartAutomationExecution}
     * @param document its name
     * @param version the number it was resolved to
     * @param documentHash SHA-256 of that version's text, which the service compares before it runs a command
     * @param parameters of the document, in the order of their names
     * @param instances explicit ids; empty for an automation
     * @param concurrencyMax instances at once, or null for an automation
     * @param errorsMax failed instances after which no more are begun, or null for an automation
     * @param deliverySeconds after which an instance that has not taken a command never will, or null for an automation
     * @param attempt the id, in the comment or as client token
     */
    record Ssm(
            Action action,
            String document,
            String version,
            String documentHash,
            Map<String, List<String>> parameters,
            List<String> instances,
            @Nullable String concurrencyMax,
            @Nullable String errorsMax,
            @Nullable Integer deliverySeconds,
            UUID attempt)
            implements CoreRequest {
        /** The two that change something. */
        public enum Action {
            SEND_COMMAND("SendCommand"),
            START_AUTOMATION("StartAutomationExecution");

            private final String word;

            Action(String word) {
                this.word = word;
            }

            static Optional<Action> of(String word) {
                return Arrays.stream(values()).filter(each -> each.word.equals(word)).findFirst();
            }
        }

        public Ssm {
            Map<String, List<String>> sorted = new TreeMap<>();
            parameters.forEach((name, values) -> sorted.put(name, List.copyOf(values)));
            parameters = Collections.unmodifiableMap(sorted);
            instances = instances.stream().sorted().distinct().toList();
        }

        /** What stands in a command's comment, and in no other command's. */
        public String comment() {
            return "countergate " + attempt;
        }

        @Override
        public String verb() {
            return action.word;
        }

        @Override
        public List<String> targets() {
            return instances;
        }

        @Override
        public ObjectNode json() {
            ObjectNode request = essence();
            switch (action) {
                case SEND_COMMAND -> request.put("comment", comment());
                case START_AUTOMATION -> request.put("client_token", attempt.toString());
            }
            return request;
        }

        @Override
        public ObjectNode essence() {
            ObjectNode request = JsonNodeFactory.instance.objectNode();
            request.put("action", action.word);
            request.put("document", document);
            request.put("version", version);
            request.put("document_hash", documentHash);
            ObjectNode values = request.putObject("parameters");
            parameters.forEach((name, list) -> list.forEach(values.putArray(name)::add));
            instances.forEach(request.putArray("instances")::add);
            request.put("max_concurrency", concurrencyMax);
            request.put("max_errors", errorsMax);
            request.put(
                    "timeout_seconds",
                    deliverySeconds == null ? null : Integer.toString(deliverySeconds));
            return request;
        }
    }

    private static ObjectNode http(
            String method, SecretText url, List<Backend.Header> headers, @Nullable String body) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put("method", method);
        request.put("url", url.toString());
        ObjectNode sent = request.putObject("headers");
        headers.forEach(header -> sent.put(header.name(), header.value().toString()));
        request.put("body", body);
        return request;
    }

    private static List<Backend.Header> lastOfEachName(List<Backend.Header> headers) {
        Map<String, Backend.Header> last = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach(header -> last.put(header.name(), header));
        return List.copyOf(last.values());
    }

    /** Compact JSON. A text no core can hold is refused with the core, whose bytes are made of it. */
    private static String text(JsonNode body) {
        return JsonText.compact(body);
    }
}
