package dev.countergate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.log.NoteKey;
import dev.countergate.policy.secret.Redactor;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.audit.Leaf;
import dev.countergate.server.audit.SqliteStore;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreException;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The commands of the log, against a socket that answers as a daemon does. */
class AuditCommandTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir Path folder;

    private record Outcome(int code, String out, String err) {
        JsonNode json() {
            return JSON.readTree(out);
        }
    }

    private Outcome run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code =
                CommandTree.of(
                                new Console(
                                        Map.of(
                                                "HOME", folder.toString(),
                                                "COUNTERGATE_STATE", state().toString()),
                                        folder,
                                        new PrintStream(out, true, StandardCharsets.UTF_8),
                                        new PrintStream(err, true, StandardCharsets.UTF_8)))
                        .execute(arguments);
        return new Outcome(
                code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void exports_a_log_of_many_pages_that_verifies() throws Exception {
        try (SqliteStore store = store(1_203);
                ServerSocketChannel daemon = daemon(store)) {
            assertThat(daemon.isOpen()).isTrue();
            Outcome exported = run("audit", "export", "log.jsonl", "--json");
            assertThat(exported.code()).isZero();
            assertThat(exported.json().path("leaves").asInt()).isEqualTo(1_203);
            assertThat(folder.resolve("log.jsonl.part")).doesNotExist();
            // It holds every proposal, which the store keeps to the daemon's account.
            assertThat(Files.getPosixFilePermissions(folder.resolve("log.jsonl")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));

            String key = exported.json().path("key").asString();
            assertThat(run("audit", "verify", "log.jsonl", "--key", key).out())
                    .isEqualTo("good up to 1203 leaves, later leaves not excluded\n");
        }
    }

    @Test
    void says_good_tampered_and_cannot_tell_by_exit_code() throws Exception {
        try (SqliteStore store = store(5);
                ServerSocketChannel daemon = daemon(store)) {
            assertThat(daemon.isOpen()).isTrue();
            run("audit", "export", "log.jsonl");
        }
        Path copy = folder.resolve("log.jsonl");
        Files.copy(state().resolve("log.pub"), folder.resolve("log.pub"));
        Files.copy(state().resolve("log.head"), folder.resolve("seen"));
        List<String> lines = Files.readAllLines(copy);

        Outcome good = run("audit", "verify", "log.jsonl", "--head", "seen");
        assertThat(good.code()).isZero();
        assertThat(good.out()).isEqualTo("good: 5 leaves, none of those seen before is missing\n");

        Files.writeString(folder.resolve("last"), lines.getLast() + "\n");
        Outcome last = run("audit", "verify", "log.jsonl", "--head", "last");
        assertThat(last.out()).isEqualTo(good.out());

        Files.write(copy, lines.subList(0, 4));
        Outcome cut = run("audit", "verify", "log.jsonl");
        assertThat(cut.code()).isZero();
        assertThat(cut.out()).contains("good up to 2 leaves, later leaves not excluded");
        Outcome missing = run("audit", "verify", "log.jsonl", "--head", "seen", "--json");
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.json().path("verdict").asString()).isEqualTo("tampered");
        assertThat(run("audit", "verify", "log.jsonl", "--head", "last").code()).isEqualTo(1);
        Files.writeString(folder.resolve("last"), lines.getFirst() + "\n");
        assertThat(run("audit", "verify", "log.jsonl", "--head", "last").code()).isEqualTo(2);

        Files.write(copy, lines);
        Files.writeString(copy, Files.readString(copy).replaceFirst("\"t3\"", "\"t4\""));
        Outcome tampered = run("audit", "verify", "log.jsonl", "--json");
        assertThat(tampered.code()).isEqualTo(1);
        assertThat(tampered.json().path("first").asInt()).isEqualTo(3);
        assertThat(run("audit", "verify", "log.jsonl").out())
                .isEqualTo("tampered: leaf 3: a leaf was changed\n");

        Files.write(copy, lines.subList(0, 5));
        assertThat(run("audit", "verify", "log.jsonl").code()).isEqualTo(2);
    }

    @Test
    void cannot_tell_without_the_copy_a_key_or_a_head_it_signed() throws Exception {
        Files.writeString(folder.resolve("log.jsonl"), "");
        assertThat(run("audit", "verify", "log.jsonl").code()).isEqualTo(2);
        Files.writeString(folder.resolve("log.pub"), "no key");
        assertThat(run("audit", "verify", "log.jsonl").code()).isEqualTo(2);
        try (SqliteStore store = store(1)) {
            assertThat(store.size()).isEqualTo(1);
        }
        Files.copy(
                state().resolve("log.pub"),
                folder.resolve("log.pub"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(run("audit", "verify", "none.jsonl").code()).isEqualTo(2);
        Files.writeString(folder.resolve("head"), "countergate\n1\nAAAA\n");
        Outcome unsigned = run("audit", "verify", "log.jsonl", "--head", "head");
        assertThat(unsigned.code()).isEqualTo(2);
        assertThat(unsigned.out()).contains("not a checkpoint that this key signed");
    }

    @Test
    void cannot_tell_of_a_file_that_is_no_log_or_another_keys() throws Exception {
        try (SqliteStore store = store(5);
                ServerSocketChannel daemon = daemon(store)) {
            assertThat(daemon.isOpen()).isTrue();
            run("audit", "export", "log.jsonl");
        }
        Path copy = folder.resolve("log.jsonl");
        byte[] log = Files.readAllBytes(copy);
        Files.copy(state().resolve("log.pub"), folder.resolve("log.pub"));
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(log);
        }
        Files.write(folder.resolve("log.jsonl.gz"), packed.toByteArray());
        Files.writeString(folder.resolve("tools.yaml"), "version: 1\n");
        Files.writeString(folder.resolve("one-line"), "x".repeat(200_000));
        for (String other :
                List.of(
                        "state/store.db",
                        "state/log.head",
                        "log.pub",
                        "log.jsonl.gz",
                        "tools.yaml",
                        "one-line")) {
            Outcome verified = run("audit", "verify", other, "--key", "log.pub");
            assertThat(verified.out())
                    .as(other)
                    .isEqualTo(
                            "cannot tell beyond 0 leaves: no checkpoint in it names this key: it is"
                                    + " no log, another key's, or only the beginning of one\n");
            assertThat(verified.code()).isEqualTo(2);
        }
        Files.writeString(
                folder.resolve("other.pub"),
                new NoteKey("countergate", new byte[32]).encoded() + "\n");
        assertThat(run("audit", "verify", "log.jsonl", "--key", "other.pub").code()).isEqualTo(2);
    }

    @Test
    void calls_the_damaged_beginning_of_a_log_tampered_wherever_the_key_is_named_first()
            throws Exception {
        try (SqliteStore store = store(5);
                ServerSocketChannel daemon = daemon(store)) {
            assertThat(daemon.isOpen()).isTrue();
            run("audit", "export", "log.jsonl");
        }
        Path copy = folder.resolve("log.jsonl");
        Files.copy(state().resolve("log.pub"), folder.resolve("log.pub"));
        List<String> lines = Files.readAllLines(copy);
        for (String first : List.of("", "not json", "x".repeat(200_000))) {
            Files.writeString(copy, first + "\n" + String.join("\n", lines) + "\n");
            assertThat(run("audit", "verify", "log.jsonl").out()).startsWith("tampered: leaf 0: ");
        }
        // The only checkpoint, its signature of another text.
        Files.writeString(copy, lines.get(0) + "\n" + lines.get(3) + "\n");
        assertThat(run("audit", "verify", "log.jsonl").out()).startsWith("tampered: leaf 1: ");
    }

    @Test
    void cannot_tell_of_what_was_cut_off_in_copying() throws Exception {
        try (SqliteStore store = store(5);
                ServerSocketChannel daemon = daemon(store)) {
            assertThat(daemon.isOpen()).isTrue();
            run("audit", "export", "log.jsonl");
        }
        Path copy = folder.resolve("log.jsonl");
        String log = Files.readString(copy);
        Files.copy(state().resolve("log.pub"), folder.resolve("log.pub"));
        Files.writeString(copy, log.substring(0, log.length() - 60));
        Outcome cut = run("audit", "verify", "log.jsonl");
        assertThat(cut.code()).isEqualTo(2);
        assertThat(cut.out())
                .isEqualTo(
                        "cannot tell beyond 4 leaves: it ends within a line: it was cut off in"
                                + " copying: take a whole copy\n");
    }

    @Test
    void shows_the_last_leaves_with_what_is_in_them_visible_and_cut() throws Exception {
        try (SqliteStore store = store(30);
                ServerSocketChannel daemon = daemon(store)) {
            assertThat(daemon.isOpen()).isTrue();
            store.write(
                    in ->
                            in.append(
                                    new Leaf(
                                            "proposed",
                                            Instant.EPOCH,
                                            Map.of(
                                                    "proposal", "p-1",
                                                    "state", "PENDING",
                                                    "why", "a\u001b[2Jb\nc",
                                                    "core", "x".repeat(500)))));
            Outcome tail = run("audit", "tail", "-n", "2");
            assertThat(tail.code()).isZero();
            assertThat(tail.out().lines()).hasSize(2);
            assertThat(tail.out())
                    .startsWith("29  1970-01-01T00:00:00.000Z  read  tool=t29\n30  ")
                    .contains("proposed  p-1  PENDING  core=" + "x".repeat(80) + "... [500")
                    .contains("why=a\\u001b[2Jb\\u000ac");
            Outcome json = run("audit", "tail", "--json");
            assertThat(json.out().lines()).hasSize(20).allMatch(line -> line.contains("\"index\""));
            assertThat(run("audit", "tail", "-n", "9999").out().lines()).hasSize(31);
        }
    }

    @Test
    void says_what_is_wrong_where_nothing_answers_or_nothing_was_said() {
        assertThat(run("audit", "tail").code()).isEqualTo(1);
        assertThat(run("audit", "export", "log.jsonl").code()).isEqualTo(1);
        assertThat(folder.resolve("log.jsonl")).doesNotExist();
        assertThat(run("audit", "export", "none/log.jsonl").err())
                .isEqualTo("countergate: there is no directory `" + folder.resolve("none") + "`\n");
        assertThat(run("audit", "verify", "none.jsonl", "--key", "none.pub").out())
                .isEqualTo(
                        "cannot tell beyond 0 leaves: `"
                                + folder.resolve("none.pub")
                                + "`: there is no such file\n");
        assertThat(run("audit").code()).isEqualTo(64);
        assertThat(run("audit", "verify").code()).isEqualTo(64);
        assertThat(run("audit", "tail", "-n", "0").code()).isEqualTo(64);
    }

    private Path state() {
        return folder.resolve("state");
    }

    private SqliteStore store(int leaves) throws StoreException, IOException {
        Files.createDirectories(state());
        SqliteStore store = SqliteStore.open(state(), Redactor.of(List.of()));
        int alone = Math.min(leaves, 5);
        for (int i = 0; i < alone; i++) {
            String tool = "t" + i;
            store.write(in -> in.append(new Leaf("read", Instant.EPOCH, Map.of("tool", tool))));
        }
        store.write(
                in -> {
                    for (int i = alone; i < leaves; i++) {
                        in.append(new Leaf("read", Instant.EPOCH, Map.of("tool", "t" + i)));
                    }
                    return true;
                });
        return store;
    }

    /** Answers {@code audit_read} as the daemon does, until it is closed. */
    private ServerSocketChannel daemon(Store store) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        Path socket =
                StateDirectory.at(state(), Map.of("HOME", folder.toString())).operatorSocket();
        listener.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual()
                .start(
                        () -> {
                            while (listener.isOpen()) {
                                try (SocketChannel channel = listener.accept()) {
                                    answer(channel, store);
                                } catch (IOException | StoreException closed) {
                                    break;
                                }
                            }
                        });
        return listener;
    }

    private static void answer(SocketChannel channel, Store store)
            throws IOException, StoreException {
        BufferedReader in = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        JsonNode request = JSON.readTree(in.readLine());
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("version", 1).put("ok", request.path("op").asString("").equals("audit_read"));
        Store.Lines read = store.read(request.path("from").asLong(), request.path("limit").asInt());
        ArrayNode lines = answer.putArray("lines");
        read.lines().forEach(lines::add);
        answer.put("next", read.next());
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(answer + "\n");
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
