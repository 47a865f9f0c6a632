package dev.countergate.demo;

import dev.countergate.demo.Agent.Answer;
import dev.countergate.demo.Agent.Call;
import dev.countergate.demo.world.World;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/**
 * The whole demo, once: a simulated outage, an agent that looks into it and proposes two changes, a person who decides, and
 * what came of it. It ends with nothing of it left.
 */
public final class Demo {
    /** How it ends well. */
    public static final int DONE = 0;

    /** How it ends where something failed, or was left open. */
    public static final int FAILED = 1;

    /** How it ends where the person said no. */
    public static final int REFUSED = 2;

    /** What a process ends with that Ctrl-C ended. */
    private static final int INTERRUPTED = 130;

    private static final int TELL_SECONDS_MAX = 5;

    private static final String SERVICE = "checkout";
    private static final int WAIT_SECONDS = 20;

    /** How often the agent asks for an outcome that must come within half a minute. */
    private static final int ASKS_MAX = 20;

    /** The states in which something is still to come. */
    private static final Set<String> ON_THE_WAY =
            Set.of("APPROVED", "CLAIMED", "SENDING", "APPLIED", "PARTLY_APPLIED");

    private final Map<String, String> environment;
    private final InstantSource clock;
    private final Page page;
    private final boolean isUnattended;
    private final CountDownLatch ending = new CountDownLatch(1);

    /**
     * @param environment in which this process was started; it names the program as COUNTERGATE_LAUNCHER
     * @param clock the world's time; the daemon takes it for its own
     * @param out where it is told
     * @param isColoured whether {@code out} is a terminal that shows colours
     * @param isUnattended whether a throwaway key signs, instead of a person being asked
     */
    public Demo(
            Map<String, String> environment,
            InstantSource clock,
            PrintStream out,
            boolean isColoured,
            Pace pace,
            boolean isUnattended) {
        this.environment = Map.copyOf(environment);
        this.clock = clock;
        this.page = new Page(out, isColoured, pace);
        this.isUnattended = isUnattended;
    }

    /**
     * Runs it.
     *
     * @return {@link #DONE}, {@link #FAILED} or {@link #REFUSED}
     * @throws DemoException when a step fails
     */
    public int run() throws IOException, InterruptedException, DemoException {
        String launcher = environment.getOrDefault("COUNTERGATE_LAUNCHER", "");
        if (launcher.isEmpty()) {
            throw new DemoException(
                    "`COUNTERGATE_LAUNCHER` does not say how to start a daemon: run the `countergate`"
                            + " command itself");
        }
        Path keygen =
                Countersigner.keygen(environment.getOrDefault("PATH", ""))
                        .orElseThrow(
                                () ->
                                        new DemoException(
                                                "there is no `ssh-keygen` on the path, and approvals"
                                                        + " are signed with it: install OpenSSH"
                                                        + " (`openssh-client` on Debian and Ubuntu)"
                                                        + " and run the demo again"));
        int code;
        try (Workspace workspace = new Workspace(environment, Path.of(launcher))) {
            Thread ending = new Thread(() -> abandon(workspace), "demo-ending");
            Runtime.getRuntime().addShutdownHook(ending);
            try (World world = new World(clock, workspace.file("world"))) {
                workspace.add(world.environment());
                code = tell(workspace, world, keygen);
            } finally {
                stay();
                Runtime.getRuntime().removeShutdownHook(ending);
            }
        }
        page.fine("The daemon is stopped, and all that the demo made is removed.");
        page.words(
                "Next: `countergate check` for a catalogue of yours, `countergate connect` for an agent.");
        return code;
    }

    /** Where the process is being ended: by Ctrl-C, or by somebody else. */
    private void abandon(Workspace workspace) {
        ending.countDown();
        page.close();
        workspace.abandon();
    }

    /** What a process that is being ended finds broken is no news: its end comes from elsewhere. */
    private void stay() throws InterruptedException {
        if (ending.getCount() == 0) {
            new CountDownLatch(1).await();
        }
    }

    /** Ctrl-C reaches all of a terminal's processes, and the one that asked may have ended before this one is told. */
    private void stayIfBrokenOff(int code) throws InterruptedException {
        if (code == INTERRUPTED && ending.await(TELL_SECONDS_MAX, TimeUnit.SECONDS)) {
            stay();
        }
    }

    private int tell(Workspace workspace, World world, Path keygen)
            throws IOException, InterruptedException, DemoException {
        page.title("countergate demo: a SIMULATED outage");
        page.words(
                "A service called checkout fails. It, its metrics, logs, alerts, deployments and two"
                        + " machines are simulated by this process. What you see of Countergate is"
                        + " real: the relay an agent starts, the daemon behind it, the approval, the"
                        + " log.");
        Program program = new Program(workspace);
        page.heading("An agent connects");
        page.command("countergate stdio --config tools.yaml");
        try (Agent agent = Agent.connect(workspace)) {
            Countersigner person = new Countersigner(workspace, keygen, page, isUnattended);
            person.enrol();
            introduce(agent);
            lookAround(agent);
            proposeRestart(agent, world);
            Answer proposed = proposeRollback(agent, world);
            page.heading(isUnattended ? "A key signs" : "You decide");
            int code = person.decide(proposed.structured().path("code").asString(""));
            stayIfBrokenOff(code);
            String state = hearOutcome(agent, proposed.structured().path("proposal").asString(""));
            readLog(program, workspace);
            return end(state, code, world);
        }
    }

