package dev.countergate.server.notice;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Entries;
import dev.countergate.policy.catalogue.Policy;
import dev.countergate.policy.catalogue.Policy.Notification;
import dev.countergate.policy.catalogue.Principals;
import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.server.notice.Notice.Event;
import dev.countergate.testing.RawServer;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("long")
@Timeout(30)
@SuppressWarnings("try") // A stalled server is ended before it would end by itself.
class WebhookNoticesTest {
    private static final Duration SHORT = Duration.ofMillis(1_500);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Secret HOOK = new Secret("OPS_WEBHOOK", "T0123/B4567/hook-token");
    private static final Secret TOKEN = new Secret("JIRA_TOKEN", "jira-token-value");
    private static final Notice PROPOSED =
            Notice.of(
                    Event.PROPOSED,
                    "p-00000000000000000000000000",
                    "1a2b3c4d",
                    "PENDING",
                    "restart_service checkout on prod");

    private final BlockingQueue<String> logged = new LinkedBlockingQueue<>();

    @BeforeEach
    void listen() {
        AppenderBase<ILoggingEvent> listening =
                new AppenderBase<>() {
                    @Override
                    protected void append(ILoggingEvent event) {
                        logged.add(event.getMessage() + " " + event.getKeyValuePairs());
                    }
                };
        listening.start();
        logger().addAppender(listening);
    }

    @AfterEach
    void stopListening() {
        logger().detachAndStopAllAppenders();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(Webhook.class);
    }

    @Test
    void posts_what_a_slack_webhook_takes_with_members_for_machines() throws Exception {
        try (RawServer server = RawServer.start(WebhookNoticesTest::accept)) {
            tellAndClose(server, PROPOSED);

            assertThat(server.requests()).hasSize(1);
            RawServer.Request request = server.requests().getFirst();
            assertThat(request.line()).isEqualTo("POST /services/" + HOOK.value() + " HTTP/1.1");
            assertThat(request.header("Content-Type")).isEqualTo("application/json");
            assertThat(request.body())
                    .isEqualTo(
                            "{\"text\":\"Countergate: proposed p-00000000000000000000000000 (code"
                                    + " 1a2b3c4d), PENDING: restart_service checkout on"
                                    + " prod\",\"event\":\"proposed\","
                                    + "\"proposal\":\"p-00000000000000000000000000\",\"code\":\"1a2b3c4d\",\"state\":\"PENDING\",\"summary\":\"restart_service"
                                    + " checkout on prod\"}");
            assertThat(logged).isEmpty();
        }
    }

    @Test
    void a_freeze_is_about_no_proposal() throws Exception {
        try (RawServer server = RawServer.start(WebhookNoticesTest::accept)) {
            tellAndClose(server, Notice.frozen("prod: incident 42"));

            assertThat(server.requests().getFirst().body())
                    .isEqualTo(
                            "{\"text\":\"Countergate: frozen: prod: incident"
                                    + " 42\",\"event\":\"frozen\",\"summary\":\"prod: incident 42\"}");
        }
    }

