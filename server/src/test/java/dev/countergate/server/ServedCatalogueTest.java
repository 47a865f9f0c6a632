package dev.countergate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.token.Digest;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.backend.ReadFollower;
import dev.countergate.server.config.CatalogueLoader;
import dev.countergate.server.config.Loading;
import dev.countergate.server.config.Sources;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import dev.countergate.server.operator.HeldCatalogue.Held;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class ServedCatalogueTest {
    private static final String CATALOGUE =
            """
            backends:
              jira: {type: http, url: "${JIRA:-https://jira.example.com}", auth: {bearer_env: TOKEN}}
            tools:
              - {name: read_issue, backend: jira, url: "/issue/{id}", params: [{name: id, pattern: "[A-Z]+", required: true}]}
              - {name: close_issue, method: POST, backend: jira, url: /close, guard: {approvals: {count: 2}}}
            """;
    private static final String LOOSER = CATALOGUE.replace("count: 2", "count: 1");
    private static final String STRICTER = CATALOGUE.replace("count: 2", "count: 3");

    @TempDir private Path folder;

    private final Map<String, String> environment = new HashMap<>(Map.of("TOKEN", "s3cr3t-value"));
    private final List<CatalogueEvent> events = new ArrayList<>();
    private CatalogueEvent.Listener listener = events::add;
    private final CatalogueLoader loader = new CatalogueLoader(Sources.of(environment::get), false);
    private final List<ServedCatalogue> started = new ArrayList<>();
    private Path file;

    @BeforeEach
    void write_the_catalogue() throws IOException {
        file = folder.resolve("tools.yaml");
        Files.writeString(file, CATALOGUE);
    }

    @AfterEach
    void stop() {
        started.forEach(ServedCatalogue::close);
    }

    /** What a daemon serves that starts now. */
    private ServedCatalogue start() {
        if (!(loader.load(file) instanceof Loading.Loaded first)) {
            throw new AssertionError("the catalogue has faults");
        }
        ServedCatalogue served =
                new ServedCatalogue(
                        file,
                        loader,
                        Sources.of(environment::get),
                        first,
                        new AcceptedCatalogue(folder),
                        Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
                        ReadFollower.NONE);
        served.announceTo(event -> listener.on(event));
        started.add(served);
        return served;
    }

    private ServedCatalogue startWith(String text) throws IOException {
        Files.writeString(file, text);
        return start();
    }

    /** What the watcher does once it has seen the same text twice. */
    private void edit(ServedCatalogue served, String text) throws IOException {
        Files.writeString(file, text);
        served.reloaded(loader.load(file));
    }

    private static int approvals(ServedCatalogue served) {
        return served.catalogue().tools().stream()
                .filter(tool -> tool.name().value().equals("close_issue"))
                .mapToInt(tool -> tool.guard().approvals().count())
                .sum();
    }

    private static Held held(ServedCatalogue served) {
        return served.held().orElseThrow();
    }

    private static ObjectNode status(ServedCatalogue served) {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        served.describe(status);
        return status;
    }

    @Test
    void accepts_what_is_there_at_the_first_start_and_keeps_it_for_its_owner_alone()
            throws IOException {
        ServedCatalogue served = start();

        assertThat(served.held()).isEmpty();
        assertThat(approvals(served)).isEqualTo(2);
        Path record = folder.resolve(AcceptedCatalogue.FILE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(record)))
                .isEqualTo("rw-------");
        assertThat(record).content().doesNotContain("s3cr3t-value");
        assertThat(events).singleElement().isInstanceOf(CatalogueEvent.Loaded.class);
    }

    @Test
    void holds_a_loosening_made_while_no_daemon_ran() throws Exception {
        start();
        ServedCatalogue served = startWith(LOOSER);

        assertThat(approvals(served)).isEqualTo(2);
        assertThat(held(served).text())
                .isEqualTo("loosens: guards.close_issue.approvals.count: 2 -> 1");
        assertThat(status(served).at("/catalogue_in_use/held/lines/0").asString())
                .isEqualTo("loosens: guards.close_issue.approvals.count: 2 -> 1");
        assertThat(status(served).at("/catalogue_in_use/held/since").asString())
                .isEqualTo("1970-01-01T00:00:00Z");
        assertThat(events.getLast()).isInstanceOf(CatalogueEvent.Held.class);

        assertThat(approvals(start())).as("started once more").isEqualTo(2);
    }

    @Test
    void serves_a_held_change_from_its_acceptance_on() throws Exception {
        start();
        ServedCatalogue served = startWith(LOOSER);
        Digest change = held(served).digest();

        served.accept(change, "ana");

        assertThat(approvals(served)).isEqualTo(1);
        assertThat(served.held()).isEmpty();
        assertThat(status(served).at("/catalogue_in_use/held").isMissingNode()).isTrue();
        assertThat(events.getLast())
                .isEqualTo(new CatalogueEvent.Accepted(change, served.catalogue().digest(), "ana"));
        ServedCatalogue next = start();
        assertThat(next.held()).isEmpty();
        assertThat(approvals(next)).isEqualTo(1);
    }

    @Test
    void accepts_no_change_but_the_one_held() throws Exception {
        ServedCatalogue served = start();
        assertThatThrownBy(() -> served.accept(Digest.of(), "ana"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("no catalogue change");

        edit(served, LOOSER);
        Digest first = held(served).digest();
        edit(served, CATALOGUE.replace("count: 2", "count: 1, expires: 9h"));

        assertThat(held(served).digest()).isNotEqualTo(first);
        assertThatThrownBy(() -> served.accept(first, "ana"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("another change");
        assertThat(approvals(served)).isEqualTo(2);
    }

    @Test
    void serves_what_it_compared_and_not_what_the_file_says_by_then() throws Exception {
        ServedCatalogue served = start();
        edit(served, LOOSER);
        Files.writeString(file, LOOSER.replace("/close", "/delete_everything"));

        served.accept(held(served).digest(), "ana");

        assertThat(folder.resolve(AcceptedCatalogue.FILE))
                .content()
                .contains("/close")
                .doesNotContain("delete_everything");
        assertThat(start().held()).as("the later edit").isPresent();
    }

    @Test
    void loads_a_tightening_at_once_and_holds_the_way_back() throws Exception {
        ServedCatalogue served = start();

        edit(served, STRICTER);
        assertThat(approvals(served)).isEqualTo(3);
        assertThat(served.held()).isEmpty();

        edit(served, CATALOGUE);
        assertThat(approvals(served)).isEqualTo(3);
        assertThat(served.held()).isPresent();
        assertThat(approvals(start())).isEqualTo(3);
    }

    @Test
    void forgets_a_held_change_that_was_taken_back_or_broken() throws Exception {
        ServedCatalogue served = start();

        edit(served, LOOSER);
        edit(served, CATALOGUE);
        assertThat(served.held()).isEmpty();

        edit(served, LOOSER);
        edit(served, "tools: [{name: 9}]");
        assertThat(served.held()).isEmpty();
        assertThat(approvals(served)).isEqualTo(2);
        assertThat(events.getLast()).isInstanceOf(CatalogueEvent.Failed.class);
    }

    @Test
    void tells_as_much_of_a_large_change_as_status_has_room_for() throws Exception {
        ServedCatalogue served = start();
        StringBuilder large = new StringBuilder(CATALOGUE);
        for (int i = 0; i < 3_000; i++) {
            large.append(
                    "  - {name: put_" + i + ", method: PUT, backend: jira, url: /put/" + i + "}\n");
        }

        edit(served, large.toString());

        assertThat(held(served).text().lines()).hasSizeGreaterThanOrEqualTo(3_000);
        assertThat(held(served).text()).contains("put_2999");
        ObjectNode status = status(served);
        assertThat(status.toString().length()).isLessThan(64 << 10);
        JsonNode change = status.at("/catalogue_in_use/held");
        assertThat(change.path("lines")).hasSize(ServedCatalogue.LINES_MAX);
        assertThat(change.path("lines_left_out").asLong())
                .isEqualTo(held(served).text().lines().count() - ServedCatalogue.LINES_MAX);
    }

    @Test
    void tells_the_start_of_a_long_line_and_its_length() throws Exception {
        ServedCatalogue served = start();
        edit(served, LOOSER.replace("/close,", "\"/close/" + "\uD83D\uDE00".repeat(2_000) + "\","));

        String line = status(served).at("/catalogue_in_use/held/lines").toString();
        assertThat(line).contains("... (").hasSizeLessThan(8_000);
        assertThat(line.codePoints().filter(each -> each >= 0xD800 && each < 0xE000)).isEmpty();
        assertThat(held(served).text()).hasSizeGreaterThan(4_000);
    }

    @Test
    void names_the_variables_of_what_is_served_and_of_what_the_files_came_to() throws Exception {
        ServedCatalogue served = start();
        List<Set<String>> told = new ArrayList<>();
        served.onLoad(() -> told.add(served.variables()));

        edit(served, STRICTER + "  - {name: faulty, url: \"${NEW}/x\"}\n");
        assertThat(told.getLast()).containsExactlyInAnyOrder("JIRA", "TOKEN", "NEW");

        environment.put("NEWER", "https://newer.example.com");
        edit(served, CATALOGUE.replace("${JIRA:-https://jira.example.com}", "${NEWER}"));
        assertThat(served.held()).isPresent();
        assertThat(told.getLast()).contains("JIRA", "TOKEN", "NEWER");
        assertThat(startWith(Files.readString(file)).variables())
                .as("of one that is held at a start, beside a URL that no variable changes now")
                .containsExactlyInAnyOrder("TOKEN", "NEWER");

        edit(
                served,
                STRICTER.replace("${JIRA:-https://jira.example.com}", "https://jira.example.com"));
        assertThat(told.getLast()).as("of one that is served").containsExactly("TOKEN");
    }

    @Test
    void holds_the_whole_of_a_change_that_loosens_in_one_place() throws Exception {
        ServedCatalogue served = start();

        edit(
                served,
                LOOSER.replace("tools:", "tools:\n  - {name: more, backend: jira, url: /more}"));

        assertThat(served.catalogue().tools()).hasSize(2);
        assertThat(held(served).text().lines())
                .first()
                .asString()
                .startsWith("loosens: guards.close_issue");
    }

    @Test
    void serves_the_origin_that_was_accepted_when_the_environment_leads_elsewhere()
            throws Exception {
        start();
        environment.put("JIRA", "https://evil.example.com");
        ServedCatalogue served = start();

        assertThat(served.catalogue().backends())
                .singleElement()
                .extracting(backend -> ((Backend.Http) backend).origin().toString())
                .isEqualTo("https://jira.example.com");
        assertThat(backend(served).basePath().reveal()).isEmpty();
        assertThat(backend(served).headers())
                .extracting(header -> header.value().reveal())
                .containsExactly("Bearer s3cr3t-value");
        assertThat(held(served).text())
                .isEqualTo(
                        "loosens: backends.jira.url.origin: \"https://jira.example.com\" -> \"https://evil.example.com\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example.com/steal",
                "https://ana:n3w-password@evil.example.com/steal?to=me",
                "not a URL",
                ""
            })
    void serves_a_url_without_secrets_wholly_as_it_was_accepted(String url) throws Exception {
        environment.put("JIRA", "https://jira.example.com");
        startWith(withoutToken());
        environment.put("JIRA", url);
        ServedCatalogue served =
                startWith(withoutToken().replace("${JIRA:-https://jira.example.com}", "http://x"));

        assertThat(backend(served).origin()).hasToString("https://jira.example.com");
        assertThat(backend(served).basePath().reveal()).isEmpty();
        assertThat(backend(served).headers()).isEmpty();
        assertThat(held(served).text())
                .isEqualTo(
                        "loosens: backends.jira.url.origin: \"https://jira.example.com\" -> \"http://x\"");
    }

    @Test
    void sends_no_part_of_a_new_url_to_the_host_accepted_before() throws Exception {
        environment.put("JIRA", "https://ana:0ld-password@jira.example.com/a");
        startWith(withoutToken());
        environment.put("JIRA", "https://ana:n3w-password@other.example.com/b");
        ServedCatalogue served = start();

        assertThat(served.catalogue().backends()).isEmpty();
        assertThat(held(served).text())
                .startsWith("nothing is served: ")
                .contains("backends.jira.url")
                .doesNotContain("password");

        served.accept(held(served).digest(), "ana");
        assertThat(backend(served).origin()).hasHost("other.example.com");
        environment.put("JIRA", "https://ana:n3xt-password@other.example.com/b");
        assertThat(start().held()).as("another password for the same host").isEmpty();
    }

    private static String withoutToken() {
        return CATALOGUE.replace(", auth: {bearer_env: TOKEN}", "");
    }

    private static Backend.Http backend(ServedCatalogue served) {
        return (Backend.Http) served.catalogue().backends().iterator().next();
    }

    @Test
    void takes_another_secret_for_no_change() throws Exception {
        start();
        environment.put("TOKEN", "another-value");
        ServedCatalogue served = start();

        assertThat(served.held()).isEmpty();
        assertThat(served.catalogue().secrets())
                .extracting(secret -> secret.value())
                .containsExactly("another-value");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "{}",
                "{\"version\":2,\"catalogue\":\"x\",\"files\":{},\"shown\":{}}",
                "{\"version\":1,\"catalogue\":7,\"files\":{},\"shown\":{}}",
                "{\"version\":1,\"catalogue\":\"x\",\"files\":{\"x\":\"tools: [{name: 9}]\"},\"shown\":{}}",
                "{\"version\":1,\"catalogue\":\"x\",\"files\":{\"x\":7},\"shown\":{}}"
            })
    void serves_nothing_when_what_was_accepted_cannot_be_had_again(String record) throws Exception {
        Files.writeString(folder.resolve(AcceptedCatalogue.FILE), record);
        ServedCatalogue served = start();

        assertThat(served.catalogue().tools()).isEmpty();
        assertThat(held(served).text()).startsWith("nothing is served: ");

        served.accept(held(served).digest(), "ana");
        assertThat(served.catalogue().tools()).hasSize(2);
        assertThat(start().held()).isEmpty();
    }

    @Test
    void serves_nothing_when_what_was_accepted_was_removed() throws Exception {
        start();
        Files.delete(folder.resolve(AcceptedCatalogue.FILE));
        Files.createFile(folder.resolve("store.db"));

        ServedCatalogue served = start();

        assertThat(served.catalogue().tools()).isEmpty();
        assertThat(held(served).text()).contains(AcceptedCatalogue.FILE, "was removed");
    }

    @Test
    void serves_nothing_when_a_secret_of_what_was_accepted_is_gone() throws Exception {
        start();
        environment.remove("TOKEN");
        ServedCatalogue served = startWith(CATALOGUE.replace(", auth: {bearer_env: TOKEN}", ""));

        assertThat(served.catalogue().tools()).isEmpty();
        assertThat(held(served).text()).startsWith("nothing is served: ").contains("`TOKEN`");
    }

    @Test
    void serves_no_acceptance_that_cannot_be_noted_or_kept() throws Exception {
        ServedCatalogue served = start();
        edit(served, LOOSER);
        Digest change = held(served).digest();

        listener =
                event -> {
                    throw new StoreException("the log cannot be written");
                };
        assertThatThrownBy(() -> served.accept(change, "ana"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("the log cannot be written");
        listener = events::add;
        // A folder that is not empty stands where the record is to be written.
        Files.createDirectories(folder.resolve(AcceptedCatalogue.FILE + ".new/x"));
        assertThatThrownBy(() -> served.accept(change, "ana"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("cannot be kept");
        assertThat(events)
                .as("an acceptance that never was")
                .noneMatch(CatalogueEvent.Accepted.class::isInstance);

        assertThat(approvals(served)).isEqualTo(2);
        assertThat(held(served).digest()).isEqualTo(change);
    }

    @Test
    void says_and_keeps_of_nothing_that_it_is_served_before_its_clients_are_made()
            throws Exception {
        ServedCatalogue served = start();
        String record = Files.readString(folder.resolve(AcceptedCatalogue.FILE));
        Files.writeString(file, STRICTER);
        Loading.Loaded stricter = withoutClients((Loading.Loaded) loader.load(file));
        int before = events.size();

        assertThatThrownBy(() -> served.reloaded(stricter))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(approvals(served)).isEqualTo(2);
        assertThat(status(served).at("/catalogue_in_use/revision").asLong()).isEqualTo(1);
        assertThat(folder.resolve(AcceptedCatalogue.FILE)).content().isEqualTo(record);
        assertThat(events).hasSize(before);

        Files.writeString(file, LOOSER);
        served.reloaded(withoutClients((Loading.Loaded) loader.load(file)));
        Digest change = held(served).digest();
        assertThatThrownBy(() -> served.accept(change, "ana"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(approvals(served)).isEqualTo(2);
        assertThat(folder.resolve(AcceptedCatalogue.FILE)).content().isEqualTo(record);
        assertThat(events).noneMatch(CatalogueEvent.Accepted.class::isInstance);
    }

    /** The same, with a backend that no client can be made for; the loader lets none of the kind through. */
    private static Loading.Loaded withoutClients(Loading.Loaded loaded) {
        Catalogue catalogue = loaded.catalogue();
        List<Backend> backends =
                catalogue.backends().stream()
                        .map(Backend.Http.class::cast)
                        .map(
                                each ->
                                        (Backend)
                                                new Backend.Http(
                                                        each.name(),
                                                        each.api(),
                                                        URI.create("http://a..b"),
                                                        each.basePath(),
                                                        each.headers(),
                                                        each.tenant(),
                                                        each.environment(),
                                                        each.limits()))
                        .toList();
        return new Loading.Loaded(
                new Catalogue(
                        List.copyOf(catalogue.tools()),
                        backends,
                        catalogue.principals(),
                        catalogue.policy(),
                        catalogue.secrets(),
                        catalogue.entries()),
                loaded.warnings(),
                loaded.origins(),
                loaded.snapshot());
    }

    @Test
    void goes_on_where_an_event_cannot_be_noted() throws Exception {
        ServedCatalogue served = start();
        listener =
                event -> {
                    throw new StoreException("the log cannot be written");
                };

        edit(served, STRICTER);
        assertThat(approvals(served)).isEqualTo(3);
        edit(served, LOOSER);
        assertThat(approvals(served)).isEqualTo(3);
        assertThat(served.held()).isPresent();
    }

    @Test
    void accepts_a_change_once_however_many_ask() throws Exception {
        ServedCatalogue served = start();
        edit(served, LOOSER);
        Digest change = held(served).digest();

        int done = 0;
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Boolean> accepting =
                    () -> {
                        try {
                            served.accept(change, "ana");
                            return true;
                        } catch (RefusedException refused) {
                            return false;
                        }
                    };
            for (Future<Boolean> each : executor.invokeAll(Collections.nCopies(16, accepting))) {
                done += each.get() ? 1 : 0;
            }
        }

        assertThat(done).isEqualTo(1);
        assertThat(events.stream().filter(CatalogueEvent.Accepted.class::isInstance)).hasSize(1);
    }

    @Test
    void takes_the_same_catalogue_in_other_files_for_no_change() throws Exception {
        ServedCatalogue served = start();
        int tools = CATALOGUE.indexOf("tools:");
        Files.writeString(folder.resolve("more.yaml"), CATALOGUE.substring(tools));

        edit(served, "include: more.yaml\n" + CATALOGUE.substring(0, tools));

        assertThat(served.held()).isEmpty();
        assertThat(events.getLast())
                .isEqualTo(new CatalogueEvent.Loaded(served.catalogue().digest(), List.of()));
    }
}
