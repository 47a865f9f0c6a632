package dev.countergate.testing.process;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.server.daemon.Service;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers every line: a request with its method's result, anything else with {@code {"echo":BYTES,"hash":CODE}}. It is
 * no MCP: what the relay and the sockets do must not depend on what is said through them.
 */
public final class EchoService implements Service {
    private static final Pattern ID =
            Pattern.compile("\"id\"\\s*:\\s*(-?[0-9.eE+-]+|\"(?:[^\"\\\\]|\\\\.)*\")");
    private static final Pattern METHOD = Pattern.compile("\"method\"\\s*:\\s*\"([^\"]*)\"");
    private static final Pattern NUMBER = Pattern.compile("\"n\"\\s*:\\s*([0-9]+)");

    private final AtomicInteger running = new AtomicInteger();
    private final List<String> variables;
    private final Map<String, String> environment;

    /** A service whose catalogue names {@code variables}. */
    public EchoService(List<String> variables, Map<String, String> environment) {
        this.variables = List.copyOf(variables);
        this.environment = Map.copyOf(environment);
    }

    @Override
    public void serve(InputStream in, OutputStream out, PrincipalId principal)
            throws IOException, InterruptedException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1));
        try (var calls = Executors.newVirtualThreadPerTaskExecutor()) {
            String opening = "false";
            String opened = "false";
            String line = lines.readLine();
            while (line != null) {
                String text = line;
                String open = opened;
                if (text.contains("notifications/initialized")) {
                    opened = opening;
                } else if (text.contains("\"initialize\"")) {
                    Matcher id = ID.matcher(text);
                    opening = id.find() ? id.group(1) : "true";
                    answer(text, out, principal, open);
                } else {
                    calls.execute(() -> answer(text, out, principal, open));
                }
                line = lines.readLine();
            }
        }
    }

    private void answer(String line, OutputStream out, PrincipalId principal, String opened) {
        running.incrementAndGet();
        try {
            Matcher id = ID.matcher(line);
            Matcher method = METHOD.matcher(line);
            String answer;
            if (line.length() < 100_000 && id.find() && method.find()) {
                answer =
                        "{\"jsonrpc\":\"2.0\",\"id\":"
                                + id.group(1)
                                + ",\"result\":"
                                + result(method.group(1), line, principal, opened)
                                + "}\n";
            } else {
                answer = "{\"echo\":" + line.length() + ",\"hash\":" + line.hashCode() + "}\n";
            }
            synchronized (out) {
                out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
            }
        } catch (IOException gone) {
            // Nobody is left to hear it.
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        } finally {
            running.decrementAndGet();
        }
    }

    private String result(String method, String line, PrincipalId principal, String opened)
            throws InterruptedException {
        Matcher number = NUMBER.matcher(line);
        int n = number.find() ? Integer.parseInt(number.group(1)) : 0;
        return switch (method) {
            case "slow" -> {
                TimeUnit.MILLISECONDS.sleep(n);
                yield "{\"slept\":" + n + "}";
            }
            case "big" -> "\"" + "x".repeat(n) + "\"";
            default ->
                    "{\"pid\":"
                            + ProcessHandle.current().pid()
                            + ",\"opened\":"
                            + opened
                            + ",\"principal\":\""
                            + principal
                            + "\",\"variables\":\""
                            + variables.stream()
                                    .map(each -> each + "=" + environment.get(each))
                                    .toList()
                            + "\"}";
        };
    }

    @Override
    public int running() {
        return running.get();
    }

    @Override
    public int open() {
        return 0;
    }

    @Override
    public Set<String> variables() {
        return Set.copyOf(variables);
    }

    @Override
    public void describe(ObjectNode status) {
        status.put("tools", 0);
    }

    @Override
    public void close() {}
}