    @Test
    void tells_each_destination_only_what_it_asked_for() throws Exception {
        try (RawServer all = RawServer.start(WebhookNoticesTest::accept);
                RawServer frozen = RawServer.start(WebhookNoticesTest::accept)) {
            try (WebhookNotices notices = new WebhookNotices("test", System::nanoTime, LONG)) {
                notices.follow(
                        catalogue(to(all, "proposed", "outcome", "frozen"), to(frozen, "frozen")));
                notices.tell(PROPOSED);
                notices.tell(Notice.frozen("prod"));
            }

            assertThat(all.requests()).hasSize(2);
            assertThat(frozen.requests())
                    .singleElement()
                    .satisfies(
                            request -> assertThat(request.body()).contains("\"event\":\"frozen\""));
        }
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                failure(
                        "a fault of its own",
                        "HTTP 500",
                        (request, connection) -> connection.answer(500, "", "secret body")),
                failure(
                        "a redirect",
                        "HTTP 302",
                        (request, connection) ->
                                connection.answer(
                                        302, "Location: " + request.target() + "x\n", "")),
                failure(
                        "a redirect that keeps the method",
                        "HTTP 307",
                        (request, connection) ->
                                connection.answer(307, "Location: " + request.target() + "\n", "")),
                failure(
                        "too many requests",
                        "HTTP 429",
                        (request, connection) -> connection.answer(429, "Retry-After: 0\n", "")),
                failure(
                        "unavailable, and asked to try again at once",
                        "HTTP 503",
                        (request, connection) -> connection.answer(503, "Retry-After: 0\n", "")),
                failure(
                        "nothing",
                        "BACKEND_TIMEOUT",
                        (request, connection) -> connection.awaitClose()),
                failure(
                        "half an answer",
                        "BACKEND_TIMEOUT",
                        (request, connection) -> {
                            connection.write("HTTP/1.1 200 OK\nContent-Length: 10\n\nhalf");
                            connection.awaitClose();
                        }),
                failure(
                        "a reset",
                        "BACKEND_UNREACHABLE",
                        (request, connection) -> connection.reset()),
                failure(
                        "more than anybody reads",
                        "BACKEND_TOO_LARGE",
                        (request, connection) -> connection.answer(200, "", "x".repeat(1 << 20))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void posts_once_and_logs_a_failure_without_the_url(
            String what, String why, RawServer.Behaviour behaviour) throws Exception {
        Duration deadline = why.equals("BACKEND_TIMEOUT") ? SHORT : LONG;
        try (RawServer server = RawServer.start(behaviour);
                WebhookNotices notices = new WebhookNotices("test", System::nanoTime, deadline)) {
            notices.follow(catalogue(to(server, "proposed")));
            notices.tell(PROPOSED);
            String line = nextLine();

            assertThat(line)
                    .startsWith("notice not delivered ")
                    .contains("policy.notify[0]", "p-00000000000000000000000000", why)
                    .doesNotContain(HOOK.value(), "hook-token", "127.0.0.1", "http", "secret body");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void logs_a_destination_nobody_listens_at_without_the_url() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0)) {
            port = taken.getLocalPort();
        }
        try (WebhookNotices notices = new WebhookNotices("test", System::nanoTime, LONG)) {
            notices.follow(catalogue(to("http://127.0.0.1:" + port, "proposed")));
            notices.tell(PROPOSED);

            assertThat(nextLine())
                    .contains("BACKEND_UNREACHABLE")
                    .doesNotContain("hook-token", String.valueOf(port));
        }
    }

    @Test
    void a_stalled_destination_holds_up_neither_the_caller_nor_another_destination()
            throws Exception {
        CountDownLatch told = new CountDownLatch(3);
        try (RawServer stalled = RawServer.start((request, connection) -> connection.awaitClose());
                RawServer other =
                        RawServer.start(
                                (request, connection) -> {
                                    connection.answer(200, "", "ok");
                                    told.countDown();
                                });
                WebhookNotices notices = new WebhookNotices("test", System::nanoTime, LONG)) {
            notices.follow(catalogue(to(stalled, "proposed"), to(other, "proposed")));
            for (int i = 0; i < 3; i++) {
                notices.tell(PROPOSED);
            }

            assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(logged).as("the stalled one has not even failed yet").isEmpty();
            stalled.close();
        }
    }

    @Test
    void drops_what_a_full_queue_cannot_take_and_says_how_many() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(1);
        try (RawServer server =
                RawServer.start(
                        (request, connection) -> {
                            first.countDown();
                            open.await();
                            connection.answer(200, "", "ok");
                        })) {
            try (WebhookNotices notices = new WebhookNotices("test", System::nanoTime, LONG)) {
                notices.follow(catalogue(to(server, "proposed")));
                notices.tell(PROPOSED);
                first.await();
                for (int i = 0; i < Webhook.QUEUE_MAX + 50; i++) {
                    notices.tell(PROPOSED);
                }
                assertThat(nextLine()).startsWith("notices dropped ");
                open.countDown();
            }

            assertThat(nextLine())
                    .startsWith("notices were dropped before this one ")
                    .contains("50");
            assertThat(server.requests()).hasSize(1 + Webhook.QUEUE_MAX);
            assertThat(logged).isEmpty();
        }
    }