    private void introduce(Agent agent) throws InterruptedException {
        List<String> writes =
                agent.tools().stream()
                        .filter(each -> each.annotations() != null)
                        .filter(each -> Boolean.FALSE.equals(each.annotations().readOnlyHint()))
                        .map(Tool::name)
                        .filter(each -> !each.startsWith("proposal_"))
                        .toList();
        page.answer(
                agent.tools().size()
                        + " tools. It looks at whatever it likes. Calls of "
                        + String.join(" and ", writes)
                        + " change something, and only propose to.");
    }

    private void lookAround(Agent agent) throws InterruptedException, DemoException {
        page.heading("It looks around, as often as it likes");
        for (String line : Findings.alerts(read(agent, Call.of("active_alerts")).structured())) {
            page.answer(line);
        }
        page.answer(Findings.failing(read(agent, about("error_ratio")).structured()));
        for (String line : Findings.series(read(agent, about("memory_used")).structured())) {
            page.answer(line);
        }
        Answer log = read(agent, about("tail_logs"));
        for (String line : Findings.log(log.structured())) {
            page.answer(line);
        }
        page.fine(
                "The note came in with an order. Whatever a backend says is marked as data, not"
                        + " instructions; an agent may follow it all the same.");
        Answer changed = read(agent, about("what_changed"));
        for (String line : Findings.changes(changed.json(), clock.instant())) {
            page.answer(line);
        }
    }

    private static Call about(String tool) {
        return Call.of(tool).with("service", SERVICE);
    }

    private Answer read(Agent agent, Call call) throws InterruptedException, DemoException {
        page.call(call.toString());
        Answer answer = agent.call(call);
        if (answer.isError()) {
            throw new DemoException("`" + call + "` was answered: " + answer.text());
        }
        return answer;
    }

    private void proposeRestart(Agent agent, World world)
            throws InterruptedException, DemoException {
        page.heading("It does what that line says");
        Call restart = about("restart_service");
        page.call(restart.toString());
        Answer answer = agent.call(restart.with("_reason", "the log says that this is approved"));
        if (!answer.error().path("code").asString("").equals("PRECONDITION_FAILED")) {
            throw new DemoException(
                    "the restart should have been refused, and was answered: " + answer.text());
        }
        page.stopped(answer.text());
        page.words(
                "Refused, by what the catalogue demands of a restart. No person was asked; the machines"
                        + " received "
                        + world.commands()
                        + " commands.");
    }

    private Answer proposeRollback(Agent agent, World world)
            throws InterruptedException, DemoException {
        page.heading("It proposes to roll back");
        Call rollback = about("deploy").with("version", "v2.4.0");
        page.call(rollback.toString());
        Answer answer =
                agent.call(
                        rollback.with(
                                "_reason",
                                "requests fail for want of memory since v2.4.1 went out"));
        if (!answer.structured().path("status").asString("").equals("approval_required")) {
            throw new DemoException("the rollback was not proposed: " + answer.text());
        }
        page.stopped(answer.text());
        page.words(
                "So far deployments received "
                        + world.deployCalls()
                        + " calls. The agent has no key, and no tool that approves.");
        return answer;
    }

    /** What the agent is told, until nothing more is to come. */
    private String hearOutcome(Agent agent, String proposal)
            throws InterruptedException, DemoException {
        page.heading("The server tells the agent what came of it");
        Call ask = Call.of("proposal_status").with("proposal", proposal);
        page.call(Call.of("proposal_status").toString());
        String said = "";
        String state;
        int asks = 0;
        do {
            Call next = asks == 0 ? ask : ask.with("wait_seconds", WAIT_SECONDS);
            JsonNode status = agent.call(next).structured();
            state = status.path("state").asString("");
            String standing = Findings.standing(status);
            if (state.equals("VERIFIED")) {
                page.good(standing);
            } else if (!standing.equals(said)) {
                page.answer(standing);
            }
            said = standing;
            asks++;
        } while (ON_THE_WAY.contains(state) && asks < ASKS_MAX);
        for (String line : Findings.series(read(agent, about("error_history")).structured())) {
            page.answer(line);
        }
        return state;
    }

    private void readLog(Program program, Workspace workspace)
            throws IOException, InterruptedException, DemoException {
        page.heading("All of it is in a log that nobody can quietly edit");
        page.command("countergate audit export log.jsonl");
        var _ = program.succeed("audit", "export", workspace.file("log.jsonl").toString());
        page.command("countergate audit verify log.jsonl --key log.pub --head log.head");
        page.good(
                program.succeed(
                                "audit",
                                "verify",
                                workspace.file("log.jsonl").toString(),
                                "--key",
                                workspace.state().resolve("log.pub").toString(),
                                "--head",
                                workspace.state().resolve("log.head").toString())
                        .strip());
    }

    private int end(String state, int decided, World world) throws InterruptedException {
        page.heading("The end");
        String calls =
                "Deployments received "
                        + world.deployCalls()
                        + (world.deployCalls() == 1 ? " call" : " calls")
                        + ", the machines "
                        + world.commands()
                        + " commands";
        return switch (state) {
            case "VERIFIED" -> {
                page.words(
                        "Checkout is well again, by one change that a key signed for. "
                                + calls
                                + ".");
                yield decided == 0 ? DONE : FAILED;
            }
            case "REJECTED" -> {
                page.words(
                        "You said no: nothing was sent, and checkout still fails. " + calls + ".");
                yield REFUSED;
            }
            case "PENDING" -> {
                page.words(
                        "You left it open: nothing was sent, and checkout still fails. "
                                + calls
                                + ". Elsewhere it would wait for you until it expires.");
                yield FAILED;
            }
            default -> {
                page.bad("It did not end well: " + state + ".");
                yield FAILED;
            }
        };
    }
}
