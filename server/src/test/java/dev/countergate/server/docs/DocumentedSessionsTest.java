package dev.countergate.server.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.Main;
import dev.countergate.server.cli.CommandTree;
import dev.countergate.server.cli.Console;
import dev.countergate.server.docs.MarkdownPage.Fence;
import dev.countergate.testing.approval.Keys;
import dev.countergate.testing.approval.Pty;
import dev.countergate.testing.process.Workplace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The sessions marked {@code run} are typed as they stand, and say what the page shows. What {@code <!-- run: ... -->} says
 * before one is typed first, as an agent would have; the code behind it is that of what it proposed.
 */
class DocumentedSessionsTest {
    private static final Pattern BLOCK =
            Pattern.compile(
                    "<!-- run: (.+?)(?: \\(code ([0-9a-f]{8})\\))? -->|(?m)^```console run\\n");
    private static final Pattern ANSWERED =
            Pattern.compile("((?:to approve, type|.* leaves everything as it is).*: )(\\S.*)");
    private static final Pattern SECRET = Pattern.compile("Enter (?:same )?passphrase.*: ?");

    @TempDir private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final Session session = new Session();
    private String passphrase = "correct horse";

    /** Pages whose sessions need no daemon, typed in the repository's folder. */
    static Stream<String> quietPages() {
        return Stream.of("docs/policy.md", "samples/policy/README.md", "docs/principals.md");
    }

    @ParameterizedTest
    @MethodSource("quietPages")
    void what_needs_no_daemon_says_what_is_shown(String name) throws Exception {
        environment.put("HOME", folder.toString());
        type(MarkdownPage.read(name), MarkdownPage.ROOT.toAbsolutePath().normalize());
    }