    @Test
    void another_catalogue_is_followed_and_what_waited_is_still_posted() throws Exception {
        CountDownLatch open = new CountDownLatch(1);
        CountDownLatch both = new CountDownLatch(2);
        try (RawServer former =
                        RawServer.start(
                                (request, connection) -> {
                                    open.await();
                                    connection.answer(200, "", "ok");
                                    both.countDown();
                                });
                RawServer next = RawServer.start(WebhookNoticesTest::accept)) {
            try (WebhookNotices notices = new WebhookNotices("test", System::nanoTime, LONG)) {
                notices.follow(catalogue(to(former, "proposed")));
                notices.tell(PROPOSED);
                notices.tell(PROPOSED);
                notices.follow(catalogue(to(next, "proposed")));
                notices.tell(PROPOSED);
            }
            open.countDown();

            assertThat(both.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(next.requests()).hasSize(1);
        }
    }

    @Test
    void tells_nobody_once_closed_or_before_a_catalogue() throws Exception {
        try (RawServer server = RawServer.start(WebhookNoticesTest::accept)) {
            WebhookNotices notices = new WebhookNotices("test", System::nanoTime, LONG);
            notices.tell(PROPOSED);
            notices.follow(catalogue(to(server, "proposed")));
            notices.close();
            notices.tell(PROPOSED);

            assertThat(server.requests()).isEmpty();
        }
    }

    static Stream<Arguments> hostileSummaries() {
        return Stream.of(
                Arguments.of("<!channel> hello", "<!channel>", "&lt;!channel&gt; hello"),
                Arguments.of("<@U123>", "<@U123>", "&lt;@U123&gt;"),
                Arguments.of("<http://evil.test|approve>", "<http", "&lt;http://evil.test|approve"),
                Arguments.of("a &lt;!here&gt;", "a &lt;!here", "a &amp;lt;!here&amp;gt;"),
                Arguments.of("a\nCountergate: all is well", "\n", "a&lt;U+000A&gt;Countergate"),
                Arguments.of("a\u202Eb", "\u202E", "a&lt;U+202E&gt;b"),
                Arguments.of("a\u200Bb", "\u200B", "a&lt;U+200B&gt;b"),
                Arguments.of("a\u001B[2Jb", "\u001B", "a&lt;U+001B&gt;[2Jb"),
                Arguments.of("a\uD800b", "\uD800", "a&lt;U+D800&gt;b"),
                Arguments.of("\"},{\"text\":\"x", "\n", "\"},{\"text\":\"x"),
                Arguments.of(
                        "it says jira-token-value",
                        "jira-token-value",
                        "it says [secret JIRA_TOKEN]"),
                Arguments.of(
                        "it says jira%2Dtoken%2Dvalue",
                        "jira%2Dtoken%2Dvalue", "it says [secret JIRA_TOKEN]"));
    }

    @ParameterizedTest
    @MethodSource("hostileSummaries")
    void text_of_others_commands_nothing_and_shows_no_secret(
            String summary, String never, String shown) throws Exception {
        try (RawServer server = RawServer.start(WebhookNoticesTest::accept)) {
            tellAndClose(server, Notice.of(Event.OUTCOME, "p-1", "1a2b3c4d", "APPLIED", summary));

            JsonNode body = new JsonMapper().readTree(server.requests().getFirst().body());
            assertThat(body.path("text").stringValue()).contains(shown).doesNotContain(never);
            assertThat(body.propertyNames())
                    .containsExactly("text", "event", "proposal", "code", "state", "summary");
        }
    }

    @Test
    void a_summary_is_cut_and_says_so() throws Exception {
        try (RawServer server = RawServer.start(WebhookNoticesTest::accept)) {
            tellAndClose(
                    server,
                    Notice.frozen(
                            "x".repeat(NoticeBody.SUMMARY_LENGTH_MAX - 1) + "\uD83D\uDE00yz"));

            assertThat(server.requests().getFirst().body())
                    .contains("xx... [4 more characters]\"")
                    .hasSizeLessThan(2 * NoticeBody.SUMMARY_LENGTH_MAX + 200);
        }
    }

    private String nextLine() throws InterruptedException {
        String line = logged.poll(10, TimeUnit.SECONDS);
        assertThat(line).as("a line of the log").isNotNull();
        return String.valueOf(line);
    }

    private static void tellAndClose(RawServer server, Notice notice) {
        try (WebhookNotices notices = new WebhookNotices("test", System::nanoTime, LONG)) {
            notices.follow(catalogue(to(server, "proposed", "outcome", "frozen")));
            notices.tell(notice);
        }
    }

    private static void accept(RawServer.Request request, RawServer.Connection connection)
            throws Exception {
        connection.answer(200, "", "ok");
    }

    private static Arguments failure(String what, String why, RawServer.Behaviour behaviour) {
        return Arguments.of(what, why, behaviour);
    }

    private static Notification to(RawServer server, String... on) {
        return to(server.origin().toString(), on);
    }

    private static Notification to(String origin, String... on) {
        return new Notification(
                List.of(on), SecretText.plain(origin + "/services/").plus(SecretText.hidden(HOOK)));
    }

    private static Catalogue catalogue(Notification... notifications) {
        Policy policy =
                new Policy(
                        Policy.Mode.PROPOSE,
                        null,
                        20,
                        Policy.DEFAULT.breaker(),
                        List.of(notifications),
                        List.of());
        return new Catalogue(
                List.of(), List.of(), Principals.NONE, policy, List.of(HOOK, TOKEN), Entries.EMPTY);
    }
}
