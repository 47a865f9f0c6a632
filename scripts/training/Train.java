import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes the start-up caches of one installation: {@code java Train.java INSTALL JAVA_HOME}.
 *
 * <p>The caches hold what the JVM loaded, linked and profiled during a training run, so the run does
 * what the product does every day: a daemon with a catalogue, a relay with a client's session (the
 * lines of {@code session.jsonl}), a command. Backends are a stub on loopback which answers with the
 * files of {@code backend}. To train more, add lines, tools and answers; nothing here changes. A
 * line whose id is 900 or above is meant to be refused, every other to be answered: a session that
 * went otherwise trained the wrong code, and its cache is not kept.
 *
 * <p>Nothing outside a temporary folder and INSTALL is read or written. A cache that cannot be made
 * is left out, the others stay; exit 1 says so.
 */
final class Train {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /** The JVM writes its cache, through a second JVM, after the program has ended. */
    private static final Duration WRITTEN = Duration.ofSeconds(120);

    /** What the JVM exits with after SIGTERM. */
    private static final int TERMINATED = 143;

    /** How often the session's good calls are repeated, so that profiles are worth keeping. */
    private static final int ROUNDS = 200;

    /** The ids of the session's calls that are meant to be refused begin here. */
    private static final int REFUSED_FROM = 900;

    private static final Pattern REQUEST_ID = Pattern.compile("\"id\":(\\d+)");
    private static final Pattern STARTED = Pattern.compile("\"started_at\":\"([^\"]+)\"");
    private static final Pattern REFUSAL = Pattern.compile("\"error\":\\{|\"isError\":true");

    private final Path install;
    private final Path java;
    private final Path source;
    private final Path work;
    private final String backend;

    private Train(Path install, Path java, Path source, Path work, String backend) {
        this.install = install;
        this.java = java;
        this.source = source;
        this.work = work;
        this.backend = backend;
    }

    public static void main(String[] arguments) throws Exception {
        Path install = Path.of(arguments[0]).toAbsolutePath();
        Path java = Path.of(arguments[1], "bin", "java").toAbsolutePath();
        Path source =
                Path.of(
                        System.getProperty(
                                "jdk.launcher.sourcefile", "scripts/training/Train.java"));
        source = source.toAbsolutePath().getParent();
        // Short, because the path of a Unix socket may have 100 bytes.
        Path work = Files.createTempDirectory(Path.of("/tmp"), "cg-train");
        HttpServer stub = stub(source.resolve("backend"));
        boolean complete = false;
        try {
            String backend = "http://127.0.0.1:" + stub.getAddress().getPort();
            complete = new Train(install, java, source, work, backend).run();
        } finally {
            stub.stop(0);
            delete(work);
        }
        System.exit(complete ? 0 : 1);
    }

    private boolean run() throws Exception {
        Files.copy(source.resolve("catalogue.yaml"), Path.of(catalogue()));
        Process daemon =
                start(
                        "server",
                        Redirects.LOG,
                        "serve",
                        "--auto-started",
                        "--config",
                        catalogue(),
                        "--state",
                        state());
        boolean relayTrained = false;
        boolean commandTrained = false;
        try {
            awaitSocket(daemon);
            restart(daemon);
            relayTrained = attempt("relay", this::session);
            commandTrained = attempt("command", this::command);
        } catch (IOException e) {
            System.err.println("daemon: " + e.getMessage());
        } finally {
            daemon.destroy();
        }
        return written("server", daemon) && relayTrained && commandTrained;
    }

    private interface Step {
        Process run() throws IOException, InterruptedException;
    }

    private boolean attempt(String name, Step step) throws InterruptedException, IOException {
        try {
            return written(name, step.run());
        } catch (IOException e) {
            System.err.println(name + ": " + e.getMessage());
            Files.deleteIfExists(cache(name));
            return false;
        }
    }

    /** A client's session: first one line after another, then its good calls again and again. */
    private Process session() throws IOException {
        Process relay = start("relay", Redirects.TALK, "--config", catalogue(), "--state", state());
        try {
            talk(relay);
            return relay;
        } catch (IOException e) {
            relay.destroyForcibly();
            throw e;
        }
    }

    private void talk(Process relay) throws IOException {
        OutputStream in = relay.getOutputStream();
        BufferedReader out = relay.inputReader(StandardCharsets.UTF_8);
        List<String> calls = new ArrayList<>();
        for (String line : Files.readAllLines(source.resolve("session.jsonl"))) {
            String answer = exchange(in, out, line);
            Matcher id = REQUEST_ID.matcher(line);
            if (!id.find()) continue;
            boolean meantToWork = Integer.parseInt(id.group(1)) < REFUSED_FROM;
            if (meantToWork == REFUSAL.matcher(answer).find())
                throw new IOException("`" + line + "` was answered `" + answer + "`");
            if (meantToWork && line.contains("\"tools/call\"")) calls.add(line);
        }
        int next = 2 * REFUSED_FROM;
        for (int round = 0; round < ROUNDS; round++) {
            for (String call : calls) {
                exchange(in, out, REQUEST_ID.matcher(call).replaceFirst("\"id\":" + ++next));
            }
        }
        in.close();
    }

    /** Sends a line and, when it is a request, reads until its answer; empty for what has none. */
    private static String exchange(OutputStream in, BufferedReader out, String line)
            throws IOException {
        in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        in.flush();
        Matcher id = REQUEST_ID.matcher(line);
        if (!id.find()) return "";
        Instant until = Instant.now().plus(ANSWER);
        String answer;
        do {
            answer = out.readLine();
            if (answer == null) throw new IOException("the relay ended while answering " + line);
            if (Instant.now().isAfter(until)) throw new IOException("no answer to " + line);
        } while (!answer.contains(id.group()));
        return answer;
    }