    @Test
    @Tag("long")
    void approvals_go_as_their_page_says() throws Exception {
        Pty.require();
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/jq")), "no /usr/bin/jq");
        MarkdownPage page = MarkdownPage.read("docs/approvals.md");
        Path config = Files.createDirectories(folder.resolve(".config/countergate"));
        Files.writeString(
                config.resolve("tools.yaml"),
                page.fences("yaml").stream()
                        .filter(fence -> fence.value("file").equals("tools.yaml"))
                        .findFirst()
                        .orElseThrow()
                        .text());
        Path work = Files.createDirectories(folder.resolve("work"));
        Keys.ed25519(work.resolve("ben"), "");
        environment.put("HOME", folder.toString());
        environment.put("PATH", folder.resolve("bin") + ":/usr/bin:/bin");
        environment.put(
                "STATE",
                StateDirectory.of(config.resolve("tools.yaml"), environment).path().toString());
        installCommand();
        HttpServer flags = flags();
        environment.put("FLAGS_URL", "http://127.0.0.1:" + flags.getAddress().getPort());
        Process daemon = null;
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(folder.resolve("bin/countergate").toString(), "serve")
                            .directory(work.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("daemon.out").toFile());
            builder.environment().clear();
            builder.environment().putAll(environment);
            daemon = builder.start();
            Workplace.await("the daemon", () -> here("status", work).contains("  running "));
            type(page, work);
        } finally {
            if (daemon != null) {
                daemon.destroy();
                daemon.waitFor();
            }
            flags.stop(0);
        }
    }

    @Test
    @Tag("long")
    void backups_go_as_their_page_says() throws Exception {
        Path catalogue =
                Files.writeString(
                        Files.createDirectories(folder.resolve("ops")).resolve("tools.yaml"),
                        MarkdownPage.read("docs/catalogue.md").fences("yaml").getFirst().text());
        installCommand();
        environment.put("HOME", folder.toString());
        environment.put("PATH", folder.resolve("bin") + ":/usr/bin:/bin");
        environment.put("COUNTERGATE_LAUNCHER", folder.resolve("bin/countergate").toString());
        try {
            here("call proposal_list --config " + catalogue, folder);
            type(MarkdownPage.read("docs/operations.md"), folder);
        } finally {
            here("stop", folder);
        }
    }

    @Test
    @Tag("long")
    void the_demo_goes_as_the_first_page_says() throws Exception {
        Pty.require();
        Path work = Files.createDirectories(folder.resolve("work"));
        installCommand();
        Files.copy(folder.resolve("bin/countergate"), work.resolve("countergate"), COPY_ATTRIBUTES);
        environment.put("HOME", folder.toString());
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("NO_COLOR", "1");
        environment.put("COUNTERGATE_LAUNCHER", work.resolve("countergate").toString());
        passphrase = "simulated";
        type(MarkdownPage.read("README.md"), work);
    }

    private void installCommand() throws IOException {
        Path command = Files.createDirectories(folder.resolve("bin")).resolve("countergate");
        Files.writeString(
                command,
                "#!/bin/sh\nexec '"
                        + Path.of(System.getProperty("java.home"), "bin/java")
                        + "' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -cp '"
                        + System.getProperty("java.class.path")
                        + "' "
                        + Main.class.getName()
                        + " \"$@\"\n");
        Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** What keeps the flags of the page. */
    private static HttpServer flags() throws IOException {
        Map<String, String> flags = new ConcurrentHashMap<>();
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    String flag = exchange.getRequestURI().getPath();
                    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
                    if (exchange.getRequestMethod().equals("PUT")) {
                        flags.put(flag, body);
                    }
                    byte[] answer = flags.getOrDefault(flag, "{\"on\":false}").getBytes(UTF_8);
                    exchange.getResponseHeaders().add("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
        return server;
    }

    private void type(MarkdownPage page, Path work) throws Exception {
        List<String> wrong = new ArrayList<>();
        List<Fence> fences =
                page.fences("console").stream().filter(fence -> fence.says("run")).toList();
        assertThat(fences).as("sessions of " + page.name()).isNotEmpty();
        int next = 0;
        Matcher blocks = BLOCK.matcher(page.text());
        while (blocks.find()) {
            if (blocks.group(1) != null) {
                String told = here(blocks.group(1).replaceFirst("^countergate ", ""), work);
                if (blocks.group(2) != null) {
                    session.learn(blocks.group(2), told.replaceFirst("[\\s\\S]*, code ", ""));
                }
                continue;
            }
            Fence fence = fences.get(next++);
            for (Session.Step step : Session.steps(fence)) {
                String fault = session.fault(step, said(step, work));
                if (!fault.isEmpty()) {
                    wrong.add(fence + ": " + fault);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private String said(Session.Step step, Path work) throws Exception {
        String line = session.ofThisRun(step.line());
        String said;
        if (step.shown().stream().anyMatch(DocumentedSessionsTest::isTyped)) {
            said = atTerminal(line, step.shown(), work);
        } else if (line.matches("countergate [^|<>$;`(]*")) {
            said = here(line.replaceFirst("^countergate ", ""), work);
        } else {
            said = inShell(line, work);
        }
        return said.replace(folder.toString(), "~");
    }

    private static boolean isTyped(String shown) {
        return ANSWERED.matcher(shown).matches() || SECRET.matcher(shown).matches();
    }

    /** In this process. */
    private String here(String line, Path work) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream both = new PrintStream(out, true, UTF_8);
        CommandTree.of(new Console(environment, work, both, both))
                .execute(
                        ShellLine.commands(line.replace(" ~/", " " + folder + "/"))
                                .getFirst()
                                .toArray(String[]::new));
        return out.toString(UTF_8);
    }

    private String inShell(String line, Path work) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder("/bin/bash", "-c", line)
                        .directory(work.toFile())
                        .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return said;
    }

    private String atTerminal(String line, List<String> shown, Path work) throws Exception {
        try (Pty pty = Pty.start(List.of("/bin/bash", "-c", line), work, environment)) {
            for (String each : shown) {
                Matcher answered = ANSWERED.matcher(each);
                if (answered.matches()) {
                    pty.await(answered.group(1).strip());
                    pty.type(answered.group(2));
                } else if (SECRET.matcher(each).matches()) {
                    pty.await(each.replaceFirst(":.*", ""));
                    pty.type(passphrase);
                }
            }
            pty.exitCode();
            return pty.said();
        }
    }
}