    private Process command() throws IOException {
        List<String> line = new ArrayList<>();
        for (String word : Files.readString(source.resolve("command.txt")).strip().split("\\s+"))
            line.add(word);
        line.addAll(List.of("--config", catalogue(), "--state", state()));
        return start("command", Redirects.LOG, line.toArray(String[]::new));
    }

    private enum Redirects {
        LOG,
        TALK
    }

    private Process start(String name, Redirects redirects, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        command.add("-XX:AOTCacheOutput=" + cache(name));
        command.add("@" + install.resolve(name + ".args"));
        command.add("-Dorg.sqlite.lib.path=" + install.resolve("native"));
        command.add("-jar");
        String jar = name.equals("relay") ? "countergate-relay.jar" : "countergate.jar";
        command.add(install.resolve(jar).toString());
        command.addAll(List.of(arguments));
        System.err.println(String.join(" ", command));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        if (redirects == Redirects.LOG) builder.redirectOutput(ProcessBuilder.Redirect.INHERIT);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(key -> !key.equals("PATH") && !key.equals("LANG"));
        environment.put("HOME", work.toString());
        environment.put("XDG_RUNTIME_DIR", work.toString());
        environment.put("TRAINING_URL", backend);
        environment.put("AWS_ACCESS_KEY_ID", "training");
        environment.put("AWS_SECRET_ACCESS_KEY", "training");
        environment.put("AWS_EC2_METADATA_DISABLED", "true");
        // The JVM that assembles the cache needs more memory than a relay is given.
        environment.put("JDK_AOT_VM_OPTIONS", "-Xmx512m");
        return builder.start();
    }

    /** A run that failed has loaded little but its failure: its cache is not kept. */
    private boolean written(String name, Process process) throws InterruptedException, IOException {
        if (!process.waitFor(WRITTEN.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        int exit = process.exitValue();
        if (exit != 0 && exit != TERMINATED) {
            Files.deleteIfExists(cache(name));
        }
        boolean made = Files.isRegularFile(cache(name));
        long size = made ? Files.size(cache(name)) : 0;
        System.err.println(name + ": exit " + exit + ", cache of " + size + " bytes");
        return made;
    }

    /**
     * Has the daemon begin anew within its process: most starts find a store, a head and an accepted catalogue, and
     * some find the catalogue edited.
     */
    private void restart(Process daemon) throws IOException, InterruptedException {
        for (String edit : List.of("", "# edited\n")) {
            Files.writeString(Path.of(catalogue()), edit, StandardOpenOption.APPEND);
            String before = startedAt();
            ask("{\"version\":1,\"op\":\"restart\"}\n");
            Instant until = Instant.now().plus(READY);
            while (startedAt().equals(before) || startedAt().isEmpty()) {
                if (Instant.now().isAfter(until))
                    throw new IOException("it was not restarted in " + READY);
                Thread.sleep(20);
            }
            awaitSocket(daemon);
        }
    }

    /** When the daemon began that answers now; empty while none does. */
    private String startedAt() {
        try {
            Matcher started = STARTED.matcher(ask("{\"version\":1,\"op\":\"status\"}\n"));
            return started.find() ? started.group(1) : "";
        } catch (IOException beginning) {
            return "";
        }
    }

    private String ask(String line) throws IOException {
        var address = UnixDomainSocketAddress.of(work.resolve("state").resolve("operator.sock"));
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(address);
            channel.write(StandardCharsets.UTF_8.encode(line));
            ByteBuffer answer = ByteBuffer.allocate(64 * 1024);
            do {
                if (channel.read(answer) < 0) throw new IOException("the daemon closed the line");
            } while (answer.get(answer.position() - 1) != '\n');
            String text = StandardCharsets.UTF_8.decode(answer.flip()).toString();
            if (!text.contains("\"ok\":true")) throw new IOException("answered `" + text + "`");
            return text;
        }
    }

    private void awaitSocket(Process daemon) throws IOException, InterruptedException {
        var address = UnixDomainSocketAddress.of(work.resolve("state").resolve("agent.sock"));
        Instant until = Instant.now().plus(READY);
        while (true) {
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.connect(address);
                return;
            } catch (IOException e) {
                if (!daemon.isAlive()) throw new IOException("it ended before it was ready", e);
                if (Instant.now().isAfter(until))
                    throw new IOException("it was not ready in " + READY, e);
                Thread.sleep(20);
            }
        }
    }

    private String catalogue() {
        return work.resolve("catalogue.yaml").toString();
    }

    private String state() {
        return work.resolve("state").toString();
    }

    private Path cache(String name) {
        return install.resolve(name + ".aot");
    }

    /** Answers any request with the file named after its path, `/` as `_`, else with an empty Prometheus answer. */
    private static HttpServer stub(Path answers) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        exchange.getRequestBody().readAllBytes();
                        String name =
                                exchange.getRequestURI().getPath().substring(1).replace('/', '_');
                        Path file = answers.resolve(name + ".json").normalize();
                        byte[] body =
                                file.startsWith(answers) && Files.isRegularFile(file)
                                        ? Files.readAllBytes(file)
                                        : "{\"status\":\"success\",\"data\":[]}"
                                                .getBytes(StandardCharsets.UTF_8);
                        exchange.getResponseHeaders().set("Content-Type", "application/json");
                        exchange.sendResponseHeaders(200, body.length);
                        exchange.getResponseBody().write(body);
                    }
                });
        server.start();
        return server;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList())
                Files.deleteIfExists(file);
        }
    }
}
